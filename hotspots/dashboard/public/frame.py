"""The frame around every public page: city and language, head and foot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import streamlit as st

from hotspots import settings
from hotspots.agency import worn
from hotspots.dashboard import lost, map_component
from hotspots.dashboard.public import address, opened, served
from hotspots.dashboard.public.address import Choices
from hotspots.dashboard.shell import guard, link_words
from hotspots.drawing.site import feed, sentences
from hotspots.release import Reading
from hotspots.release.profiles import Window
from hotspots.words import DEFAULT, LANGUAGES, Words, words_for
from hotspots.words.escape import safe_markdown


@dataclass(frozen=True)
class Reader:
    """What a page gets: the choices, the words, and what the release says."""

    choices: Choices
    words: Words
    reading: Reading

    @property
    def window(self) -> Window:
        """The window chosen, else the newest."""
        return self.reading.window(self.choices.window)

    @property
    def show(self) -> str:
        """What the map shows."""
        return self.choices.show or self.reading.shows[0]


def page(module: ModuleType, title: str, path: str = "", *, listed: bool = True) -> Any:
    """Return the page that `module` renders, under `path` in the address; the one without a path is the first."""
    words = words_for(language(address.current()))

    def show() -> None:
        with guard(words):
            map_component.set_page_language(words.language, menu=words.say("Menu"))
            reader = open_page(plain=not listed)
            if reader is not None:
                module.render(reader)
                if listed:
                    close_page(reader)

    return st.Page(show, title=words.say(title), url_path=path or None, default=not path, visibility="visible" if listed else "hidden")


def nowhere(name: str) -> Any:
    """Return what stands under a `name` that no page has."""
    words = words_for(language(address.current()))

    def around(draw: Callable[[], None]) -> None:
        with guard(words):
            map_component.set_page_language(words.language, menu=words.say("Menu"))
            open_page(plain=False)
            draw()

    return lost.page(name, words, around)


def language(choices: Choices) -> str:
    """Return the language to speak: the one chosen, else the browser's, else the default."""
    asked = (st.context.locale or "").split("-")[0]
    return next((one for one in (choices.lang, asked) if one in LANGUAGES), DEFAULT)


def open_page(*, plain: bool) -> Reader | None:
    """Draw the choice of city and language and return what the page is made of; None where there is no release, and the page says so."""
    choices = address.current()
    words = words_for(language(choices))
    found = opened.available()
    if not found:
        st.info(words.say("Nothing has been released here yet."))
        return None
    fitted, strange = fit(choices, list(found), words.language)
    address.keep(fitted)
    if not plain:
        top(fitted, opened.names_of_places(), words)
    if strange:
        st.info(words.say("Part of the address does not exist here and was set aside."))
    return Reader(fitted, words, opened.reading(fitted.city))


def fit(choices: Choices, slugs: list[str], spoken: str) -> tuple[Choices, bool]:
    """Return the choices that the release can meet, and whether others were set aside."""
    city = choices.city if choices.city in slugs else slugs[0]
    same = not choices.city or city == choices.city
    found = opened.reading(city)
    starts = [f"{start:%Y-%m-%d}" for start, _ in found.windows]
    offered = {"area": set(found.city.blocks.index.astype(str)), "window": {*starts}, "show": set(found.shows)}
    kept = {name: getattr(choices, name) if same and getattr(choices, name) in values else "" for name, values in offered.items()}
    fitted = Choices(lang=spoken, city=city, **kept)
    wanted = {name: value for name, value in choices.query().items() if name != "lang"}
    return fitted, any(getattr(fitted, name) != value for name, value in wanted.items())


def top(choices: Choices, names: Mapping[str, str], words: Words) -> None:
    """Draw the choice of city, where there are several, and of language."""
    with st.container(horizontal=True, horizontal_alignment="right", key="public_top"):
        if len(names) > 1:
            st.selectbox(
                words.say("City"),
                list(names),
                format_func=names.__getitem__,
                label_visibility="collapsed",
                width=200,
                **address.widget("city", choices.city, lambda new: {"city": new, "area": "", "window": "", "show": ""}),
            )
        st.segmented_control(
            "Idioma · Language",
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            label_visibility="collapsed",
            required=True,
            **address.widget("lang", words.language, lambda new: {"lang": new}),
        )
        map_component.show_link(link_words(words), key="copy_link")


def heading(reader: Reader, title: str, *facts: str) -> None:
    """Draw the head of a page: a finding, and the facts beneath it."""
    st.set_page_config(page_title=f"{title} – {reader.reading.city.name}")
    st.title(title, anchor=False)
    invented = [reader.words.say("fictional city: no real person, no real place")] if reader.reading.city.fictional else []
    st.caption(" · ".join([*facts, *invented]))


def close_page(reader: Reader) -> None:
    """Draw the foot of a page: where the figures come from, what is open, whom to write to."""
    words = reader.words
    st.divider()
    ours = worn()
    st.caption((f"{safe_markdown(ours.name)} · " if ours else "") + source(reader))
    wrong = words.say("Public edition: everything here was released, checked and fixed beforehand. A number is wrong?")
    st.caption(f"{wrong} {contact(reader)}")
    told = words.say("Feed of what is published (Atom)")
    st.caption(f"[{told}]({served.path(reader.reading.slug, feed.file_name(words.language))})")


def source(reader: Reader) -> str:
    """Return where the figures come from, as markdown."""
    return safe_markdown(" · ".join(sentences.source(reader.reading, reader.words)))


def contact(reader: Reader) -> str:
    """Return to whom a reader writes, as markdown."""
    return safe_markdown(sentences.contact(settings.value("HOTSPOTS_CONTACT"), reader.reading, reader.words))
