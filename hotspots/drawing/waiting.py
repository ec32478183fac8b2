"""The page that a reader gets in place of the dashboard while it is full or begins to run: a sentence, and it tries again by itself."""

from __future__ import annotations

from hotspots.words import DEFAULT, LANGUAGES, Words, mark, words_for
from hotspots.words.escape import safe_html

AGAIN = 10  # seconds until the page asks again
REASONS: dict[str, tuple[str, str]] = {
    "busy": (mark("The dashboard is busy"), mark("As many people look at it now as it can serve.")),
    "begins": (mark("The dashboard begins to run"), mark("It reads the data first, which takes some seconds.")),
}


def page(why: str, words: Words) -> bytes:
    """Return the page that says why there is none yet (a key of `REASONS`).

    >>> b"busy" in page("busy", words_for("en")), b'content="10"' in page("busy", words_for("en"))
    (True, True)
    """
    heading, reason = (words.say(text) for text in REASONS[why])
    again = words.say("This page tries again by itself every {n} seconds; nothing is lost.", n=AGAIN)
    return (
        f'<!doctype html><html lang="{safe_html(words.language)}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="refresh" content="{AGAIN:d}"><title>{safe_html(heading)}</title>'
        "<style>body{font:1rem/1.5 sans-serif;max-width:34em;margin:15vh auto;padding:0 1em;color:#1b2733;background:#fbfaf7}"
        "@media(prefers-color-scheme:dark){body{color:#e8ecef;background:#12181f}}</style>"
        f"<h1>{safe_html(heading)}</h1><p>{safe_html(reason)}<p>{safe_html(again)}</html>"
    ).encode()


def language_of(accepted: str) -> str:
    """Return the first language of an Accept-Language header that we speak, else the default.

    >>> language_of("fr-FR,en-GB;q=0.8,es;q=0.5"), language_of("fr")
    ('en', 'es')
    """
    told = (part.partition(";")[0].partition("-")[0].strip().lower() for part in accepted.split(","))
    return next((one for one in told if one in LANGUAGES), DEFAULT)


def answer(why: str, accepted: str) -> tuple[bytes, dict[str, str]]:
    """Return the page in a reader's language with its headers; its status is 503."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Retry-After": str(AGAIN), "Cache-Control": "no-store"}
    return page(why, words_for(language_of(accepted))), headers
