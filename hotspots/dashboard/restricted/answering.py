"""Answers that are worked out while the page waits: one at a time, each once for all readers who ask for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from hotspots.dashboard.restricted.reading import Work
from hotspots.questions.restricted import Asked, Question, long
from hotspots.words import told

_MOST = 32  # answers that are known here; the disk has them too
_TURN = 0.5  # seconds between two looks whether it is still wanted


class Answering(Work):
    """The working out of one answer; `value` is what came of it."""

    turn = threading.Lock()  # one at a time: each takes every processor

    def __init__(self, question: Question[..., Any], asked: Asked, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        super().__init__()
        self.question, self.asked, self.arguments, self.named = question, asked, arguments, named
        self.value: Any = None

    def work(self) -> None:
        """Work it out when its turn has come."""
        self._tell(told("waiting for what another reader asked for"))
        while not self.turn.acquire(timeout=_TURN):
            if self.wanted_no_more.is_set():
                break
        else:
            try:
                self._tell("")
                self.value = long.answer(
                    self.question, self.asked, self.arguments, self.named, progress=self._tell, stop=self.wanted_no_more
                )
            finally:
                self.turn.release()
            return
        raise long.stopped()


class Answerings:
    """What this server works out, and what it worked out last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: OrderedDict[str, Answering] = OrderedDict()

    def of(self, question: Question[..., Any], asked: Asked, arguments: tuple[Any, ...], named: dict[str, Any]) -> Answering:
        """Return the working out of an answer, which begins where there is none."""
        key = repr((question.name, question.read(asked.selection), arguments, sorted(named.items())))
        with self._lock:
            found = self._of.get(key)
            if found is None:
                found = self._of[key] = Answering(question, asked, arguments, named)
                found.start()
            self._of.move_to_end(key)
            for old in [name for name, one in self._of.items() if one.done][:-_MOST]:
                del self._of[old]
        return found

    def forget(self, failed: Answering) -> None:
        """Forget one that came to nothing, so that it begins anew when it is asked for again."""
        with self._lock:
            self._of = OrderedDict((key, one) for key, one in self._of.items() if one is not failed)

    def given(self, question: Question[..., Any], asked: Asked, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Return the answer, waiting for it."""
        found = self.of(question, asked, arguments, named)
        found.ended.wait()
        if found.fault is not None:
            self.forget(found)
            raise found.told()
        return found.value
