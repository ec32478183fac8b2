"""Who is at a page: what the sign-in says of them, what they may see, and until when. Without a sign-in it is whoever sits at the machine.

Streamlit keeps the sign-in in a signed cookie. Here it is looked at in every run: the table of access as it stands now, how long ago the
person signed in, and how long they have done nothing. A page that stays open is looked at again every half minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from hotspots import settings
from hotspots.agency import EVERYTHING, Access, AccessError, access_of, refused, table
from hotspots.agency.access import NAMES
from hotspots.store import record
from hotspots.words import Words, mark, told
from hotspots.words.escape import safe_markdown

LOOK_AGAIN = 30.0  # seconds: what was taken away is gone within a minute
FORGOTTEN = 7 * 24 * 3600.0  # seconds after which a visit is no longer kept in mind

# Why somebody is not let in.
REASONS: dict[str, str] = {
    "nobody": mark("Please sign in. This dashboard shows single homicides, and who may see what is said by your agency."),
    "unknown": mark("You are signed in as {who}, and nobody has given you access to this dashboard. Ask whoever runs it."),
    "ended": mark("Your sign-in has ended: nothing was done for a while, or it was long ago. Please sign in again."),
    "table": mark(
        "The table that says who may see what cannot be used, so nobody is let in. Whoever runs this dashboard finds why in its log."
    ),
}


@dataclass
class _Visit:
    began: float
    seen: float
    ended: bool = False
    granted: Access | None = None


class _Visits:
    """When each sign-in began and was last used; shared by all sessions of the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[str, _Visit] = {}

    def holds(self, key: str, now: float, *, idle: float, longest: float, began: float, used: bool) -> bool:
        """Return whether a sign-in still holds, and note that it is used now if it is."""
        with self._lock:
            self._of = {name: one for name, one in self._of.items() if now - one.seen < FORGOTTEN}
            one = self._of.setdefault(key, _Visit(began, now))
            one.ended = one.ended or now - one.seen > idle or now - one.began > longest
            if used and not one.ended:
                one.seen = now
            return not one.ended

    def grant(self, key: str, access: Access) -> Access | None:
        """Note what a sign-in is good for, and return what it was good for before; None where it is new."""
        with self._lock:
            one = self._of[key]
            before, one.granted = one.granted, access
            return before


_VISITS = _Visits()
_THREAD = threading.local()  # whom this thread works for, where it is no run of a page


def asked_for() -> bool:
    """Return whether this dashboard asks for a sign-in."""
    return bool(settings.value("HOTSPOTS_ACCESS"))


@contextmanager
def as_machine() -> Iterator[None]:
    """Let the program itself see everything, to make ready what the first reader will ask for: no person is there."""
    _THREAD.itself = True
    try:
        yield
    finally:
        _THREAD.itself = False


@contextmanager
def on_behalf_of(claims: Mapping[str, Any]) -> Iterator[None]:
    """Work for whoever has these claims: a file is made when it is asked for, after the run of the page that offered it."""
    _THREAD.claims = claims
    try:
        yield
    finally:
        _THREAD.claims = None


def _claims() -> Mapping[str, Any]:
    """Return what the sign-in says of whoever is at the page, or of whom this thread works for."""
    found: Mapping[str, Any] = getattr(_THREAD, "claims", None) or st.user.to_dict()
    return found


def _key(claims: Mapping[str, Any]) -> str:
    """Return what tells one sign-in from every other."""
    return "\n".join(str(claims.get(name)) for name in ("iss", "sub", "iat"))


def standing(*, used: bool = False) -> Access | str:
    """Return what whoever is at the page may see and do, or why they are not let in (a key of `REASONS`); `used`: they did something."""
    if not asked_for() or getattr(_THREAD, "itself", False):
        return EVERYTHING
    claims = _claims()
    if claims.get("is_logged_in") is not True or not claims.get("sub"):
        return "nobody"
    try:
        rules = table()
    except AccessError:
        return "table"
    if rules is None:
        return "table"
    now, issued = time.time(), claims.get("iat")
    began = float(issued) if isinstance(issued, int | float) else now
    if not _VISITS.holds(_key(claims), now, idle=60.0 * rules.idle, longest=3600.0 * rules.longest, began=began, used=used):
        return "ended"
    return access_of(claims, rules) or "unknown"


