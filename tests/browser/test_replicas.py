"""Two processes of the restricted edition behind Debian's nginx with TLS, as `hotspots setup` lays them: one is killed under load."""

from __future__ import annotations

import contextlib
import http.client
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from driving import REPO, free_port, wait_until_idle
from machine import nginx, served, site
from raw_socket import cookie_of
from test_sign_in import SECRET, SECRETS

pytestmark = pytest.mark.walk
TABLE = '[[rule]]\nclaim = "sub"\nvalue = "ana"\nrole = "analyst"\n'
SAME = (
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "x-frame-options",
    "strict-transport-security",
    "permissions-policy",
    "cross-origin-opener-policy",
)
ALWAYS = (*SAME[:3], "strict-transport-security")


@dataclass
class House:
    """Two processes and nginx before them."""

    port: int
    plain: int
    ports: tuple[int, int]
    folder: Path
    env: dict[str, str]
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    def start(self, port: int) -> None:
        """Start a process, as its unit does, and wait until it is ready."""
        with (self.folder / f"{port}.log").open("ab") as log:
            command = [sys.executable, "-m", "hotspots", "run", "--port", str(port)]
            self.processes[port] = subprocess.Popen(
                command, env={**self.env, "HOTSPOTS_METRICS": f"1{port}"}, stdout=log, stderr=log, cwd=REPO
            )
        until = time.monotonic() + 90
        while time.monotonic() < until:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
            assert self.processes[port].poll() is None, (self.folder / f"{port}.log").read_text()
            time.sleep(0.2)
        pytest.fail((self.folder / f"{port}.log").read_text())

    def server(self, port: int) -> int:
        """Return the process that serves, which `hotspots run` has started."""
        (found,) = Path(f"/proc/{self.processes[port].pid}/task/{self.processes[port].pid}/children").read_text().split()
        return int(found)

    def end(self, port: int) -> None:
        self.processes[port].terminate()
        self.processes[port].wait(timeout=30)

    def ask(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask nginx, on a line of its own; the answer has been read."""
        line = http.client.HTTPSConnection("localhost", self.port, context=trusting(), timeout=20)
        try:
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            answer.body = answer.read()
            return answer
        finally:
            line.close()


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def ports() -> Iterator[int]:
    """Yield free ports of four figures, as `setup` takes them, that numbers can be given beside."""
    for port in range(8600, 8620):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            yield port


@pytest.fixture(scope="module")
def house(tmp_path_factory, villa) -> Iterator[House]:
    nginx()
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(villa[1], folder / "store")
    (folder / "store").chmod(0o700)
    first, second, port, plain = (port for port, _ in zip(ports(), range(4), strict=False))
    command = site(folder, "restricted", (first, second), port=port, plain=plain)
    (folder / "access.toml").write_text(TABLE)
    (folder / "secrets.toml").write_text(SECRETS.format(secret=SECRET, address=f"https://localhost:{port}", provider=free_port()))
    (folder / "secrets.toml").chmod(0o600)
    env = settings_of(folder, "hotspots.env")
    one = House(port, plain, (first, second), folder, {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPO), "HOME": str(folder), **env})
    try:
        for each in one.ports:
            one.start(each)
        with served(command, port):
            yield one
    finally:
        for each in one.processes:
            one.end(each)


def settings_of(folder: Path, name: str) -> dict[str, str]:
    """Return the settings that were written for an edition, in this folder in place of the machine's."""
    said = (folder / "made/etc/hotspots" / name).read_text()
    for place in ("/var/lib/hotspots", "/etc/hotspots", "/srv/hotspots"):
        said = said.replace(place, str(folder))
    return dict(one.split("=", 1) for one in shlex.split(said, comments=True))


def test_the_public_site_serves_releases_and_takes_no_file(tmp_path):
    """The same site before the public edition: its own headers, with TLS for a year; nothing is uploaded, nothing counted in public."""
    shutil.copytree(REPO / "tests/kept/releases", tmp_path / "releases")
    first, port, plain = (port for port, _ in zip(ports(), range(3), strict=False))
    command = site(tmp_path, "public", (first,), port=port, plain=plain)
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPO), "HOME": str(tmp_path), **settings_of(tmp_path, "public.env")}
    one = House(port, plain, (first, first), tmp_path, env)
    try:
        one.start(first)
        with served(command, port):
            answer = one.ask("/")
            assert answer.status == 200
            assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
            assert [name for name in ALWAYS if len(answer.headers.get_all(name) or []) != 1] == []
            assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]  # cards may be shown elsewhere
            assert one.ask("/released/villa-norte/names.es.json").status == 200
            assert one.ask("/_stcore/metrics").status == 404
            assert handshake(one, one.address)[0] == 101
            assert handshake(one, "https://evil.example")[0] == 403
            line = http.client.HTTPSConnection("localhost", port, context=trusting(), timeout=20)
            with contextlib.closing(line):
                line.putrequest("PUT", "/_stcore/upload_file/a/b")
                line.putheader("Content-Length", "100000")
                line.endheaders()
                assert line.getresponse().status == 413
    finally:
        one.end(first)


