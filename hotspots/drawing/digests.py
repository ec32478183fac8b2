"""A digest as HTML for a mail, as plain text, as JSON for programs, and as an entry of an Atom feed (RFC 4287)."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from hotspots.drawing import exports
from hotspots.drawing.site.markup import el, items, raw
from hotspots.views.digest import Digest, Section
from hotspots.words import words_for

ATOM = "http://www.w3.org/2005/Atom"
KEPT = 100  # entries of a feed
_STYLE = "font:15px/1.45 system-ui,'Segoe UI',sans-serif;color:#1b2733;max-width:42em;margin:0 auto;padding:1em"
_QUIET = "color:#56636f;font-size:13px"


def write(folder: Path, found: Digest) -> None:
    """Write `digest.html`, `digest.txt`, `digest.json` and `feed.xml` into a folder, each whole or not at all.

    The feed keeps the entries that it had; the same digest stands in it once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    feed = folder / "feed.xml"
    before = feed.read_bytes() if feed.is_file() else b""
    for name, made in (("html", html(found)), ("txt", text(found)), ("json", as_json(found))):
        exports.put(folder / f"digest.{name}", lambda made=made: made.encode("utf-8"))  # type: ignore[misc]
    exports.put(feed, lambda: atom(found, before))


def text(found: Digest) -> str:
    """Return the digest as plain text."""
    words = words_for(found.language)
    lines = [found.title, found.label, ""]
    if found.quiet:
        lines += [words.say("Nothing new since the last time."), ""]
    for one in found.sections:
        lines += [f"{one.title} ({words.number(one.n)})", *(f"  - {line}" for line in one.lines), *_more(one, found.language, "  - "), ""]
    return "\n".join([*lines, *([found.address] if found.address else []), found.foot, ""])


def html(found: Digest) -> str:
    """Return the digest as a page that a mail can carry: styles on the elements, no script, no picture, nothing fetched."""
    head = el("head", el("meta", charset="utf-8"), el("title", found.title))
    return "<!doctype html>\n" + el("html", head, el("body", *_body(found), style=_STYLE), lang=found.language) + "\n"


def _body(found: Digest) -> list[str]:
    words = words_for(found.language)
    parts: list[str] = [el("p", found.label, style=_QUIET), el("h1", found.title, style="font-size:22px;line-height:1.25")]
    if found.quiet:
        parts.append(el("p", words.say("Nothing new since the last time.")))
    for one in found.sections:
        parts.append(el("h2", f"{one.title} ({words.number(one.n)})", style="font-size:17px"))
        parts.append(items([*one.lines, *_more(one, found.language)]))
    if found.address:
        parts.append(el("p", el("a", words.say("Open it in the dashboard"), href=found.address)))
    return [*parts, el("p", found.foot, style=_QUIET)]


def _more(one: Section, language: str, before: str = "") -> list[str]:
    words = words_for(language)
    return [before + words.count("and {n} more", "and {n} more", one.left)] if one.left else []


def as_json(found: Digest) -> str:
    """Return the digest as JSON: its facts, then each section with its lines."""
    plain = asdict(found) | {"reach": found.reach.isoformat(), "quiet": found.quiet}
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def identity(found: Digest) -> str:
    """Return what names this digest everywhere and always, as an IRI.

    It is the same for the same place, language and versions, so that neither a feed nor a mailbox holds it twice.
    """
    return uuid.uuid5(uuid.NAMESPACE_URL, f"hotspots:{found.key}").urn


def atom(found: Digest, before: bytes = b"") -> bytes:
    """Return the Atom feed of a place with this digest as its newest entry, after it those of the feed `before`.

    What is no feed is set aside. Nothing is added where nothing is new, but to an empty feed.
    """
    ET.register_namespace("", ATOM)
    entries = _entries(before)
    if identity(found) not in [_id(one) for one in entries] and not (found.quiet and entries):
        entries.insert(0, _entry(found))
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": found.language})
    place = uuid.uuid5(uuid.NAMESPACE_URL, f"hotspots:{found.slug}/{found.place}/{found.language}").urn
    _put(feed, "id", place)
    _put(feed, "title", found.name)
    _put(feed, "updated", str(entries[0].findtext(f"{{{ATOM}}}updated")))
    _put(_put(feed, "author", ""), "name", "Hotspots")
    _put(feed, "rights", found.label)
    feed.extend(entries[:KEPT])
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _entry(found: Digest) -> ET.Element:
    entry = ET.Element(f"{{{ATOM}}}entry")
    _put(entry, "id", identity(found))
    _put(entry, "title", found.title)
    _put(entry, "updated", found.published[1])
    if found.address:
        ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "type": "text/html", "href": found.address})
    content = _put(entry, "content", raw("").join(_body(found)))
    content.set("type", "html")
    return entry


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = "".join(one for one in text if one >= " " or one in "\n\t") or None
    return child


def _entries(feed: bytes) -> list[ET.Element]:
    try:
        return list(fromstring(feed).findall(f"{{{ATOM}}}entry")) if feed else []
    except (ET.ParseError, DefusedXmlException):
        return []


def _id(entry: ET.Element) -> str:
    return str(entry.findtext(f"{{{ATOM}}}id"))
