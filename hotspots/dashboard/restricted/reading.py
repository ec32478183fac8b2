"""Files read while the page waits: a thread that a person can stop, which outlives the page's runs."""

from __future__ import annotations

import threading
import time

from hotspots.cities import Understood, drafts
from hotspots.cities.drafts import Draft
from hotspots.words import ToldError


class Reading(threading.Thread):
    """The reading of one import with the answers that it had when it began.

    `step` is the sentence of what it does now. Once `done`, `understood` is what came of it, or `fault` why nothing did.
    """

    def __init__(self, draft: Draft) -> None:
        super().__init__(daemon=True)
        self.draft = draft
        self.step = ""
        self.began = time.monotonic()
        self.ended = threading.Event()
        self.wanted_no_more = threading.Event()
        self.understood: Understood | None = None
        self.fault: Exception | None = None

    @property
    def done(self) -> bool:
        """Whether it has come to an end, good or bad."""
        return self.ended.is_set()

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.began

    def run(self) -> None:
        """Read."""
        try:
            self.understood = drafts.read(self.draft, progress=self._tell, stop=self.wanted_no_more)
        except Exception as fault:
            self.fault = fault
        finally:
            self.ended.set()

    def end(self) -> None:
        """Stop it; nothing of it is kept."""
        self.wanted_no_more.set()

    def _tell(self, step: str) -> None:
        self.step = step

    def told(self) -> ToldError:
        """Return why nothing came of it, as a person may read it; a fault of the program is raised."""
        assert self.fault is not None  # asked only where it failed
        if isinstance(self.fault, ToldError):
            return self.fault
        raise self.fault


class Readings:
    """The readings of this server: one for each import, begun anew when its answers change."""

    def __init__(self) -> None:
        self._of: dict[str, Reading] = {}

    def of(self, draft: Draft) -> Reading:
        """Return the reading of an import, which begins where there is none for these answers."""
        found = self._of.get(draft.id)
        if found is None or found.draft.answers != draft.answers:
            self.forget()
            found = self._of[draft.id] = Reading(draft)
            found.start()
        return found

    def forget(self) -> None:
        """End every reading, and free what it holds."""
        for one in self._of.values():
            one.end()
        self._of.clear()
