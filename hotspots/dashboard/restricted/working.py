"""What is worked out while a page stands without it: one thing after another, in a thread that outlives the page's runs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

MOST = 64  # works that are known of; the oldest are forgotten


class Working:
    """The works of this server by what they are about; each is begun once, and a page asks how it stands."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="hotspots-working")
        self._lock = threading.Lock()
        self._of: OrderedDict[str, Future[None]] = OrderedDict()

    def of(self, key: str, made: Callable[[], Callable[[], None]]) -> Future[None]:
        """Return the work about `key`, which begins where there is none: `made` gives what is to be done."""
        with self._lock:
            if key not in self._of:
                self._of[key] = self._pool.submit(made())
                while len(self._of) > MOST:
                    self._of.popitem(last=False)
            return self._of[key]
