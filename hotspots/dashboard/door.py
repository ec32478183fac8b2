"""Who may come in: without sign-in the restricted edition answers this machine alone, whatever the settings say.

`app.py` and `serve.py` ask here before they serve. The settings are looked at once, when the server starts; every request is looked at
again, because a server can be started by other means, or its settings changed while it runs.
"""

from __future__ import annotations

import contextlib
import ipaddress
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from hotspots import settings

NAMES = ("localhost", "127.0.0.1", "::1")  # by which this machine calls itself
MOST_UPLOADED = 200  # MB
_SETTINGS_FILE = settings.dashboard_folder() / ".streamlit" / "config.toml"


def guarded() -> Sequence[Middleware]:
    """Return what stands before every page of the edition that runs.

    Raises `SystemExit` where the restricted edition would listen to a network, and where Streamlit has not read the project's settings.
    """
    refuse_unset()
    refuse_unsafe()
    if settings.edition() != "public":
        refuse_network()
    sys.stderr.write(f"Listening on {listening()}\n")
    if settings.edition() == "public":
        if Path(config.get_where_defined("server.allowedHosts")).resolve() == _SETTINGS_FILE.resolve():
            config.set_option("server.allowedHosts", [])  # that line is for the restricted edition; an operator's own one holds
        return ()
    config.set_option("server.allowedHosts", list(NAMES))
    return (Middleware(OnlyHere),)


def refuse_unset() -> None:
    """Stop where Streamlit has not read the project's settings: it would listen to every network or report its use."""
    if "<default>" in (config.get_where_defined("server.address"), config.get_where_defined("browser.gatherUsageStats")):
        folder = settings.dashboard_folder()
        raise SystemExit(f"{_SETTINGS_FILE} was not read. Start the dashboard by python -m hotspots run, or in that folder: cd {folder}")


# What each setting must be: whoever sets another one opens a door that the pages rely on being shut.
SAFE: Mapping[str, Callable[[Any], bool]] = {
    "browser.gatherUsageStats": lambda value: value is False,
    "client.showErrorDetails": lambda value: value == "none",
    "client.toolbarMode": lambda value: value in ("minimal", "viewer"),
    "global.developmentMode": lambda value: value is False,
    "server.enableCORS": lambda value: value is True,
    "server.enableXsrfProtection": lambda value: value is True,
    "server.enableStaticServing": lambda value: value is False,
    "server.maxUploadSize": lambda value: 0 < value <= MOST_UPLOADED,
    "server.corsAllowedOrigins": lambda value: not value or (settings.edition() == "public" and "*" not in value),
}


def refuse_unsafe() -> None:
    """Stop where a setting is not safe, whoever set it: by a flag, by the environment, or in a file of the user's own."""
    wrong = [name for name, safe in SAFE.items() if not safe(config.get_option(name))]
    if wrong:
        said = [f"{name} is {config.get_option(name)!r} ({config.get_where_defined(name)})" for name in wrong]
        raise SystemExit(f"{'; '.join(said)}: that is not safe. Nothing was started. Leave it out: {_SETTINGS_FILE} sets it as it must be.")


def listening() -> str:
    """Return the address that the server listens on, as the log names it."""
    address = str(config.get_option("server.address"))
    return f"http://{f'[{address}]' if ':' in address else address}:{config.get_option('server.port')}"


def refuse_network() -> None:
    """Stop where the address to listen on is not this machine's own."""
    address = str(config.get_option("server.address"))
    if not is_here(address):
        raise SystemExit(
            f"server.address is {address} ({config.get_where_defined('server.address')}), and the restricted edition has no sign-in: it "
            "would show single homicides to everybody on that network. Nothing was started. Leave the setting out, or make it 127.0.0.1; "
            "for other machines, serve the public edition (HOTSPOTS_EDITION=public, docs/public-edition.md)."
        )


def is_here(host: str) -> bool:
    """Return whether an address, or the name in a Host header, is this machine's own and reaches no network.

    >>> [is_here(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "evil.example", "localhost.evil.example", "")]
    [True, True, True, False, False, False, False]
    """
    if host.lower().rstrip(".") == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


class OnlyHere:
    """Answer only requests that reached this machine on its own address and call it by its own name; to others say 403 and no more."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or turn it away."""
        if scope["type"] == "lifespan" or (_reached_here(scope) and _calls_us(scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("403\n", status_code=403)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the browser sees 403


def _reached_here(scope: Scope) -> bool:
    """Return whether the socket that took the request has an address of this machine alone, or is a file."""
    server = scope.get("server")
    return server is None or server[1] is None or is_here(str(server[0]))


def _calls_us(scope: Scope) -> bool:
    named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    with contextlib.suppress(ValueError):
        return len(named) == 1 and not set(named[0]) & set("@/?#\\ ") and is_here(urlsplit(f"//{named[0]}").hostname or "")
    return False
