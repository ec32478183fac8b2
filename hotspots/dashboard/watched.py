"""What whoever runs the dashboard can watch: is it alive, is it ready, what does it do. None of it holds data.

`/healthz` answers as long as the process does, `/readyz` once it can show pages. Numbers for Prometheus are given at a port of their own
(HOTSPOTS_METRICS), of this machine alone unless an address is named, and not where readers are: there Streamlit's own answer 404. Where
systemd started the process (Type=notify) it is told that it is ready, and from then on that it is alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hotspots import settings
from hotspots.dashboard.base_map import below
from hotspots.dashboard.log_lines import plain

LOG = logging.getLogger(__name__)
STEPS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
QUIET = ("/static", "/healthz", "/readyz", "/_stcore/health")  # what goes well there needs no line
SECONDS = 10.0  # that the store may take to answer


class Times:
    """How long something took, how often: a histogram as Prometheus counts it."""

    def __init__(self) -> None:
        self.below = [0] * len(STEPS)
        self.sum, self.n = 0.0, 0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.sum, self.n = self.sum + seconds, self.n + 1
        for at, most in enumerate(STEPS):
            self.below[at] += seconds <= most


class Seen:
    """What this process has done since it began."""

    def __init__(self) -> None:
        self.began = time.time()
        self.requests: Counter[str] = Counter()
        self.lines, self.failures = 0, 0
        self.request, self.draw = Times(), Times()
        self.stopping = False
        self._lock = threading.Lock()

    def answered(self, status: int, seconds: float) -> None:
        """Count a request."""
        with self._lock:
            self.requests[f"{status // 100}xx"] += 1
            self.request.add(seconds)

    def drew(self, seconds: float, *, failed: bool) -> None:
        """Count a page, or a part that stands alone."""
        with self._lock:
            self.failures += failed
            self.draw.add(seconds)


SEEN = Seen()


class Watched:
    """Count every request, and write a line of it; Streamlit's own numbers are given to nobody who comes through here."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "websocket":
            SEEN.lines += 1
            try:
                await self.app(scope, receive, send)
            finally:
                SEEN.lines -= 1
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, began, status = scope["path"].removeprefix(below()), time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        private = path.startswith("/_stcore/metrics")
        try:
            await (PlainTextResponse("404\n", status_code=404) if private else self.app)(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - began
            SEEN.answered(status, seconds)
            if status >= 400 or not path.startswith(QUIET):
                fields = {"method": scope["method"][:10], "path": plain(path), "status": status, "seconds": round(seconds, 4)}
                LOG.info("answered", extra={"fields": fields})


def routes() -> Sequence[BaseRoute]:
    """Return the two addresses, which answer anybody."""
    return (Route(f"{below()}/healthz", _healthy, methods=["GET"]), Route(f"{below()}/readyz", _ready, methods=["GET"]))


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def _ready(_: Request) -> Response:
    wanting = "stopping" if SEEN.stopping else await _wanting()
    return PlainTextResponse(f"{wanting or 'ok'}\n", status_code=503 if wanting else 200, headers={"Cache-Control": "no-store"})


async def _wanting() -> str:
    """Return what does not answer; empty where everything does."""
    what = "releases" if settings.edition() == "public" else "store"
    try:
        there = await asyncio.wait_for(run_in_threadpool(_reads), SECONDS)
    except Exception:
        LOG.exception("the %s cannot be read", what)
        return what
    return "" if there else what


def _reads() -> bool:
    """Return whether what pages are made of can be read: the folder of releases, or the store, which may be empty yet."""
    if settings.edition() == "public":
        folder = settings.release_folder()
        return folder is not None and os.access(folder, os.R_OK | os.X_OK)
    from hotspots.store.shelves import shelf

    place = shelf()
    list(place.cities())
    return place.silent_since() is None


def numbers() -> str:
    """Return what this process has done, in the text format of Prometheus."""
    told = [
        *_told("hotspots_stopping", "gauge", "1 while the process is being stopped", {"": int(SEEN.stopping)}),
        *_told("hotspots_lines_open", "gauge", "Open pages: lines that browsers hold", {"": SEEN.lines}),
        *_told(
            "hotspots_requests_total",
            "counter",
            "Requests by the status of their answers",
            {f'{{status="{kind}"}}': SEEN.requests[kind] for kind in ("1xx", "2xx", "3xx", "4xx", "5xx")},
        ),
        *_times("hotspots_request_seconds", "How long requests took, in seconds", SEEN.request),
        *_told(
            "hotspots_draw_failures_total", "counter", "Pages and parts that failed; each has a reference in the log", {"": SEEN.failures}
        ),
        *_times("hotspots_draw_seconds", "How long the server took to draw a page, or a part that stands alone, in seconds", SEEN.draw),
        *_told("process_start_time_seconds", "gauge", "When the process began, in seconds since 1970", {"": round(SEEN.began, 3)}),
        *_told("process_cpu_seconds_total", "counter", "Processor time, in seconds", {"": round(time.process_time(), 3)}),
    ]
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        told += _told("process_resident_memory_bytes", "gauge", "Memory in use, in bytes", {"": pages * os.sysconf("SC_PAGE_SIZE")})
        told += _told("process_open_fds", "gauge", "Open files and lines", {"": len(os.listdir("/proc/self/fd"))})
    return "\n".join(told) + "\n"


def _told(name: str, kind: str, meaning: str, values: dict[str, float]) -> list[str]:
    return [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", *(f"{name}{labels} {value}" for labels, value in values.items())]


def _times(name: str, meaning: str, times: Times) -> list[str]:
    steps = {f'_bucket{{le="{most}"}}': n for most, n in zip(STEPS, times.below, strict=True)}
    return _told(name, "histogram", meaning, {**steps, '_bucket{le="+Inf"}': times.n, "_sum": round(times.sum, 6), "_count": times.n})


class _Numbers(BaseHTTPRequestHandler):
    """Give the numbers, and nothing else."""

    def do_GET(self) -> None:
        known = self.path.partition("?")[0] == "/metrics"
        body = numbers().encode() if known else b"404\n"
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8" if known else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def numbers_at() -> tuple[str, int] | None:
    """Return the address and the port at which numbers are given; None where no port is named.

    >>> numbers_at() is None
    True
    """
    named = settings.value("HOTSPOTS_METRICS").strip()
    address, _, port = named.rpartition(":")
    if named and not (port.isdecimal() and 0 < int(port) < 65536):
        raise SystemExit(f"HOTSPOTS_METRICS is {named!r}; give a port such as 18501, or ADDRESS:PORT. Nothing was started.")
    own = max(int(settings.worker()[0] or 1) - 1, 0)  # of several processes behind one address each has the next port
    return (address.strip("[]") or "127.0.0.1", int(port) + own) if named else None


@contextlib.asynccontextmanager
async def announced() -> AsyncIterator[None]:
    """While pages are served: give the numbers, and tell systemd, if it asked, that this process is ready and alive."""
    server = _giving()
    alive = asyncio.create_task(_alive())
    notify("READY=1")
    try:
        yield
    finally:
        SEEN.stopping = True
        notify("STOPPING=1")
        alive.cancel()
        if server:
            await run_in_threadpool(server.shutdown)
            server.server_close()


def _giving() -> ThreadingHTTPServer | None:
    where = numbers_at()
    if where is None:
        return None
    try:
        server = ThreadingHTTPServer(where, _Numbers)
    except OSError as fault:  # such as another process of the same address: readers come first
        LOG.warning("no numbers are given at port %d: %s", where[1], fault.strerror)
        return None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True).start()
    return server


async def _alive() -> None:
    """Tell systemd that this process is alive, twice as often as it asks; a loop that hangs tells nothing, and is started anew."""
    given = os.environ.get("WATCHDOG_USEC", "")
    while given.isdecimal() and int(given):
        notify("WATCHDOG=1")
        await asyncio.sleep(int(given) / 2e6)


def notify(text: str) -> None:
    """Tell systemd something, where it started this process and listens."""
    named = os.environ.get("NOTIFY_SOCKET", "")
    if not named:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(text.encode("ascii"), f"\0{named[1:]}" if named.startswith("@") else named)
