"""How many readers one process serves at a time: past that a page says that it is busy. And which process a browser comes back to."""

from __future__ import annotations

import re
import time
from collections import Counter, deque

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from hotspots import settings
from hotspots.dashboard.base_map import below
from hotspots.drawing import waiting

PROMISED = 15.0  # seconds for which a page that was sent holds a place for its socket
_PAGE = re.compile(r"/?(?:[a-z_]*/?)?")
_STREAM = "/_stcore/stream"


class Room:
    """Let in as many open pages as `most` (0: any number); a browser that has one open may load another in its place."""

    def __init__(self, app: ASGIApp, *, most: int, worker: str = "") -> None:
        self.app, self.most, self.worker = app, most, worker
        self._open: Counter[str] = Counter()
        self._promised: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or say that there is no room for it."""
        path = scope.get("path", "").removeprefix(below())
        if scope["type"] == "websocket" and path == _STREAM:
            await self._stream(scope, receive, send)
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _is_page(scope, path) and not self._promise(_browser(scope)):
            body, headers = waiting.answer("busy", HTTPConnection(scope).headers.get("accept-language", ""))
            await Response(body, status_code=503, headers=headers)(scope, receive, send)
        else:
            await self.app(scope, receive, self._marked(scope, send))

    @property
    def open(self) -> int:
        """How many pages are open."""
        return self._open.total()

    def _promise(self, browser: str) -> bool:
        """Return whether a page may be loaded, and hold a place for it."""
        now = time.monotonic()
        while self._promised and now - self._promised[0] > PROMISED:
            self._promised.popleft()
        if not self.most or (browser and self._open[browser]):
            return True
        if self.open + len(self._promised) >= self.most:
            return False
        self._promised.append(now)
        return True

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        browser = _browser(scope)
        spare = 1 + self.most // 10 if browser and self._open[browser] else 0  # the page before may not have gone yet
        if self.most and self.open >= self.most + spare:
            await receive()
            await send({"type": "websocket.close", "code": 1013})  # before it is accepted: the browser tries again
            return
        if self._promised:
            self._promised.popleft()
        self._open[browser] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._open[browser] -= 1
            self._open += Counter()  # without those that have none open

    def _marked(self, scope: Scope, send: Send) -> Send:
        """Return how to answer: a browser is told which process it came to, so that all it asks for comes to the same one."""
        if not self.worker or HTTPConnection(scope).cookies.get(settings.WORKER_COOKIE) == self.worker:
            return send

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{settings.WORKER_COOKIE}={self.worker}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        return marked


def _is_page(scope: Scope, path: str) -> bool:
    """Return whether a browser asks for one of the dashboard's pages, and for no file of one."""
    return scope["method"] == "GET" and _PAGE.fullmatch(path) is not None and "text/html" in HTTPConnection(scope).headers.get("accept", "")


def _browser(scope: Scope) -> str:
    """Return what Streamlit tells browsers apart by; empty where it has not seen this one yet."""
    return HTTPConnection(scope).cookies.get(XSRF_COOKIE_NAME, "")
