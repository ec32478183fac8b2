"""Files read and sources fetched while the page waits: threads that a person can stop, which outlive the page's runs."""

from __future__ import annotations

import threading
import time

from hotspots.cities import Understood, drafts
from hotspots.cities.drafts import Draft
from hotspots.cities.sources import Source, Web, fetch, kept_in
from hotspots.words import ToldError


class Work(threading.Thread):
    """What goes on while the page waits. `step` is the sentence of what it does now; once `done`, `fault` is why nothing came of it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.step = ""
        self.began = time.monotonic()
        self.ended = threading.Event()
        self.wanted_no_more = threading.Event()
        self.fault: Exception | None = None

    @property
    def done(self) -> bool:
        """Whether it has come to an end, good or bad."""
        return self.ended.is_set()

    @property
    def stopping(self) -> bool:
        """Whether a person has stopped it, and it has not come to its end yet."""
        return self.wanted_no_more.is_set() and not self.done

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.began

    def run(self) -> None:
        """Do it, and keep what went wrong."""
        try:
            self.work()
        except Exception as fault:
            self.fault = fault
        finally:
            self.ended.set()

    def work(self) -> None:
        """Do what is to be done."""
        raise NotImplementedError

    def end(self) -> None:
        """Stop it; nothing of it is kept."""
        self.wanted_no_more.set()

    def told(self) -> ToldError:
        """Return why nothing came of it, as a person may read it; a fault of the program is raised."""
        assert self.fault is not None  # asked only where it failed
        if isinstance(self.fault, ToldError):
            return self.fault
        raise self.fault

    def _tell(self, step: str) -> None:
        self.step = step


class Reading(Work):
    """The reading of one import with the answers that it had when it began; `understood` is what came of it."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft
        self.understood: Understood | None = None

    def work(self) -> None:
        """Read."""
        self.understood = drafts.read(self.draft, progress=self._tell, stop=self.wanted_no_more)


class Fetching(Work):
    """The fetching of an official source, which a person asked for; what comes of it is an import on its way."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def work(self) -> None:
        """Fetch."""
        one, stop = self.source, self.wanted_no_more
        web = Web(one.address, own=one.own, say=self._tell, sleep=stop.wait, stop=stop)
        update = fetch(one, kept_in(one), web=web, progress=self._tell)
        drafts.begin_fetched(one, update)


class Readings:
    """What this server reads and fetches: one reading for each import, begun anew when its answers change, and one source at a time."""

    def __init__(self) -> None:
        self._of: dict[str, Reading] = {}
        self.fetching: Fetching | None = None

    def of(self, draft: Draft) -> Reading:
        """Return the reading of an import, which begins where there is none for these answers."""
        found = self._of.get(draft.id)
        if found is None or found.draft.answers != draft.answers:
            self.forget()
            found = self._of[draft.id] = Reading(draft)
            found.start()
        return found

    def fetch(self, source: Source) -> None:
        """Ask the source, unless one is being asked: the only place of the dashboard from which a request leaves the machine."""
        if self.fetching is None or self.fetching.done:
            self.fetching = Fetching(source)
            self.fetching.start()

    def forget(self) -> None:
        """End every reading, and free what it holds."""
        for one in self._of.values():
            one.end()
        self._of.clear()
