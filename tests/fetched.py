"""What a route of the dashboard answers, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute


def awaited(work: Coroutine[Any, Any, Any]) -> Any:
    """Return what comes of asynchronous work; in a thread, for where a browser is driven another loop runs in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


def fetched(routes: Iterable[BaseRoute], path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return what these routes answer to an address: the status, the headers, the file."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "root_path": ""}
    awaited(Starlette(routes=list(routes))(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent[1:])
