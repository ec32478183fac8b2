"""The door: without sign-in the restricted edition answers this machine alone, whatever the settings say; real servers, raw handshakes."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fetched import awaited
from starlette.types import ASGIApp

from hotspots.dashboard import door, way_back
from hotspots.dashboard.headers import Headers

ROOT = Path(__file__).resolve().parent.parent
OPEN = ("--server.address", "0.0.0.0")
ANYBODY = ("--server.allowedHosts", "*")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def listens(address: str, port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(2)
        return one.connect_ex((address, port)) == 0


def status(port: int, host: str, *, path: str = "/_stcore/stream", origin: str = "", to: str = "127.0.0.1") -> int:
    """Return the status with which a server answers a handshake, or a plain request where `path` is another one."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}"]
    if path == "/_stcore/stream":
        lines += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
        lines += ["Sec-WebSocket-Protocol: streamlit"]
    lines += [f"Origin: {origin}"] if origin else []
    return int(answered(port, lines, to=to).split()[1])


def answered(port: int, lines: list[str], *, to: str = "127.0.0.1") -> str:
    """Return the beginning of what a server answers."""
    with socket.create_connection((to, port), timeout=20) as one:
        one.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return one.recv(4096).decode("latin-1")


def refuses_the_rest(port: int, path: str, host: str = "") -> bool:
    """Return whether an answer tells the browser what to refuse."""
    found = answered(port, [f"GET {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", "Connection: close"]).lower()
    policy = next((line for line in found.splitlines() if line.startswith("content-security-policy:")), "")
    scripts = re.search(r"script-src ([^;]*)", policy)
    held = scripts is not None and re.fullmatch(r"'self'( 'sha256-[^']+')*", scripts[1]) is not None
    return (
        held and "connect-src 'self'" in policy and "x-content-type-options: nosniff" in found and "referrer-policy: same-origin" in found
    )


@contextlib.contextmanager
def running(command: list[str], tmp_path: Path, **env: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    (tmp_path / "none").mkdir(exist_ok=True)
    surroundings = {"HOTSPOTS_STORE": str(tmp_path / "store"), "HOTSPOTS_CITIES": str(tmp_path / "none"), "HOME": str(tmp_path), **env}
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **surroundings}, stdout=out, stderr=out, text=True)
    try:
        yield process, log
    finally:
        process.terminate()
        process.wait(timeout=30)


def answers(process: subprocess.Popen[str], port: int, log: Path) -> None:
    """Wait until the server answers; a socket that takes connections may have nobody behind it yet."""
    for _ in range(240):
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError, IndexError):
            if status(port, f"127.0.0.1:{port}", path="/_stcore/health") == 200:
                return
        time.sleep(0.25)
    pytest.fail(f"it never answered: {log.read_text()}")


def streamlit(script: str, port: int, *more: str) -> list[str]:
    return [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port), "--server.headless", "true", *more]


STARTS = {
    "app.py": lambda port: streamlit("app.py", port),
    "app.py, any host allowed": lambda port: streamlit("app.py", port, *ANYBODY),
    "serve.py": lambda port: streamlit("hotspots/dashboard/serve.py", port),
    "hotspots run": lambda port: [sys.executable, "-m", "hotspots", "run", "--port", str(port)],
}
EVERYWHERE = {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "STREAMLIT_SERVER_ALLOWED_HOSTS": "*"}


@pytest.mark.cases(1)
@pytest.mark.parametrize("start", STARTS)
def test_it_answers_this_machine_by_its_own_name_only(start: str, tmp_path: Path) -> None:
    port = free_port()
    env: Mapping[str, str] = EVERYWHERE if start == "hotspots run" else {}
    with running(STARTS[start](port), tmp_path, **env) as (process, log):
        answers(process, port, log)
        assert not listens("127.0.0.2", port)  # it would answer there only where it listens to every network
        for host in ("127.0.0.1", "localhost"):
            assert status(port, f"{host}:{port}", origin=f"http://{host}:{port}") == 101
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "a@127.0.0.1", ""):
            assert status(port, host, origin=f"http://{host}") == 403, host
            assert status(port, host, path="/") == 403, host
            assert refuses_the_rest(port, "/", host or "x"), host
        for path in ("/", "/_stcore/health", "/_stcore/host-config", "/static/none.js", "/tiles/none", "/%00"):
            assert refuses_the_rest(port, path), path
        assert status(port, f"127.0.0.1:{port}", origin="http://evil.example") == 403


