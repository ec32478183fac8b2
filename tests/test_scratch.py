"""Folders for a moment: gone when the work is done, and, where a process was killed, when the next one begins."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from hotspots.store import scratch

HOLDS = """
import sys, time
from hotspots.store import scratch
with scratch.folder() as there:
    (there / "names.csv").write_text("of victims")
    print(there, flush=True)
    time.sleep(600)
"""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no such locks")


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def aged(folder: Path) -> Path:
    """Make a folder one that nobody has touched for some hours."""
    long_ago = time.time() - 3 * scratch.OLD
    os.utime(folder, (long_ago, long_ago))
    return folder


def test_what_a_killed_process_left_goes_and_what_another_holds_stays(tmp_path):
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", HOLDS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=Path(__file__).parents[1]) as process:
        try:
            assert process.stdout is not None
            there = aged(Path(process.stdout.readline().strip()))
            assert scratch.sweep() == []
            assert (there / "names.csv").exists()
        finally:
            process.send_signal(signal.SIGKILL)
    assert there.exists(), "nobody is left who could have removed it"
    with scratch.folder():
        assert not there.exists()


def test_nothing_else_is_touched(tmp_path):
    kept = [tmp_path / name for name in ("hotspots-releases", "hotspots-scratch-", "hotspots-scratch-longer_than_ours", "tmpabcdefgh")]
    for one in kept:
        one.mkdir()
    file, fresh = tmp_path / "hotspots-scratch-afile000", tmp_path / "hotspots-scratch-fresh000"
    file.write_text("a file")
    fresh.mkdir()
    link = tmp_path / "hotspots-scratch-link0000"
    link.symlink_to(kept[0], target_is_directory=True)
    left = tmp_path / "hotspots-scratch-left0000"
    left.mkdir()
    for one in (*kept, file, left):
        aged(one)
    assert scratch.sweep() == [left]
    assert all(one.exists() for one in (*kept, file, fresh, link))


def failing() -> None:
    with scratch.folder() as there:
        assert there.stat().st_mode & 0o777 == 0o700
        (there / "names.csv").write_text("of victims")
        raise ValueError("in the middle")


def test_a_folder_is_of_this_user_alone_and_goes_whatever_happens(tmp_path):
    with pytest.raises(ValueError, match="in the middle"):
        failing()
    assert not list(tmp_path.iterdir())
