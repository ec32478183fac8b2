"""What whoever runs the dashboard watches: health, readiness, numbers, a log of JSON lines that holds nothing of a victim."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from fetched import awaited
from postgres import free_port
from starlette.types import Receive, Scope, Send

from hotspots.dashboard import door, log_lines, shell, watched

ROOT = Path(__file__).resolve().parents[1]
VICTIM = "Juan Pérez, Calle 5"


@pytest.fixture
def seen(monkeypatch) -> watched.Seen:
    found = watched.Seen()
    monkeypatch.setattr(watched, "SEEN", found)
    return found


def answered(path: str, *, status: int = 200) -> list[dict]:
    """Return what `Watched` sends for a request that the page behind it answers so."""
    sent: list[dict] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"the page"})

    async def send(message):
        sent.append(message)

    awaited(watched.Watched(page)({"type": "http", "method": "GET", "path": path, "headers": []}, None, send))
    return sent


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/hot/_stcore/metrics"])
def test_streamlits_own_numbers_are_given_to_nobody(seen, monkeypatch, path):
    monkeypatch.setattr(watched, "below", lambda: "/hot" if path.startswith("/hot") else "")
    sent = answered(path)
    assert sent[0]["status"] == 404
    assert b"the page" not in b"".join(one.get("body", b"") for one in sent)
    assert answered("/")[1]["body"] == b"the page"


def test_every_edition_is_watched(monkeypatch, tmp_path):
    monkeypatch.setattr(door, "refuse_unset", lambda: None)
    monkeypatch.setattr(door, "refuse_unsafe", lambda: None)
    monkeypatch.setattr(door, "refuse_half_a_sign_in", lambda: None)
    monkeypatch.setattr(door, "refuse_network", lambda: None)
    monkeypatch.setattr(door.config, "set_option", lambda *_: None)
    monkeypatch.setattr(door.config, "get_where_defined", lambda _: "")
    for env in ({}, {"HOTSPOTS_EDITION": "public"}, {"HOTSPOTS_ACCESS": str(tmp_path / "access.toml")}):
        with pytest.MonkeyPatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            stands = [one.cls for one in door.guarded()]
            assert stands[:2] == [door.Headers, watched.Watched]  # outside of what refuses, inside of what heads every answer
            assert {"/healthz", "/readyz"} <= {getattr(one, "path", "") for one in shell.routes()}


def ready() -> tuple[int, str]:
    answer = awaited(watched._ready(None))
    return answer.status_code, answer.body.decode()


def test_it_is_ready_when_what_pages_are_made_of_can_be_read(seen, store, monkeypatch, tmp_path):
    assert ready() == (200, "ok\n")  # a store that is empty yet
    monkeypatch.setattr("hotspots.store.folder.Folder.cities", lambda _: (_ for _ in ()).throw(PermissionError(13, VICTIM)))
    assert ready() == (503, "store\n")
    seen.stopping = True
    assert ready() == (503, "stopping\n")
    assert awaited(watched._healthy(None)).status_code == 200


def test_the_public_edition_is_ready_where_its_releases_are(seen, monkeypatch, tmp_path):
    monkeypatch.setenv("HOTSPOTS_EDITION", "public")
    assert ready() == (503, "releases\n")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(tmp_path))
    assert ready() == (200, "ok\n")
    monkeypatch.setenv("HOTSPOTS_RELEASE", str(tmp_path / "gone"))
    assert ready() == (503, "releases\n")


def test_a_store_that_never_answers_is_not_waited_for(seen, monkeypatch):
    monkeypatch.setattr(watched, "SECONDS", 0.05)
    monkeypatch.setattr(watched, "_reads", lambda: time.sleep(0.3) or True)
    assert ready() == (503, "store\n")


def test_the_numbers_are_what_prometheus_reads(seen):
    """Its own parser is the judge."""
    parser = pytest.importorskip(
        "prometheus_client.parser", reason="prometheus-client is not installed: pip install -r requirements-dev.txt"
    )
    for status in (200, 200, 404, 503):
        answered("/cases", status=status)
    for seconds, failed in ((0.01, False), (0.3, True), (99.0, False)):
        seen.drew(seconds, failed=failed)
    seen.lines = 3
    found = {family.name: family for family in parser.text_string_to_metric_families(watched.numbers())}
    values = {(one.name, *one.labels.values()): one.value for family in found.values() for one in family.samples}
    assert values["hotspots_requests_total", "2xx"] == 2
    assert values["hotspots_requests_total", "4xx"] == values["hotspots_requests_total", "5xx"] == 1
    assert values["hotspots_request_seconds_count",] == 4
    assert values["hotspots_lines_open",] == 3
    assert values["hotspots_draw_failures_total",] == 1
    assert values["hotspots_draw_seconds_sum",] == pytest.approx(99.31)
    steps = [value for key, value in values.items() if key[0] == "hotspots_draw_seconds_bucket"]
    assert steps == sorted(steps)
    assert (steps[0], steps[-2], steps[-1]) == (1, 2, 3)
    assert {family.type for family in found.values()} <= {"gauge", "counter", "histogram"}
    if Path("/proc/self/statm").exists():
        assert 10e6 < values["process_resident_memory_bytes",] < 10e9


def test_they_are_given_at_a_port_of_their_own_on_this_machine_alone(seen, monkeypatch):
    port = free_port()
    monkeypatch.setenv("HOTSPOTS_METRICS", str(port))

    async def while_serving() -> tuple[str, int]:
        async with watched.announced():
            return await asyncio.to_thread(asked, port)

    def asked(port: int) -> tuple[str, int]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
        except urllib.error.HTTPError as fault:
            with fault, socket.socket() as other:
                return text, fault.code if other.connect_ex(("127.0.0.2", port)) else 0
        return text, 200

    text, other = asyncio.run(while_serving())
    assert "hotspots_requests_total" in text
    assert other == 404
    assert watched.SEEN.stopping
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10)


@pytest.mark.parametrize(
    ("named", "found"), [("18501", ("127.0.0.1", 18501)), ("10.1.2.3:9", ("10.1.2.3", 9)), ("[::1]:9", ("::1", 9)), ("", None)]
)
def test_where_numbers_are_given(monkeypatch, named, found):
    monkeypatch.setenv("HOTSPOTS_METRICS", named)
    assert watched.numbers_at() == found


@pytest.mark.parametrize(("name", "value"), [("HOTSPOTS_METRICS", "x"), ("HOTSPOTS_METRICS", "70000"), ("HOTSPOTS_LOG", "xml")])
def test_a_setting_that_makes_no_sense_stops_the_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(door, "refuse_unset", lambda: None)
    monkeypatch.setattr(door, "refuse_unsafe", lambda: None)
    with pytest.raises(SystemExit, match="Nothing was started"):
        door.guarded()


def test_systemd_is_told_that_it_is_ready_alive_and_stopping(seen, monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "100000")

        async def serve() -> None:
            async with watched.announced():
                await asyncio.sleep(0.17)

        asyncio.run(serve())
        line.setblocking(False)
        told = []
        while True:
            try:
                told.append(line.recv(100).decode())
            except BlockingIOError:
                break
    assert told[0] == "READY=1"
    assert told[-1] == "STOPPING=1"
    assert 2 <= told.count("WATCHDOG=1") <= 5


SPOKEN = f"""
import asyncio, logging, threading, warnings
import streamlit.logger
from hotspots.dashboard import log_lines
log_lines.begin()
victim = {VICTIM!r}
logging.getLogger("hotspots.town").error("a page failed, reference %s\\n%s", "12ab", victim)
logging.getLogger("pandas").error("cannot read %s", victim)
logging.getLogger("asyncio").error("Task failed: ValueError('" + victim + "')")
streamlit.logger.get_logger("streamlit.later").warning("no such thing: %s", victim)
logging.getLogger("uvicorn.error").info("not shown: %s", victim)
warnings.warn(victim)
try:
    try:
        raise KeyError(victim)
    except KeyError as fault:
        raise ValueError(victim) from fault