@pytest.mark.cases(1)
@pytest.mark.parametrize("script", ["app.py", "hotspots/dashboard/serve.py"])
@pytest.mark.parametrize(("flags", "env"), [(OPEN, {}), ((), EVERYWHERE), (("--server.address", "::"), {})], ids=["flag", "env", "::"])
def test_it_does_not_start_on_a_network(script: str, flags: tuple[str, ...], env: dict[str, str], tmp_path: Path) -> None:
    with running(streamlit(script, free_port(), *flags), tmp_path, **env) as (process, log):
        assert process.wait(timeout=60) == 1
    said = log.read_text()
    assert "the restricted edition has no sign-in" in said
    assert "Nothing was started" in said
    assert "Traceback" not in said


FLIPPED = {
    "browser.gatherUsageStats": "true",
    "client.showErrorDetails": "full",
    "client.toolbarMode": "developer",
    "server.enableCORS": "false",
    "server.enableXsrfProtection": "false",
    "server.enableStaticServing": "true",
    "server.maxUploadSize": "5000",
    "server.corsAllowedOrigins": "http://evil.example",
    "server.trustedUserHeaders": '{"X-User": "email"}',
}


def test_no_unsafe_setting_is_accepted(tmp_path: Path) -> None:
    """Each by a flag or by the environment; the sentence names each, and where it was set."""
    assert {*FLIPPED, "global.developmentMode"} == {*door.SAFE}  # that one Streamlit itself refuses with a port
    for number, names in enumerate((tuple(FLIPPED)[::2], tuple(FLIPPED)[1::2], ("server.enableXsrfProtection",))):
        flags = [text for name in names for text in (f"--{name}", FLIPPED[name])] if number else []
        env = {} if number else {"STREAMLIT_" + re.sub("([A-Z]+)", r"_\1", name).replace(".", "_").upper(): FLIPPED[name] for name in names}
        with running(streamlit(("app.py", "hotspots/dashboard/serve.py")[number % 2], free_port(), *flags), tmp_path, **env) as (
            process,
            log,
        ):
            assert process.wait(timeout=60) == 1
        said = log.read_text()
        assert [name for name in names if f"{name} is " not in said] == []
        assert "that is not safe. Nothing was started" in said
        assert "Traceback" not in said