def signed_in(house: House) -> str:
    return cookie_of({"sub": "ana", "email": "ana@police.example"}, origin=house.address, secret=SECRET)


def handshake(house: House, origin: str) -> tuple[int, str]:
    """Return the status of a WebSocket's handshake, and the cookies that come with it."""
    lines = ["GET /_stcore/stream HTTP/1.1", f"Host: localhost:{house.port}", "Connection: Upgrade", "Upgrade: websocket"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: streamlit"]
    lines += [f"Origin: {origin}"] if origin else []
    with (
        socket.create_connection(("127.0.0.1", house.port), timeout=20) as raw,
        trusting().wrap_socket(raw, server_hostname="localhost") as one,
    ):
        one.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        text = one.recv(4096).decode("latin-1")
    return int(text.split()[1]), "\n".join(re.findall(r"(?i)^set-cookie: (.*)$", text, re.MULTILINE))


def test_every_answer_has_the_headers_of_the_dashboard_once(house):
    for path in ("/", "/cases", "/static/none.js", "/media/none.csv", "/_stcore/health", "/healthz"):
        answer = house.ask(path)
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", house.ports[0], timeout=20)) as line:
            line.request("GET", path, headers={"Host": f"localhost:{house.port}"})
            direct = line.getresponse()
            direct.read()
        assert answer.status == direct.status
        for name in SAME:
            assert answer.headers.get_all(name) == direct.headers.get_all(name), (path, name)
            assert len(answer.headers.get_all(name)) == 1


def test_what_nginx_itself_answers_has_them_too(house):
    assert house.ask("/_stcore/metrics").status == 404
    for path, headers in (
        ("/_stcore/metrics", {}),
        ("/_stcore/stream", {"Origin": "https://evil.example"}),
        ("/%00", {}),
        ("/", {"X": 70_000 * "a"}),
    ):
        answer = house.ask(path, **headers)
        assert answer.status in (400, 403, 404, 494)
        if answer.status != 400:  # no site is known yet where the request cannot be read
            assert [name for name in ALWAYS if len(answer.headers.get_all(name) or []) != 1] == [], (path, answer.status)
        assert "nginx/" not in (answer.headers["Server"] or "")


def test_another_name_gets_no_page_and_http_leads_to_https(house):
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", house.port), timeout=20) as raw:
        trusting().wrap_socket(raw, server_hostname="evil.example")
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", house.plain, timeout=20)) as line:
        line.request("GET", "/cases?a=b", headers={"Host": "localhost"})
        answer = line.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/cases?a=b")


def test_only_pages_of_this_name_open_a_line(house):
    status, cookies = handshake(house, house.address)
    assert status == 101
    assert re.search(r"hotspots_restricted=\d{4}; Path=/; Secure; HttpOnly; SameSite=Lax", cookies)
    for origin in ("https://evil.example", f"http://localhost:{house.port}", "null", ""):
        assert handshake(house, origin)[0] == 403, origin


def counted(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:1{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return sum(int(n) for n in re.findall(r"^hotspots_requests_total\{.*\} (\d+)$", text, re.MULTILINE))


def test_a_reader_stays_with_the_process_that_the_cookie_names(house):
    assert "hotspots_restricted=" in house.ask("/").headers["Set-Cookie"]
    for port in house.ports:
        before = {each: counted(each) for each in house.ports}
        answers = [house.ask("/healthz", Cookie=f"hotspots_restricted={port}") for _ in range(20)]
        assert {each: counted(each) - before[each] for each in house.ports} == {each: 20 * (each == port) for each in house.ports}
        assert not [answer for answer in answers if "hotspots_restricted" in (answer.headers["Set-Cookie"] or "")]  # it names it already
    before = {each: counted(each) for each in house.ports}
    for _ in range(20):
        house.ask("/healthz")
    assert min(counted(each) - before[each] for each in house.ports) >= 5  # new readers are shared


class Load:
    """Readers who ask all the time while the block runs: what they were answered, and what broke."""

    def __init__(self, house: House, readers: int) -> None:
        self.house, self.seen, self.broken = house, Counter(), []
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._read) for _ in range(readers)]

    def _read(self) -> None:
        while not self._end.is_set():
            try:
                self.seen[self.house.ask("/").status] += 1
            except (OSError, http.client.HTTPException) as fault:
                self.broken.append(repr(fault))
            self._end.wait(0.3)

    def __enter__(self) -> Load:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for one in self._threads:
            one.join()


LINK = "/map?lang=en&place=district:row+1&weapon=firearm&measure=count"


def told(page) -> tuple[str, str]:
    """Return what a page says, and its address."""
    return page.inner_text("[data-testid=stMain]"), page.url


def of_page(page) -> str:
    return next(one["value"] for one in page.context.cookies() if one["name"] == "hotspots_restricted")


def test_a_process_is_killed_under_load_and_the_page_comes_back_as_it_was(house, open_page):
    page = open_page(viewport={"width": 1440, "height": 900}, ignore_https_errors=True)
    name, value = signed_in(house).split("=", 1)
    page.context.add_cookies([{"name": name, "value": value, "url": house.address}])
    page.goto(f"{house.address}{LINK}")
    page.get_by_text("Signed in").first.wait_for(state="attached", timeout=60_000)
    wait_until_idle(page)
    before, first = told(page), int(of_page(page))
    (other,) = set(house.ports) - {first}
    with Load(house, 5) as load:
        page.wait_for_timeout(1500)
        killed = time.monotonic()
        for pid in (house.server(first), house.processes[first].pid):
            subprocess.run(["kill", "-9", str(pid)], check=True)
        house.processes[first].wait()
        page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])", timeout=20_000)
        wait_until_idle(page, timeout=60_000)
        back = time.monotonic() - killed
        assert told(page) == before
        assert int(of_page(page)) == other
        page.wait_for_timeout(1500)
    assert set(load.seen) == {200}, load.seen
    assert len(load.broken) <= 5, load.broken  # those that were being answered; each asks once more
    print(f"back after {back:.1f} s; {load.seen[200]} answers under load, {len(load.broken)} broken off")
    house.start(first)
    with page.expect_download() as file:  # what this page made is with the process that its line leads to
        page.get_by_role("button", name=re.compile("CSV")).first.click()
    assert Path(file.value.path()).stat().st_size > 100
    assert int(of_page(page)) == other


