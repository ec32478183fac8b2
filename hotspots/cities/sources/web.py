"""How we ask a service: with patience, within limits, and nobody but the host that was named."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests

from hotspots.readers.isolation.running import Stop
from hotspots.words import Told, ToldError, told

TRIES = 5
LONGEST_WAIT = 120.0  # seconds between two tries, whatever the service asks for
MOST_BYTES = 400_000_000  # of one answer
_REDIRECTS = 5
_TIMES = (10.0, 60.0)  # seconds until it connects, and between two pieces of an answer
_AGAIN = {429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}


class SourceError(ToldError):
    """A source cannot be asked, or its answer cannot be trusted, and why."""


class _AgainError(Exception):
    """It may go better later; `after` are the seconds that the service asks for."""

    def __init__(self, fault: Told, after: float | None = None) -> None:
        super().__init__(fault)
        self.fault, self.after = fault, after


@dataclass(frozen=True)
class Answer:
    """What a service said: the `body`, and the marks by which it is asked later whether that still holds. `same`: it still does."""

    body: bytes
    etag: str = ""
    modified: str = ""
    same: bool = False


class Web:
    """Asks one host. `own`: the user gave the address, so that it may lie on this machine or in a private network, and be http.

    `say` is told of each wait; `sleep` waits; where `stop` is set it asks no more, and says so by a `SourceError`.
    """

    def __init__(
        self,
        address: str,
        *,
        own: bool = False,
        say: Callable[[Told], None] = lambda _: None,
        sleep: Callable[[float], object] = time.sleep,
        stop: Stop | None = None,
    ) -> None:
        self.home, self.own, self._say, self._sleep, self._stop = urlsplit(address), own, say, sleep, stop
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "hotspots"
        self._check(address)

    def get(self, address: str, query: Mapping[str, str], *, etag: str = "", modified: str = "") -> Answer:
        """Return the answer; try again, ever later, while the service is busy. Raises a `SourceError` that says what it said."""
        marks = {"If-None-Match": etag, "If-Modified-Since": modified}
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(address, query, {name: mark for name, mark in marks.items() if mark})
            except _AgainError as error:
                if attempt == TRIES:
                    raise SourceError(told("{fault}; given up after {n} tries", fault=error.fault, n=TRIES)) from None
                wait = min(error.after if error.after is not None else 2.0**attempt, LONGEST_WAIT)
                self._say(told("{fault}; again in {seconds} seconds", fault=error.fault, seconds=f"{wait:.0f}"))
                self._sleep(wait)
        raise AssertionError

    def _once(self, address: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        given: Mapping[str, str] | None = query
        for _ in range(_REDIRECTS):
            self._go_on()
            self._check(address)
            try:
                with self._session.get(
                    address, params=given, headers=dict(headers), timeout=_TIMES, stream=True, allow_redirects=False
                ) as answer:
                    if answer.status_code not in _MOVED:
                        return self._read(answer)
                    address, given = urljoin(answer.url, answer.headers.get("Location", "")), None
            except requests.exceptions.SSLError:
                raise SourceError(told("{host}: its certificate cannot be trusted; nothing was read", host=self.home.hostname)) from None
            except (requests.ConnectTimeout, requests.ConnectionError):
                _numbers(self.home.hostname or "")  # which says so where the name leads nowhere
                raise _AgainError(told("{host} cannot be reached: is this machine on the internet?", host=self.home.hostname)) from None
            except requests.RequestException as error:
                raise _AgainError(
                    told("{host}: no whole answer ({reason})", host=self.home.hostname, reason=type(error).__name__)
                ) from None
        raise SourceError(told("{host}: it sends us from address to address", host=self.home.hostname))

    def _read(self, answer: requests.Response) -> Answer:
        host, status = self.home.hostname, answer.status_code
        if status in _AGAIN:
            raise _AgainError(
                told("{host}: busy or broken (status {status})", host=host, status=status), _after(answer.headers.get("Retry-After", ""))
            )
        if status == 304:
            return Answer(b"", same=True)
        body = bytearray()
        for piece in answer.iter_content(1 << 16):
            self._go_on()
            body += piece
            if len(body) > MOST_BYTES:
                raise SourceError(told("{host}: an answer of more than {n} MB; ask for less at once", host=host, n=MOST_BYTES // 1_000_000))
        if status != 200:
            said = bytes(body[:300]).decode("utf-8", "replace")
            raise SourceError(told("{host}: refused (status {status}): {said}", host=host, status=status, said=said))
        return Answer(bytes(body), answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", ""))

    def _go_on(self) -> None:
        if self._stop is not None and self._stop.is_set():
            raise SourceError(told("fetching was stopped; nothing was changed, and within six hours it goes on where it was"))

    def _check(self, address: str) -> None:
        """Refuse an address of another host, without TLS, or on this machine or in a private network where the user did not give it."""
        parts = urlsplit(address)
        if (parts.hostname, parts.port) != (self.home.hostname, self.home.port) or not parts.hostname:
            raise SourceError(told("{address} lies on another host than the source; it was not asked", address=repr(address)))
        if parts.scheme != "https" and not (self.own and parts.scheme == self.home.scheme == "http"):
            raise SourceError(told("{address} is not https; it was not asked", address=repr(address)))
        if not self.own and not all(map(_public, _numbers(parts.hostname))):
            raise SourceError(told("{address} leads into a private network; it was not asked", address=repr(address)))


def _numbers(host: str) -> list[str]:
    try:
        return [str(row[4][0]) for row in socket.getaddrinfo(host, None)]
    except OSError:
        raise SourceError(told("{host}: no such host, or no way to the internet", host=host)) from None


def _public(number: str) -> bool:
    return ipaddress.ip_address(number.partition("%")[0]).is_global


def _after(said: str) -> float | None:
    """Return the seconds that a `Retry-After` asks for, which is a number or a day; None where it says nothing.

    >>> _after("7"), _after(""), _after("soon")
    (7.0, None, None)
    """
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
