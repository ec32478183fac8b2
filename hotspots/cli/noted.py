"""What is written down of commands over a shared store, where a sign-in is asked for: who ran which, about what."""

from __future__ import annotations

import getpass

from hotspots import settings


def note(called: str, subject: str) -> None:
    """Write down that a command ran; `subject` names cities, and nothing else of what was typed: it may name a case."""
    if not settings.value("HOTSPOTS_ACCESS") or settings.edition() == "public":
        return
    from hotspots import store

    try:
        who = getpass.getuser()
    except (OSError, KeyError):
        who = "?"
    store.record.add(f"{who} (command line)", "", called, subject)
