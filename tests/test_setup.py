"""`hotspots setup`: what it writes passes the checks of systemd and nginx themselves, and lets in nothing that was not meant."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine import site, written

from hotspots.__main__ import main
from hotspots.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
BOTH = ("--name", "homicides.police.example", "--public-name", "figures.police.example")
WORST = 2.0  # of 10, the most exposed that `systemd-analyze security` may find a service


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return written(tmp_path / "out", *BOTH, "--program", "/bin/true")


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("no systemd on this machine (`make server` installs Debian's, where it may)")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def units(made: Path) -> list[Path]:
    """Return every unit, those that stand for many as one of them."""
    found = sorted((made / "etc/systemd/system").iterdir())
    return [path.with_name(path.name.replace("@.", "@8501.")) for path in found]


def test_systemd_finds_nothing_wrong_with_the_units(made):
    done = analyze("verify", "--man=no", *units(made))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_would_find_what_is_wrong(made):
    unit = made / "etc/systemd/system/hotspots@.service"
    unit.write_text(unit.read_text().replace("/bin/true", "/nowhere/hotspots"))
    assert analyze("verify", "--man=no", unit.with_name("hotspots@8501.service")).returncode != 0


def test_the_services_are_shut_as_far_as_they_can_be(made):
    for unit in (one for one in units(made) if one.suffix == ".service"):
        done = analyze("security", "--offline=true", f"--threshold={int(WORST * 10)}", "--no-pager", unit)
        assert done.returncode == 0, done.stdout[-300:]


def test_the_accounts_and_folders_are_made_as_they_must_be(made, tmp_path):
    if os.geteuid() or not shutil.which("systemd-sysusers"):
        pytest.skip("needs root and systemd")
    top = tmp_path / "root"
    (top / "etc").mkdir(parents=True)
    for name in ("passwd", "group", "shadow", "gshadow"):
        (top / "etc" / name).write_text("root:x:0:0:root:/:/bin/sh\n" if name == "passwd" else "root:x:0:\n" if name == "group" else "")
    shutil.copytree(made, top, dirs_exist_ok=True)
    subprocess.run(["systemd-sysusers", f"--root={top}"], check=True, capture_output=True)
    subprocess.run(["systemd-tmpfiles", f"--root={top}", "--create"], check=True, capture_output=True)
    accounts = {line.split(":")[0]: line.split(":") for line in (top / "etc/passwd").read_text().splitlines()}
    groups = {line.split(":")[2]: line.split(":")[0] for line in (top / "etc/group").read_text().splitlines()}
    assert accounts["hotspots"][6].endswith("nologin")
    assert accounts["hotspots-public"][6].endswith("nologin")
    owners = {one[2]: one[0] for one in accounts.values()}

    def stands(path: str) -> tuple[str, str, str]:
        found = (top / path).stat()
        return owners[str(found.st_uid)], groups[str(found.st_gid)], f"{found.st_mode & 0o7777:o}"

    assert stands("var/lib/hotspots") == ("hotspots", "hotspots", "700")
    assert stands("srv/hotspots/releases") == ("hotspots", "hotspots-public", "2750")
    assert stands("etc/hotspots/hotspots.env") == ("root", "hotspots", "640")
    assert stands("etc/hotspots/public.env") == ("root", "hotspots-public", "640")


def test_a_service_and_the_command_of_the_administrator_read_the_same_settings(made):
    """The file of settings is read by systemd and by a shell: both must find the same, and every name is one that there is."""
    known = {row.name for row in SETTINGS}
    for name in ("hotspots.env", "public.env"):
        text = (made / "etc/hotspots" / name).read_text()
        lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
        pairs = dict(re.fullmatch(r'#?([A-Z_]+)="([^"$`\\]*)"', line).groups() for line in lines)
        assert {one for one in pairs if one.startswith("HOTSPOTS_")} <= known
        said = subprocess.run(
            ["sh", "-c", f"set -a; . {made}/etc/hotspots/{name}; env"], capture_output=True, text=True, check=True, env={}
        )
        found = dict(line.split("=", 1) for line in said.stdout.splitlines())
        assert {key: value for key, value in pairs.items() if f'#{key}="{value}"' not in text}.items() <= found.items()


@pytest.mark.parametrize("edition", ["restricted", "public"])
def test_nginx_takes_the_site(tmp_path, edition):
    command = site(tmp_path, edition, (8601, 8602), port=8603, plain=8604)
    done = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_both_sites_stand_side_by_side(made, tmp_path):
    """Names of maps, groups and zones are each edition's own."""
    sites = [(made / f"etc/nginx/sites-available/hotspots-{one}").read_text() for one in ("restricted", "public")]
    names = [set(re.findall(r"^(?:map .* (\$\w+)|upstream (\w+)|log_format (\w+)) ?", text, re.MULTILINE)) for text in sites]
    assert names[0]
    assert not names[0] & names[1]
    assert "8511" not in sites[0]
    assert "8501" not in sites[1]


