"""What `hotspots setup` writes for a machine, tried on this one: its nginx site on other ports, with a certificate of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hotspots.__main__ import main

AROUND = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    {paths}
    include {folder}/sites/*;
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def written(folder: Path, *arguments: str) -> Path:
    """Return the folder that `hotspots setup` wrote into."""
    assert main(["setup", "--out", str(folder), *arguments]) == 0
    return folder


def nginx() -> str:
    """Return nginx; skip where there is none."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not found:
        pytest.skip("no nginx on this machine (`make server` installs Debian's, where it may)")
    return found


def site(folder: Path, edition: str, ports: Sequence[int], *, port: int, plain: int) -> list[str]:
    """Lay the generated site of an edition, called localhost, on two ports of this machine; return the command that serves it."""
    program = nginx()
    named = ("--name", "--ports") if edition == "restricted" else ("--public-name", "--public-ports")
    made = written(folder / "made", named[0], "localhost", named[1], ",".join(map(str, ports)), "--certificates", str(folder / "tls"))
    (folder / "tls").mkdir()
    request = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost")
    files = ("-keyout", folder / "tls/localhost.key", "-out", folder / "tls/localhost.crt", "-addext", "subjectAltName=DNS:localhost")
    subprocess.run(["openssl", *request, *map(str, files)], check=True, capture_output=True)
    (folder / "sites").mkdir()
    for name in ("hotspots-others", f"hotspots-{edition}"):
        text = (made / "etc/nginx/sites-available" / name).read_text()
        text = re.sub(r"listen \[::\]:.*\n", "", text)
        text = text.replace("listen 80 ", f"listen 127.0.0.1:{plain} ").replace("listen 443 ", f"listen 127.0.0.1:{port} ")
        text = text.replace('"https://localhost"', f'"https://localhost:{port}"').replace("/var/log/nginx", str(folder))
        (folder / "sites" / name).write_text(text)
    paths = "\n    ".join(f"{one}_temp_path {folder}/{one};" for one in TEMPORARY)
    user = "user root;" if os.geteuid() == 0 else ""  # so that it can read this folder
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user, paths=paths))
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx-error.log")]


@contextlib.contextmanager
def served(command: Sequence[str], port: int) -> Iterator[None]:
    """Run nginx while the block runs."""
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost"],
            input=b"",
            capture_output=True,
            check=False,
        ).returncode:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)
