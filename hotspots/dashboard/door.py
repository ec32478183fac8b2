"""Who may come in: without sign-in the restricted edition answers this machine alone, whatever the settings say; with it, whoever signs in.

`app.py` and `serve.py` ask here before they serve. The settings are looked at once, when the server starts; every request is looked at
again, because a server can be started by other means, or its settings changed while it runs.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import os
import re
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section, is_authlib_installed
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from hotspots import settings
from hotspots.agency import AccessError, access_of, table
from hotspots.dashboard import log_lines
from hotspots.dashboard.base_map import below
from hotspots.dashboard.headers import Headers
from hotspots.dashboard.room import Room
from hotspots.dashboard.watched import Watched, numbers_at
from hotspots.dashboard.way_back import WayBack

LOG = logging.getLogger(__name__)
PROVIDER = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")  # what [auth] must say
LEAST_SECRET = 32  # letters
# What a browser gets before anybody has signed in: the page that asks for it, and the way to the provider and back.
OPEN = re.compile(r"/?(?:$|[a-z_]*/?$|static/|assets/|favicon|auth/log|oauth2callback|_stcore/(?:stream|health|host-config))")
NAMES = ("localhost", "127.0.0.1", "::1")  # by which this machine calls itself
MOST_UPLOADED = 200  # MB
_SETTINGS_FILE = settings.dashboard_folder() / ".streamlit" / "config.toml"


def guarded() -> Sequence[Middleware]:
    """Return what stands before every page of the edition that runs.

    Raises `SystemExit` where the restricted edition would listen to a network, and where Streamlit has not read the project's settings.
    """
    log_lines.begin()
    refuse_unset()
    refuse_unsafe()
    numbers_at()
    signed = settings.edition() != "public" and bool(settings.value("HOTSPOTS_ACCESS"))
    if signed:
        refuse_half_a_sign_in()
    elif settings.edition() != "public":
        refuse_network()
    if not log_lines.asked_for():
        sys.stderr.write(f"Listening on {listening()}\n")
    LOG.info("listening on %s", listening())
    room = Middleware(Room, most=most_readers(), worker=settings.worker()[0])
    if settings.edition() == "public":
        if Path(config.get_where_defined("server.allowedHosts")).resolve() == _SETTINGS_FILE.resolve():
            config.set_option("server.allowedHosts", [])  # that line is for the restricted edition; an operator's own one holds
        return (Middleware(Headers, framed=True), Middleware(Watched), room)
    if signed:
        return (Middleware(Headers, framed=False, encrypted=True), Middleware(Watched), Middleware(SignedIn), Middleware(WayBack), room)
    config.set_option("server.allowedHosts", list(NAMES))
    return (Middleware(Headers, framed=False), Middleware(Watched), Middleware(OnlyHere), room)


def most_readers() -> int:
    """Return how many pages this process keeps open at a time. Raises `SystemExit` where the setting is no number."""
    try:
        return settings.most_readers()
    except settings.SettingError as fault:
        raise SystemExit(f"{fault}. Nothing was started.") from None


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
    "server.trustedUserHeaders": lambda value: not value,
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
    own = f"http://{f'[{address}]' if ':' in address else address}:{config.get_option('server.port')}"
    number, shared = settings.worker()
    return f"{own} as process {number} behind http://{shared}" if number else own


def called_by() -> str:
    """Return the address that readers reach: this process's own, or the one that several stand behind."""
    shared = settings.worker()[1]
    return (urlsplit(f"//{shared}").hostname or "") if shared else str(config.get_option("server.address"))


def refuse_network() -> None:
    """Stop where the address to listen on is not this machine's own."""
    address = next((one for one in (str(config.get_option("server.address")), called_by()) if not is_here(one)), "")
    if address:
        raise SystemExit(
            f"server.address is {address} ({config.get_where_defined('server.address')}), and the restricted edition has no sign-in: it "
            "would show single homicides to everybody on that network. Nothing was started. Leave the setting out, or make it 127.0.0.1; "
            "for other machines, serve the public edition (HOTSPOTS_EDITION=public, docs/public-edition.md) or ask for a sign-in "
            "(HOTSPOTS_ACCESS, docs/access.md)."
        )


def refuse_half_a_sign_in() -> None:
    """Stop where a sign-in is asked for and cannot hold: no usable table, no provider, a weak secret, no TLS, no names to answer by."""
    wrong = [*_wrong_table(), *_wrong_provider(), *_open_to_all()]
    if not is_here(called_by()) and not set(config.get_option("server.allowedHosts")) - set(NAMES):
        wrong.append("server.allowedHosts names no host but this machine: name the one by which readers call it")
    if wrong:
        raise SystemExit(
            f"HOTSPOTS_ACCESS is set, and the sign-in is not ready: {'; '.join(wrong)}. Nothing was started. See docs/access.md."
        )


def _wrong_table() -> list[str]:
    try:
        table()
    except AccessError as fault:
        return [str(one) for one in fault.faults]
    return []


def _wrong_provider() -> list[str]:
    found = dict(get_secrets_auth_section())
    if not found:
        return ["no [auth] stands in .streamlit/secrets.toml"]
    wrong = [f"[auth] says no {name}" for name in PROVIDER if not found.get(name)]
    if len(str(found.get("cookie_secret", ""))) < LEAST_SECRET:
        wrong.append(f"cookie_secret has fewer than {LEAST_SECRET} letters")
    for name in ("redirect_uri", "server_metadata_url"):
        named = urlsplit(str(found.get(name, "")))
        if named.scheme != "https" and not is_here(named.hostname or ""):
            wrong.append(f"{name} must begin with https")
    if not is_authlib_installed():
        wrong.append("the library authlib is not installed")
    return wrong


def _open_to_all() -> list[str]:
    """Return what every account of this machine could read or change: commands and files of the store ask for no sign-in."""
    store = settings.store_folder()
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    wrong = []
    if others_may(store, stat.S_IXOTH):
        wrong.append(f"every account of this machine can read the store: chmod 700 {store}")
    for named in config.get_option("secrets.files"):
        if others_may(Path(named), stat.S_IROTH | stat.S_IWOTH):
            wrong.append(f"every account of this machine can read or change the secrets: chmod 600 {named}")
    named = settings.value("HOTSPOTS_ACCESS")
    if others_may(Path(named).expanduser(), stat.S_IWOTH):
        wrong.append(f"every account of this machine can change the table of access: chmod 644 {named}")
    return wrong


def others_may(path: Path, bits: int) -> bool:
    """Return whether accounts that are neither the owner's nor of its group get to a file or folder, and may do one of these to it."""
    there = path.resolve()
    if os.name != "posix" or not there.exists():
        return False
    return bool(there.stat().st_mode & bits) and all(one.stat().st_mode & stat.S_IXOTH for one in there.parents)


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


class SignedIn:
    """Let in what a browser needs to sign in, and everything else for whoever is signed in: files and tiles are for no passer-by."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or turn it away."""
        if scope["type"] != "http" or OPEN.match(scope["path"].removeprefix(below())) or _signed(scope):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse("403\n", status_code=403)(scope, receive, send)


def _signed(scope: Scope) -> bool:
    """Return whether a request brings a sign-in that this server has given, of somebody whom the table lets in now."""
    cookies = HTTPConnection(scope).cookies
    found = get_cookie_with_chunks(
        lambda name: decode_signed_value(get_cookie_secret(), name, cookies[name]) if name in cookies else None, USER_COOKIE_NAME
    )
    claims, rules = json.loads(found or b"{}"), table()
    return claims.get("is_logged_in") is True and rules is not None and access_of(claims, rules) is not None


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