def test_a_process_is_restarted_and_no_request_breaks(house):
    with Load(house, 3) as load:
        for port in house.ports:
            time.sleep(1)
            began = time.monotonic()
            house.end(port)
            assert time.monotonic() - began < 20
            house.start(port)
    assert load.broken == []
    assert set(load.seen) == {200}


def hurried(house: House, most: int) -> tuple[Counter[int], http.client.HTTPResponse]:
    """Ask again and again on one line until it is told that it asks too often; return how it was answered, and the last answer."""
    seen: Counter[int] = Counter()
    with contextlib.closing(http.client.HTTPSConnection("localhost", house.port, context=trusting(), timeout=20)) as line:
        while not seen[429] and seen.total() < most:
            line.request("GET", "/healthz")
            answer = line.getresponse()
            answer.read()
            seen[answer.status] += 1
    return seen, answer


def test_whoever_asks_too_often_is_told_so_and_others_are_not(house):
    answers, limited = hurried(house, 3000)
    assert answers[429] == 1
    assert answers[200] >= 200
    assert [name for name in ALWAYS if len(limited.headers.get_all(name) or []) != 1] == []
    assert house.ask("/static/none.js").status != 429  # the files of a page are another matter
    time.sleep(2)
    assert house.ask("/").status == 200


def test_no_log_names_what_a_reader_chose(house):
    house.ask("/cases?place=circle:11.3001,-89.2001,50&weapon=firearm", Referer=f"{house.address}/cases?place=block:7")
    for path in house.folder.glob("*.log"):
        text = path.read_text()
        assert "circle" not in text, path.name
        assert "block:7" not in text, path.name
        assert "district" not in text, path.name
    lines = (house.folder / "hotspots-restricted.log").read_text().splitlines()
    assert '"path":"/cases"' in lines[-1]


def test_a_request_that_is_being_answered_is_answered_when_the_process_is_told_to_stop(house):
    """The signal comes while a large file is on its way."""
    port = house.ports[0]
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        line.request("GET", "/", headers={"Host": f"localhost:{house.port}"})
        answer = line.getresponse()
        house.processes[port].send_signal(signal.SIGTERM)
        assert b"</html>" in answer.read()
    house.processes[port].wait(timeout=30)
    house.start(port)
