"""The way back from a sign-in: whoever followed a link gets to what it was about once the provider has sent them back.

Streamlit leads from the provider to the first page. The browser says, with the step that leads to the provider, which page it comes from;
page and choices are kept in a cookie of this browser for as long as a sign-in may take. Only a page of this dashboard is ever opened: what
is kept is a path of one word and its choices, looked at when it is kept and again when it is used: a cookie is the browser's to change.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import get_origin_from_redirect_uri

from hotspots.dashboard.base_map import below

COOKIE = "hotspots_way_back"
KEPT = 900  # seconds: a provider may ask for a code that is sent by mail
LONGEST = 2800  # letters: a browser keeps cookies of 4096 bytes, and four letters stand for three
_WAY = re.compile(r"/(?:[a-z_]+/?)?(?:\?[!$&-;=?-Z_a-z~%@\[\]|^`{}]*)?")  # a page and its choices; no second slash, no host, no line's end


def way(path: str, query: str, *, base: str = "") -> str:
    """Return the way to a page of this dashboard; empty where it is none, or too long to be kept.

    >>> way("/cases", "place=district:2"), way("/", ""), way("/cases", "", base="/map"), way("/map/cases", "", base="/map")
    ('/cases?place=district:2', '/', '', '/map/cases')
    >>> way("//evil.example", ""), way("/a/b", ""), way("/cases", "a\\r\\nb"), way("/cases", "x" * 3000)
    ('', '', '', '')
    """
    found = f"{path}?{query}" if query else path
    inside = found.removeprefix(base) if found.startswith(f"{base}/") else ""
    return found if len(found) <= LONGEST and _WAY.fullmatch(inside) else ""


def kept(text: str) -> str:
    """Return the way that a cookie keeps; empty where it keeps none, or something else."""
    try:
        path, _, query = base64.urlsafe_b64decode(text.encode("ascii")).decode("ascii").partition("?")
    except (UnicodeError, binascii.Error):
        return ""
    return way(path, query, base=below())


def _came_from(asked: HTTPConnection) -> str:
    """Return the way to the page that a request comes from, where it is one of this dashboard."""
    named = urlsplit(asked.headers.get("referer", ""))
    if f"{named.scheme}://{named.netloc}" != get_origin_from_redirect_uri():
        return ""
    return way(named.path, named.query, base=below())


class WayBack:
    """Keep the way when a reader leaves for the provider, and open it when they come back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; note on its answer what is to be kept, or where to go instead of the first page."""
        step = scope["path"].removeprefix(below()) if scope["type"] == "http" else ""
        if step not in ("/auth/login", "/oauth2callback"):
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        leaving = step == "/auth/login"
        found = _came_from(asked) if leaving else kept(asked.cookies.get(COOKIE, ""))

        async def with_the_way(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                if leaving:
                    answer.append("set-cookie", _cookie(found))
                elif found and answer.get("location") == f"{below()}/":
                    answer["location"] = found
                    answer.append("set-cookie", _cookie(""))
            await send(message)

        await self.app(scope, receive, with_the_way)


def _cookie(found: str) -> str:
    """Return the line that keeps a way in this browser; that forgets it where there is none."""
    secure = "; secure" if (get_origin_from_redirect_uri() or "").startswith("https:") else ""
    value, seconds = (base64.urlsafe_b64encode(found.encode("ascii")).decode(), KEPT) if found else ("", 0)
    return f"{COOKIE}={value}; max-age={seconds}; path={below() or '/'}; httponly; samesite=lax{secure}"