except ValueError:
    logging.getLogger("hotspots.town").exception("a release cannot be opened")
thread = threading.Thread(target=lambda: int(victim))
thread.start()
thread.join()
raise RuntimeError(victim)
"""


def test_no_line_of_the_log_holds_what_may_be_data():
    env = {**os.environ, "HOTSPOTS_LOG": "json", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", SPOKEN], capture_output=True, text=True, check=False, env=env)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "Juan" not in done.stderr
    assert "Calle" not in done.stderr
    said = {line["said"]: line for line in lines}
    assert {"a page failed, reference 12ab", "cannot read %s", "", "no such thing: %s", "a release cannot be opened"} <= set(said)
    assert (said["a release cannot be opened"]["fault"], said["a release cannot be opened"]["after"]) == ("ValueError", "KeyError")
    assert said["a thread ended"]["fault"] == "ValueError"
    assert said["the program ended"]["fault"] == "RuntimeError"
    assert all({"time", "level", "from", "where"} <= set(line) for line in lines)
    assert any("UserWarning at " in line["said"] for line in lines)


def test_a_request_is_a_line_without_what_the_reader_chose(seen, caplog):
    with caplog.at_level(logging.INFO, logger="hotspots.dashboard.watched"):
        answered("/cases/Juan", status=403)
        answered("/static/js/x.1a2b.js")
        answered("/healthz")
    lines = [json.loads(log_lines.JsonLines().format(record)) for record in caplog.records]
    assert [(one["method"], one["path"], one["status"]) for one in lines] == [("GET", "/cases", 403)]


def test_as_text_the_log_stays_what_it_was(monkeypatch):
    monkeypatch.delenv("HOTSPOTS_LOG", raising=False)
    before = logging.getLogger().handlers[:], sys.excepthook
    log_lines.begin()
    assert (logging.getLogger().handlers, sys.excepthook) == before
