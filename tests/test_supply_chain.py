"""What we are made of: pinned by hash, under licences that we may use, and asked about honestly."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from email.message import Message
from pathlib import Path

import audited
import collected
import licences
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def pins(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line != "." and not line.startswith(("#", "-r"))]


def locked(text: str = LOCK) -> dict[tuple[str, str], set[str]]:
    """Return the hashes of each name and version that a lock file pins."""
    rows = re.findall(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+).*\\\n(?P<hashes>(?:\s+--hash=.+\n?)+)", text, re.MULTILINE)
    return {(licences.normal(name), version): set(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", hashes)) for name, version, hashes in rows}


def test_the_lock_holds_every_pin_with_a_hash():
    found = locked()
    wanted = {(licences.normal(name), version) for name, version in (pin.split("==") for pin in pins("requirements.txt"))}
    assert sorted(wanted - {key for key, hashes in found.items() if hashes}) == [], "make lock"


@pytest.mark.parametrize("name", collected.LOCKS)
def test_every_line_of_a_lock_is_a_pin_or_a_hash_of_one_and_nothing_of_a_machine(name):
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    body = [line for line in text.splitlines() if not line.startswith("#")]
    pin, digest = r"[a-z0-9][a-z0-9._-]*==[\w.]+(?: ; [\w .'<>=!]+)? \\", r"    --hash=sha256:[0-9a-f]{64}(?: \\)?"
    assert [line for line in body if not re.fullmatch(f"{pin}|{digest}", line)] == []
    assert len(locked(text)) == sum("==" in line.split(";")[0] for line in body)
    assert all(locked(text).values())


def test_the_locks_agree_and_the_second_holds_what_a_store_in_a_database_needs():
    first, second = locked(), locked((ROOT / "requirements-database.lock").read_text(encoding="utf-8"))
    known = dict(first)
    assert {key: known[key] for key in second if key in known} == {key: second[key] for key in second if key in known}
    assert {name for name, _ in first} & {name for name, _ in second} <= {name for name, version in second if (name, version) in first}
    wanted = {
        tuple(re.sub(r"\[.*\]", "", pin).split("==")) for pin in pins("requirements-dev.txt") if pin.startswith(("psycopg", "sqlalchemy"))
    }
    assert wanted <= set(second)


def test_a_folder_of_wheels_is_pinned_by_the_locks_and_a_strange_wheel_is_named(tmp_path, monkeypatch):
    good, strange = b"a library", b"put there by somebody"
    digest = {content: hashlib.sha256(content).hexdigest() for content in (good, strange, b"our own")}
    monkeypatch.setattr(collected, "ROOT", tmp_path)
    for name, pin in (("requirements", "one-lib==1.0"), ("requirements-database", "other==2")):
        (tmp_path / f"{name}.lock").write_text(f"# made\n{pin} ; sys_platform == 'linux' \\\n    --hash=sha256:{digest[good]}\n")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name, content in (("one_lib-1.0-py3-none-any", good), ("hotspots-0.1.0-py3-none-any", b"our own")):
        (wheels / f"{name}.whl").write_bytes(content)
    assert collected.collected(wheels) == []
    text = (wheels / "requirements.txt").read_text()
    assert f"one-lib==1.0 ; sys_platform == 'linux' \\\n    --hash=sha256:{digest[good]}\n" in text
    assert text.endswith(f"hotspots==0.1.0 \\\n    --hash=sha256:{digest[b'our own']}\n")
    assert f"{digest[good]}  one_lib-1.0-py3-none-any.whl\n" in (wheels / "SHA256SUMS").read_text()
    (wheels / "one_lib-1.1-py3-none-any.whl").write_bytes(strange)
    assert collected.collected(wheels) == ["one_lib-1.1-py3-none-any.whl is in no lock file"]


def test_a_machine_with_an_older_last_number_of_this_python_finds_its_own_pins():
    """Debian 12 has Python 3.11.2, and a library may be pinned apart for it."""
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    lock = "".join(
        f"{pin} ; {marker} \\\n    --hash=sha256:{64 * 'a'}\n"
        for pin, marker in (
            ("old==1", f"python_full_version < '{minor}.1'"),
            ("old==2", f"python_full_version >= '{minor}.1'"),
            ("far==1", "python_full_version < '3.5'"),
            ("win==1", "sys_platform == 'win32'"),
        )
    )
    assert [pin.split()[0] for pin in collected.of_other_numbers(lock)] == (["old==1"] if sys.version_info.micro else [])
    assert len(collected.pinned(LOCK)) == len(locked())


def test_the_lock_holds_what_the_pins_need_too():
    names = {name for name, _ in locked()}
    needed = licences.needed(pins("requirements.txt"))
    assert len(needed) > 60
    assert sorted(set(needed) - names) == [], "make lock"


def test_a_lock_that_lacks_a_hash_is_noticed():
    text = "one==1.0 \\\n    --hash=sha256:" + 64 * "a" + "\ntwo==2.0 ; sys_platform == 'win32' \\\n    --hash=md5:abc\nthree==3\n"
    assert locked(text) == {("one", "1.0"): {64 * "a"}, ("two", "2.0"): set()}


def test_every_licence_is_one_that_we_may_use():
    packages = licences.needed([*pins("requirements.txt"), *pins("requirements-dev.txt")])
    assert len(packages) > 90
    assert licences.not_allowed(packages) == []


class Described:
    """A package that says of itself what its lines say."""

    version, files = "1", None

    def __init__(self, **said: str):
        self.metadata = Message()
        self.metadata["Name"] = "one"
        for name, text in said.items():
            self.metadata[name.replace("_", "-")] = text


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, "one 1: names no licence"),
        ({"License": "GPL-3.0-only"}, "one 1: GPL-3.0-only"),
        ({"License_Expression": "MIT AND (AGPL-3.0-or-later OR BSD-3-Clause)"}, "one 1: AGPL-3.0-or-later, BSD-3-Clause, MIT"),
        (
            {"Classifier": "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"},
            "one 1: GNU General Public License v3 (GPLv3)",
        ),
        ({"Classifier": "License :: OSI Approved"}, "one 1: names no licence"),
        ({"License": "All rights reserved"}, "one 1: All rights reserved"),
        ({"License": "BSD"}, None),
        ({"License": 70 * "text ", "Classifier": "License :: OSI Approved :: MIT License"}, None),
    ],
)
def test_a_licence_that_is_not_known_is_listed(said, found):
    assert licences.not_allowed({"one": Described(**said)}) == ([found] if found else [])


def test_an_audit_that_could_ask_nobody_fails_and_says_so(tmp_path):
    if importlib.util.find_spec("pip_audit") is None:
        pytest.skip("pip-audit is not installed: pip install -r requirements-dev.txt")
    one = tmp_path / "requirements.lock"
    one.write_text("numpy==2.4.6 --hash=sha256:" + 64 * "0" + "\n")
    nowhere = {f"{kind}_proxy": "http://127.0.0.1:9" for kind in ("http", "https", "HTTP", "HTTPS")} | {"no_proxy": "", "NO_PROXY": ""}
    command = [sys.executable, str(ROOT / "tests" / "audited.py"), str(one), "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, env={**os.environ, **nowhere}, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert audited.UNASKED in done.stderr
    assert "No known vulnerabilities" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.walk
def test_what_running_needs_is_described_by_its_schema(tmp_path):
    if importlib.util.find_spec("cyclonedx_py") is None:
        pytest.skip("cyclonedx-bom is not installed: pip install -r requirements-dev.txt")
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    out = tmp_path / "sbom.json"
    command = [
        sys.executable,
        "-m",
        "cyclonedx_py",
        "requirements",
        "--output-reproducible",
        "--output-file",
        str(out),
        "requirements.lock",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    text = out.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert all(f'"{Requirement(pin).name}"' in text for pin in pins("requirements.txt"))