@pytest.mark.walk
def test_the_log_names_the_address_that_it_listens_on(tmp_path: Path) -> None:
    port = free_port()
    env = {"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(tmp_path / "none"), "PYTHONUNBUFFERED": "1"}
    with running(streamlit("app.py", port, *OPEN), tmp_path, **env) as (process, log):
        answers(process, port, log)
        assert f"http://0.0.0.0:{port}" in log.read_text()
        assert "127.0.0.1" not in log.read_text()


def test_started_by_another_server_it_answers_nobody_from_outside(tmp_path: Path) -> None:
    """`uvicorn --host 0.0.0.0` asks no setting: every request is looked at."""
    port = free_port()
    code = f"import uvicorn; from hotspots.dashboard.serve import app; uvicorn.run(app, host='0.0.0.0', port={port})"
    with running([sys.executable, "-c", code], tmp_path) as (process, log):
        answers(process, port, log)
        outside = outer_address()
        for path in ("/", "/_stcore/stream", "/_stcore/health"):
            assert status(port, f"localhost:{port}", path=path, to=outside) == 403


def outer_address() -> str:
    """Return this machine's address on a network; skip where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.connect(("192.0.2.1", 9))  # nothing is sent
            found = str(one.getsockname()[0])
        except OSError:
            found = "127.0.0.1"
    if found.startswith("127."):
        pytest.skip("this machine has no address on a network")
    return found


@pytest.mark.walk
def test_the_public_edition_may_serve_outside(tmp_path: Path) -> None:
    port = free_port()
    env = {"HOTSPOTS_EDITION": "public", "HOTSPOTS_RELEASE": str(tmp_path / "none")}
    with running(streamlit("app.py", port, *OPEN), tmp_path, **env) as (process, log):
        answers(process, port, log)
        assert listens("127.0.0.2", port)
        assert status(port, "data.example", origin="http://data.example") == 101
        assert refuses_the_rest(port, "/", "data.example")


def test_whatever_hosts_a_setting_names_the_restricted_edition_answers_by_its_own(monkeypatch) -> None:
    """Streamlit itself turns other names away, also where what stands before it were left out."""
    set_to: dict[str, object] = {}
    for one in ("refuse_unset", "refuse_unsafe", "refuse_network"):
        monkeypatch.setattr(door, one, lambda: None)
    monkeypatch.setattr(door.config, "set_option", lambda name, value: set_to.update({name: value}))
    door.guarded()
    assert set_to == {"server.allowedHosts": ["localhost", "127.0.0.1", "::1"]}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "None", "", "localhost.evil.example", "unix:///run/x"])
def test_what_is_not_here(host: str) -> None:
    assert not door.is_here(host)


def test_an_answer_keeps_what_it_says_itself_and_gets_the_rest() -> None:
    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 500, "headers": [(b"referrer-policy", b"no-referrer")]})

    def seen(**how: bool) -> dict[str, str]:
        sent: list[dict] = []

        async def send(message):
            sent.append(message)

        awaited(Headers(page, **how)({"type": "http"}, None, send))
        return {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}

    alone, framed = seen(framed=False, encrypted=True), seen(framed=True)
    assert alone["referrer-policy"] == framed["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in alone["content-security-policy"]
    assert alone["x-frame-options"] == "DENY"
    assert alone["strict-transport-security"].startswith("max-age=")
    assert not {"x-frame-options", "strict-transport-security"} & set(framed)
    assert "frame-ancestors" not in framed["content-security-policy"]
    assert "unsafe" not in re.search(r"script-src [^;]*", alone["content-security-policy"])[0]


def passed(stand: ASGIApp, path: str, location: str = "", **headers: str) -> dict[str, str]:
    """Return the headers of what comes through what stands before the pages: `location` is where the page itself would lead."""
    sent: list[dict] = []

    async def page(scope, receive, send):
        await send({"type": "http.response.start", "status": 302, "headers": [(b"location", location.encode())]})

    async def send(message):
        sent.append(message)

    given = [(name.encode(), value.encode()) for name, value in headers.items()]
    awaited(stand(page)({"type": "http", "path": path, "headers": given}, None, send))
    return {name.decode().lower(): value.decode() for name, value in sent[0].get("headers", [])}


def test_the_way_back_is_kept_for_pages_of_this_dashboard_alone(monkeypatch) -> None:
    ours = "https://homicides.example"
    monkeypatch.setattr(way_back, "get_origin_from_redirect_uri", lambda: ours)
    monkeypatch.setattr(way_back, "below", lambda: "/hot")

    def cookie(referer: str) -> str:
        return passed(way_back.WayBack, "/hot/auth/login", "https://login.example/", referer=referer)["set-cookie"]

    kept = cookie(f"{ours}/hot/cases?place=district:2&lang=es")
    assert {"httponly", "samesite=lax", "secure", "path=/hot", "max-age=900"} <= set(kept.split("; "))
    back = passed(way_back.WayBack, "/hot/oauth2callback", "/hot/", cookie=kept.split(";")[0])
    assert back["location"] == "/hot/cases?place=district:2&lang=es"
    assert "max-age=0" in back["set-cookie"]
    elsewhere = passed(way_back.WayBack, "/hot/oauth2callback", "https://login.example/", cookie=kept.split(";")[0])
    assert elsewhere["location"] == "https://login.example/"
    for referer in ("https://evil.example/hot/cases", f"{ours}.evil.example/hot/cases", f"{ours}/cases", f"{ours}/hot//evil", ""):
        assert cookie(referer).startswith("hotspots_way_back=;"), referer


def test_what_every_account_may_reach_stops_a_server_with_a_sign_in(monkeypatch) -> None:
    """Commands ask for no sign-in: who may run them is said by the modes of the store, the secrets and the table."""
    with tempfile.TemporaryDirectory(dir="/tmp") as named:
        folder = Path(named)
        store, secrets, table = folder / "store", folder / "secrets.toml", folder / "access.toml"
        secrets.write_text("")
        table.write_text("")
        monkeypatch.setenv("HOTSPOTS_STORE", str(store))
        monkeypatch.setenv("HOTSPOTS_ACCESS", str(table))
        monkeypatch.setattr(door.config, "get_option", lambda name: {"secrets.files": [str(secrets), "/nowhere/secrets.toml"]}[name])
        folder.chmod(0o755)
        for path, mode, said in ((secrets, 0o644, "secrets"), (secrets, 0o600, ""), (table, 0o646, "table"), (table, 0o644, "")):
            path.chmod(mode)
            if path == table:
                secrets.chmod(0o640)
            assert [one for one in door._open_to_all() if said not in one] == [], oct(mode)
            assert bool(door._open_to_all()) == bool(said), oct(mode)
        assert store.stat().st_mode & 0o777 == 0o700  # made where there was none
        for mode, wrong in ((0o755, True), (0o711, True), (0o750, False)):
            store.chmod(mode)
            assert bool(door._open_to_all()) == wrong, oct(mode)
        store.chmod(0o755)
        folder.chmod(0o700)
        assert door._open_to_all() == []  # nobody comes so far


def test_below_another_path_only_the_way_in_is_open(monkeypatch) -> None:
    monkeypatch.setattr(door, "below", lambda: "/hot")
    monkeypatch.setattr(door, "_signed", lambda _: False)
    for path, opens in (("/hot/", True), ("/hot/cases", True), ("/hot/auth/login", True), ("/hot/media/a.csv", False), ("/media/a", False)):
        assert bool(passed(door.SignedIn, path, "here").get("location")) == opens, path
