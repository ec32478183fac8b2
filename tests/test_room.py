"""How many pages a process keeps open: who comes after that is told that it is busy; who is inside may load their page again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hotspots import settings
from hotspots.dashboard import room
from hotspots.dashboard.room import Room


class Inside:
    """The dashboard, as the room sees it: a socket stays until it is let go, anything else is answered at once."""

    def __init__(self) -> None:
        self.leave = asyncio.Event()
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await self.leave.wait()
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"the page"})


def scope(path: str, *, browser: str = "", accept: str = "text/html", language: str = "", cookie: str = "") -> dict[str, Any]:
    cookies = "; ".join(one for one in (f"_streamlit_xsrf={browser}" if browser else "", cookie) if one)
    told = {"accept": accept, "accept-language": language, "cookie": cookies}
    headers = [(name.encode(), value.encode()) for name, value in told.items() if value]
    kind = "websocket" if path == "/_stcore/stream" else "http"
    return {"type": kind, "path": path, "method": "GET", "headers": headers, "query_string": b""}


async def answer(one: Room, asked: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    said: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    await one(asked, receive, send)
    headers = {name.decode(): value.decode() for name, value in said[0].get("headers", [])}
    return said[0].get("status", said[0].get("code", 0)), said[-1].get("body", b""), headers


async def opened(one: Room, browser: str = "") -> asyncio.Task[Any]:
    """Open a page's socket, and come back once it is open or refused."""
    task = asyncio.create_task(answer(one, scope("/_stcore/stream", browser=browser)))
    for _ in range(3):
        await asyncio.sleep(0)
    return task


def test_a_full_process_says_so_in_the_readers_language_and_serves_those_inside():
    async def run() -> None:
        inside = Inside()
        one = Room(inside, most=2)
        lines = [await opened(one, "a"), await opened(one, "b")]
        assert one.open == 2
        for language, text in (("en-GB,en", b"busy"), ("es-SV", b"ocupado"), ("fr", b"ocupado")):
            status, body, headers = await answer(one, scope("/map", language=language))
            assert (status, text in body, headers["retry-after"]) == (503, True, "10")
            assert b"<script" not in body
        refused = await opened(one, "c")
        assert (await refused)[0] == 1013
        assert (await answer(one, scope("/map", browser="a")))[0] == 200  # loads its page again
        for path in ("/static/js/x.js", "/_stcore/health", "/media/1.png", "/released/city/cards.en.html"):
            assert (await answer(one, scope(path, accept="*/*")))[0] == 200, path
        again = await opened(one, "a")  # the socket before has not gone yet
        assert (one.open, (await opened(one, "a")).done()) == (3, True)
        inside.leave.set()
        await asyncio.gather(*lines, again)
        assert one.open == 0
        assert (await answer(one, scope("/map")))[0] == 200

    asyncio.run(run())


def test_a_page_that_was_sent_holds_a_place_until_its_socket_comes_or_for_a_while(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(room.time, "monotonic", lambda: now[0])

    async def run() -> None:
        one = Room(Inside(), most=2)
        statuses = [(await answer(one, scope("/")))[0] for _ in range(4)]
        assert statuses == [200, 200, 503, 503]
        await opened(one)  # one of them comes in, and its place is no longer promised
        assert (await answer(one, scope("/")))[0] == 503
        now[0] += room.PROMISED + 1
        assert [(await answer(one, scope("/")))[0] for _ in range(2)] == [200, 503]

    asyncio.run(run())


def test_without_a_bound_everybody_is_let_in():
    async def run() -> None:
        one = Room(Inside(), most=0)
        for _ in range(300):
            await opened(one)
        assert (one.open, (await answer(one, scope("/")))[0]) == (300, 200)

    asyncio.run(run())


def test_a_browser_is_told_once_which_process_it_came_to():
    async def run() -> None:
        one = Room(Inside(), most=0, worker="2")
        told = [
            (await answer(one, scope("/", cookie=cookie)))[2].get("set-cookie", "")
            for cookie in ("", "hotspots_worker=1", "hotspots_worker=2")
        ]
        assert told == ["hotspots_worker=2; Path=/; HttpOnly; SameSite=Lax"] * 2 + [""]
        assert (await answer(Room(Inside(), most=0), scope("/")))[2] == {}

    asyncio.run(run())


@pytest.mark.parametrize(("name", "read"), [("HOTSPOTS_READERS", settings.most_readers), ("HOTSPOTS_MEMORY", settings.memory)])
@pytest.mark.parametrize("value", ["many", "-1", "1.5", "1e3"])
def test_a_bound_that_is_no_number_is_refused_by_its_name(monkeypatch, name, read, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(settings.SettingError, match=f"{name} is '{value}'; write a whole number"):
        read()