def current() -> Access:
    """Return what whoever is at the page may see and do; raises `AccessError` where they are not let in."""
    found = standing()
    if isinstance(found, str):
        raise AccessError(told("nobody who may see this is signed in"))
    return found


def lets_in(right: str, *, everywhere: bool = False) -> bool:
    """Return whether whoever is at the page holds a right, and for the whole city where that is asked for."""
    found = standing()
    return isinstance(found, Access) and found.may(right) and not (everywhere and found.districts is not None)


def demand(right: str) -> None:
    """Raise an `AccessError` where whoever is at the page lacks a right."""
    if not current().may(right):
        raise refused(right)


def turned_away(words: Words) -> bool:
    """Draw why whoever is at the page is not let in, with the way in; return False where they are let in, and keep looking."""
    found = standing(used=True)
    if isinstance(found, Access):
        if asked_for():
            _noted(found)
            _look_again(found)
        return False
    if found in ("unknown", "ended") and st.session_state.get("refused") != found:
        st.session_state["refused"] = found
        record.add(str(_claims().get("email") or _claims().get("sub")), "", "refused", found)
    who = str(_claims().get("email") or _claims().get("sub") or "")
    st.title(words.say("Sign in"), anchor=False)
    st.markdown(words.say(REASONS[found], who=safe_markdown(who)) if found == "unknown" else words.say(REASONS[found]))
    if found == "unknown":
        st.button(words.say("Sign out"), on_click=st.logout, key="sign_out")
    elif found != "table":
        st.button(words.say("Sign in"), on_click=st.login, type="primary", key="sign_in")
    return True


def _noted(found: Access) -> None:
    """Write down that somebody signed in, or has another role now."""
    before = _VISITS.grant(_key(_claims()), found)
    if before is None:
        record.add(found.who, found.role, "sign in")
    elif before != found:
        record.add(found.who, found.role, "role", f"{before.role} → {found.role}")


def note(what: str, about: str = "") -> None:
    """Write down what whoever is at the page does, before it happens: where it cannot be written, it must not. Only with a sign-in."""
    if asked_for():
        access = current()
        record.add(access.who, access.role, what, about)


def viewed(page: str, about: str) -> None:
    """Write down that a page is looked at, and about what; not again while both stay."""
    seen = f"{page} {about}".strip()
    if asked_for() and st.session_state.get("viewed") != seen:
        note("view", seen)
        st.session_state["viewed"] = seen


def give(label: str, made: Callable[[], bytes] | bytes, *, file_name: str, mime: str, key: str, primary: bool = False) -> None:
    """Draw a button that gives a file: written down before it is made, refused where that cannot be, or to who is let in no longer."""
    claims = _claims() if asked_for() else {}

    def given() -> bytes:
        if not asked_for():
            return made() if callable(made) else made
        with on_behalf_of(claims):
            note("file", file_name)
            return made() if callable(made) else made

    st.download_button(
        label, data=given, file_name=file_name, mime=mime, on_click="ignore", key=key, type="primary" if primary else "secondary"
    )


@st.fragment(run_every=LOOK_AGAIN)
def _look_again(granted: Access) -> None:
    """Draw the page anew where what was granted is no longer so."""
    if standing() != granted:
        st.rerun()


def way_out(words: Words) -> None:
    """Draw who is signed in and the way out, below what cannot be shown; nothing where nobody is."""
    if isinstance(standing(), Access):
        signed_in_as(words)


def signed_in_as(words: Words) -> None:
    """Draw, in the sidebar, who is signed in, as what, for which districts, and the way out; nothing where no sign-in is asked for."""
    if not asked_for():
        return
    found = current()
    said = words.say("Signed in: {who}, {role}", who=safe_markdown(found.who), role=words.say(NAMES[found.role]))
    if found.districts is not None:
        said += ". " + words.say("Numbers are of these districts alone: {listed}", listed=safe_markdown(words.join(found.districts)))
    st.caption(said)
    st.button(words.say("Sign out"), on_click=st.logout, key="sign_out")