def test_no_blank_is_left(made):
    left = {path.name: found for path in made.rglob("*") if path.is_file() and (found := re.findall("@[A-Z_]+@", path.read_text()))}
    assert left == {}


def test_one_edition_alone(tmp_path):
    public = written(tmp_path / "p", "--public-name", "figures.police.example")
    assert not [path for path in public.rglob("*") if path.name in ("hotspots.env", "hotspots@.service", "hotspots-restricted")]
    assert "figures.police.example" in (public / "etc/hotspots/public.env").read_text()


def test_without_a_folder_the_files_are_shown(capsys):
    assert main(["setup", *BOTH]) == 0
    said = capsys.readouterr()
    assert "# ---- /etc/systemd/system/hotspots@.service" in said.out
    assert "NoNewPrivileges=yes" in said.out
    assert "systemctl enable --now hotspots@8501 hotspots@8502 hotspots-public@8511 hotspots-public@8512" in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --name"),
        (("--name", "a.example; return 200"), "is not the name of a host"),
        (("--name", "a.example\nUser=root"), "is not the name of a host"),
        (("--name", "a.example", "--public-name", "a.example"), "two names"),
        (("--name", "a.example", "--ports", "8501,8501"), "a port of its own"),
        (("--name", "a.example", "--ports", "80"), "a port of its own"),
        (("--name", "a.example", "--public-name", "b.example", "--public-ports", "8502"), "a port of its own"),
        (("--name", "a.example", "--program", "/bin/true\nUser=root"), "is not a path"),
        (("--name", "a.example", "--certificates", "tls;"), "is not a path"),
    ],
)
def test_what_cannot_stand_in_such_a_file_is_refused(tmp_path, capsys, arguments, said):
    assert main(["setup", "--out", str(tmp_path / "out"), *arguments]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


RESTRICTED, PUBLIC = 61001, 61002  # numbers of accounts that need no name


@pytest.fixture
def laid(tmp_path: Path) -> Iterator[Path]:
    """Lay the folders as `tmpfiles.conf` says, for two accounts that are numbers, where every account gets to."""
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv")
    with tempfile.TemporaryDirectory(dir="/tmp") as named:
        top = Path(named)
        top.chmod(0o755)
        for name, mode, group in (("lib", 0o700, RESTRICTED), ("releases", 0o2750, PUBLIC)):
            (top / name).mkdir()
            os.chown(top / name, RESTRICTED, group)
            (top / name).chmod(mode)
        yield top


def as_account(number: int, *command: object, **env: str) -> subprocess.CompletedProcess[str]:
    around = (
        "setpriv",
        f"--reuid={number}",
        f"--regid={number}",
        "--clear-groups",
        "--no-new-privs",
        "sh",
        "-c",
        'umask 027; exec "$@"',
        "sh",
    )
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests"), sysconfig.get_path("purelib")))
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": paths,
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
        "MPLCONFIGDIR": "/nonexistent",
        **env,
    }
    return subprocess.run([*around, *map(str, command)], capture_output=True, text=True, check=False, env=env, cwd="/")


WORK = """
import os
from pathlib import Path
import pandas as pd
from released import released_city
from hotspots import release, store
from hotspots.release import bundle
made = release.build(released_city(victims=450, years=6, seed=3, hot=3.0), as_of='2026-01-15', secret=b'x')
bundle.write(made, Path(os.environ['HOTSPOTS_RELEASE']) / 'town', key=b'x' * 32)
store.publish('town', {'blocks': pd.DataFrame({'n': [1]})}, {})
"""


def python() -> str:
    """Return a Python of this kind that other accounts may run; skip where there is none."""
    for one in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        if as_account(PUBLIC, one, "-c", "import hotspots, geopandas").returncode == 0:
            return one
    pytest.skip("no Python that other accounts may run")


@pytest.mark.walk
def test_the_public_account_reads_releases_and_the_system_refuses_it_the_store(laid):
    """What the restricted account publishes under its own mask, the public one can read; the store it cannot, whatever it tries."""
    program = python()
    places = {"HOTSPOTS_STORE": str(laid / "lib/store"), "HOTSPOTS_RELEASE": str(laid / "releases")}
    made = as_account(RESTRICTED, program, "-W", "ignore", "-c", WORK, **places)
    assert made.returncode == 0, made.stderr
    read = as_account(PUBLIC, program, "-m", "hotspots", "audit", laid / "releases/town")
    assert "nothing is given away" in read.stdout, read.stderr
    looked = as_account(PUBLIC, program, "-c", "import os; print(os.listdir(os.environ['HOTSPOTS_STORE']))", **places)
    assert "PermissionError" in looked.stderr
    listed = as_account(PUBLIC, program, "-m", "hotspots", "list", **places)
    assert (listed.returncode, listed.stdout) == (1, "")
    assert "Permission denied" in listed.stderr
    assert as_account(PUBLIC, "touch", laid / "releases/town/x").returncode != 0


def test_a_version_is_kept_for_a_day_at_least(capsys):
    assert main(["setup", *BOTH, "--keep-days", "0"]) != 0
    assert "--keep-days" in capsys.readouterr().err
