"""Readers without a browser: each opens a page over Streamlit's own socket, changes filters, and knows when the answer was drawn."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from websockets.asyncio.client import ClientConnection, connect

KEPT = 2  # runs through which a browser keeps a message that it may be sent by its hash alone
PATIENCE = 120.0  # seconds


class BusyError(Exception):
    """The server said that it has no room."""


@dataclass
class Drawn:
    """What came of one run: how long it took until its last message was there, and what was sent."""

    seconds: float
    messages: int
    size: int
    query: str


@dataclass
class Reader:
    """One open page: `page` is its name in the address ("" is the first one), `query` what follows the question mark."""

    address: str
    page: str = ""
    query: str = ""
    cookie: str = ""
    language: str = "es-SV"
    filters: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  # each one's id and what it offers, by its key
    _line: ClientConnection | None = None
    _chosen: dict[str, list[str]] = field(default_factory=dict)  # what the widgets show, by their ids
    _set: set[str] = field(default_factory=set)  # keys of the filters in force
    _kept: OrderedDict[str, int] = field(default_factory=OrderedDict)
    _run: int = 0
    _script: str = ""

    async def __aenter__(self) -> Reader:
        token = generate_xsrf_token_string()
        told = await asked_for(self.address, f"/{self.page}", self.language)
        cookie = "; ".join(one for one in (f"_streamlit_xsrf={token}", told, self.cookie) if one)
        self._line = await connect(
            f"{self.address.replace('http:', 'ws:')}/_stcore/stream",
            origin=self.address,
            additional_headers={"Cookie": cookie},
            subprotocols=["streamlit", token],
            max_size=None,
            open_timeout=PATIENCE,
            ping_interval=None,
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._line is not None:
            await self._line.close()

    async def open(self) -> Drawn:
        """Ask for the page, and wait until it is drawn."""
        asked = self._message()
        asked.rerun_script.page_name = self.page
        return await self._drawn(asked)

    async def goes_to(self, page: str, query: str = "") -> Drawn:
        """Go to another page by a link."""
        self.page, self.query, self.filters, self._chosen, self._set = page, query, {}, {}, set()
        return await self.open()

    async def choose(self, key: str, values: list[str]) -> Drawn:
        """Choose values of the filter of this key, such as `choice_weapon`, none of the others, and wait until the page is drawn anew."""
        self._chosen = {self.filters[one][0]: [] for one in self._set} | {self.filters[key][0]: values}
        self._set = {key}
        asked = self._message()
        asked.rerun_script.page_script_hash = self._script
        return await self._drawn(asked)

    def _message(self) -> BackMsg:
        asked = BackMsg()
        run = asked.rerun_script
        run.query_string = self.query
        run.context_info.locale = self.language
        run.context_info.color_scheme = "light"
        run.cached_message_hashes.extend(self._kept)
        for name, values in self._chosen.items():
            state = WidgetState(id=name)
            state.string_array_value.data.extend(values)
            run.widget_states.widgets.append(state)
        return asked

    async def _drawn(self, asked: BackMsg) -> Drawn:
        assert self._line is not None
        self._run += 1
        began, messages, size = time.monotonic(), 0, 0
        await self._line.send(asked.SerializeToString())
        while True:
            piece = await asyncio.wait_for(self._line.recv(decode=False), PATIENCE)
            came = ForwardMsg.FromString(piece)
            messages, size = messages + 1, size + len(piece)
            if self._heard(came):
                break
        self._kept = OrderedDict((name, run) for name, run in self._kept.items() if self._run - run < KEPT)
        return Drawn(time.monotonic() - began, messages, size, self.query)

    def _heard(self, came: ForwardMsg) -> bool:
        """Take in a message; return whether the page is drawn now: the script has ended, and not in order to begin again."""
        kind = came.WhichOneof("type")
        if kind == "ref_hash" or came.metadata.cacheable:
            self._kept[came.ref_hash or came.hash] = self._run
        if kind == "delta" and came.delta.new_element.WhichOneof("type") == "multiselect":
            found = came.delta.new_element.multiselect
            self.filters[found.id.rpartition("-")[2]] = (found.id, list(found.options))
        elif kind == "page_info_changed":
            self.query = came.page_info_changed.query_string
        elif kind == "navigation":
            self._script = came.navigation.page_script_hash
        return kind == "script_finished" and came.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN


async def asked_for(address: str, path: str, language: str = "en") -> str:
    """Ask for a page as a browser does first, and return the cookies that it is told to keep; raises `BusyError` where there is no room."""
    host = address.removeprefix("http://")
    name, _, port = host.rpartition(":")
    reader, writer = await asyncio.wait_for(asyncio.open_connection(name, int(port)), PATIENCE)
    try:
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept: text/html", f"Accept-Language: {language}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode())
        status, *heads = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode("latin-1").splitlines()
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    if " 503 " in status:
        raise BusyError(status)
    assert " 200 " in status, status
    cookies = [head.partition(":")[2].partition(";")[0].strip() for head in heads if head.lower().startswith("set-cookie:")]
    return "; ".join(cookies)
