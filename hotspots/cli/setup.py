"""`setup`: the files by which an administrator lets a machine run the two editions; nothing is installed by itself."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hotspots.store.schema import DataError
from hotspots.words import Words, told

HERE = Path(__file__).parent / "machine"
PORTS, PUBLIC_PORTS = "8501,8502", "8511,8512"
UNITS = "etc/systemd/system"
# Where each file goes, and the file of `machine` that it is made from; by the edition that needs it, "" for both.
FILES: Mapping[str, Mapping[str, str]] = {
    "": {
        "etc/sysusers.d/hotspots.conf": "sysusers.conf",
        "etc/tmpfiles.d/hotspots.conf": "tmpfiles.conf",
        "etc/nginx/sites-available/hotspots-others": "nginx-others",
    },
    "restricted": {
        f"{UNITS}/hotspots@.service": "hotspots@.service",
        f"{UNITS}/hotspots-digest@.service": "hotspots-digest@.service",
        f"{UNITS}/hotspots-digest@.timer": "hotspots-digest@.timer",
        f"{UNITS}/hotspots-fetch@.service": "hotspots-fetch@.service",
        f"{UNITS}/hotspots-fetch@.timer": "hotspots-fetch@.timer",
        f"{UNITS}/hotspots-erase@.service": "hotspots-erase@.service",
        f"{UNITS}/hotspots-erase@.timer": "hotspots-erase@.timer",
        f"{UNITS}/hotspots-backup.service": "hotspots-backup.service",
        f"{UNITS}/hotspots-backup.timer": "hotspots-backup.timer",
        "etc/hotspots/hotspots.env": "hotspots.env",
        "etc/nginx/sites-available/hotspots-restricted": "nginx-site",
        "usr/local/sbin/hotspots-admin": "hotspots-admin",
    },
    "public": {
        f"{UNITS}/hotspots-public@.service": "hotspots-public@.service",
        "etc/hotspots/public.env": "public.env",
        "etc/nginx/sites-available/hotspots-public": "nginx-site",
    },
}
KEEP = 365  # days that a version is kept where the timer of a city is started; the one served stays in any case
MEMORY, PUBLIC_MEMORY = "4G", "2G"  # for each process; a scan of a large city takes up to 2 GB beside the dashboard itself
UPLOAD = {"restricted": "200m", "public": "64k"}  # MB as the dashboard accepts them; the public edition accepts no file
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_PATH = re.compile(r"/[\w./+-]*")


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Write what a Debian machine needs to run the dashboard for a department: accounts, folders, hardened services, settings, nginx, "
        "timers. Nothing is installed: the files go into a folder, or are shown, and the steps are said that an administrator takes. "
        "docs/deploy.md goes through all of it."
    )
    name = say("the name by which readers call the restricted edition, such as homicides.police.example")
    command.add_argument("--name", metavar=say("HOST"), default="", help=name)
    public = say("the name by which readers call the public edition")
    command.add_argument("--public-name", metavar=say("HOST"), default="", help=public)
    out = say("the folder to write into (default: the files are shown)")
    command.add_argument("--out", metavar=say("FOLDER"), type=Path, help=out)
    ports = say(
        "the ports of this machine alone that the restricted edition listens on, a process for each (default: {ports})", ports=PORTS
    )
    command.add_argument("--ports", metavar="N,N", default=PORTS, help=ports)
    others = say("the same of the public edition (default: {ports})", ports=PUBLIC_PORTS)
    command.add_argument("--public-ports", metavar="N,N", default=PUBLIC_PORTS, help=others)
    program = say("the installed program (default: the one that runs now)")
    command.add_argument("--program", metavar=say("FILE"), default=str(Path(sys.executable).with_name("hotspots")), help=program)
    certificates = say("the folder of HOST.crt and HOST.key (default: {folder})", folder="/etc/ssl/hotspots")
    command.add_argument("--certificates", metavar=say("FOLDER"), default="/etc/ssl/hotspots", help=certificates)
    keep = say(
        "days after which the timer hotspots-erase@CITY, where you start it, erases a version that is not served (default: {days})",
        days=KEEP,
    )
    command.add_argument("--keep-days", metavar="N", type=int, default=KEEP, help=keep)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Write or show the files, and say the steps."""
    files = made(choices)
    for name, text in files.items():
        if choices.out is None:
            print(f"# ---- /{name}\n{text}")
            continue
        path = choices.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755 if name.startswith("usr/") else 0o644)
        print(path)
    print("\n".join(["", words.say("As root, in this order (docs/deploy.md explains each):"), *_steps(choices, words)]), file=sys.stderr)


def made(choices: argparse.Namespace) -> dict[str, str]:
    """Return the files by their paths on the machine, without the first slash; a `DataError` where a name, port or path cannot be one."""
    names = {edition: name for edition, name in (("restricted", choices.name), ("public", choices.public_name)) if name}
    ports = {"restricted": _ports(choices.ports), "public": _ports(choices.public_ports)}
    _check(choices, names, [port for edition in names for port in ports[edition]])
    parts = {name: (HERE / f"{name}.part").read_text(encoding="utf-8").rstrip("\n") for name in ("job", "hardened")}
    common = {
        "@JOB@": parts["job"],
        "@HARDENED@": parts["hardened"],
        "@PROGRAM@": choices.program,
        "@DAYS@": str(choices.keep_days),
        "@MEMORY@": MEMORY,
        "@PUBLIC_MEMORY@": PUBLIC_MEMORY,
        "@PUBLIC_NAME@": names.get("public", ""),
        "@CERTIFICATES@": choices.certificates.rstrip("/"),
    }
    files = {}
    for edition in ("", *names):
        blanks = common | ({"@NAME@": names[edition], "@EDITION@": edition, "@UPLOAD@": UPLOAD[edition]} if edition else {})
        for path, template in FILES[edition].items():
            files[path] = _filled(template, {**(_processes(edition, ports[edition]) if template == "nginx-site" else {}), **blanks})
    return files


def _processes(edition: str, ports: Sequence[int]) -> dict[str, str]:
    """Return what nginx is told of the processes of an edition: each is the first for its own readers, the others stand in."""
    # none is remembered as gone: it refuses at once on this machine, and one that came back must be asked before the other is restarted
    servers = {port: f"    server 127.0.0.1:{port} max_fails=0" for port in ports}
    each = [
        "\n".join(
            [
                f"upstream hotspots_{edition}_{port} {{",
                f"{servers[port]};",
                *(f"{servers[other]} backup;" for other in ports if other != port),
                "    keepalive 16;",
                "}",
            ]
        )
        for port in ports
    ]
    return {
        "@ALL@": "\n".join(f"{server};" for server in servers.values()),
        "@EACH@": "\n".join(each),
        "@WANTED@": "\n".join(f"    {port} hotspots_{edition}_{port};" for port in ports),
        "@ANSWERED@": "\n".join(f'    "~:{port}$" {port};' for port in ports),
    }


def _filled(template: str, blanks: Mapping[str, str]) -> str:
    text = (HERE / template).read_text(encoding="utf-8")
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text


def _check(choices: argparse.Namespace, names: Mapping[str, str], ports: Sequence[int]) -> None:
    """Raise a `DataError` with all that cannot be: what is written goes into files that root reads."""
    wrong = []
    if not names:
        wrong.append(told("give --name, --public-name or both: the names by which readers call the editions"))
    wrong += [told("{name} is not the name of a host", name=repr(name)) for name in names.values() if not _NAME.fullmatch(name)]
    if len(set(names.values())) < len(names):
        wrong.append(told("the two editions need two names: what one may not show must not be in reach of the other's pages"))
    if len(set(ports)) < len(ports) or not all(1024 <= port < 10000 for port in ports):
        wrong.append(told("give each process a port of its own between 1024 and 9999"))
    if choices.keep_days < 1:
        wrong.append(told("--keep-days: give a whole number of days from 1"))
    paths = [one for one in (choices.program, choices.certificates) if not _PATH.fullmatch(one)]
    wrong += [told("{path} is not a path from the top of plain letters", path=repr(one)) for one in paths]
    if wrong:
        raise DataError(wrong)


def _ports(text: str) -> list[int]:
    """Return the ports that an argument names; one that is no number is 0.

    >>> _ports("8501,8502"), _ports("8501,x")
    ([8501, 8502], [8501, 0])
    """
    return [int(one) if one.strip().isdecimal() else 0 for one in text.split(",")]


def _steps(choices: argparse.Namespace, words: Words) -> list[str]:
    """Return the steps, a line each: what it is for, and the command."""
    say = words.say
    folder = choices.out or say("FOLDER")
    editions = [one for one, name in (("restricted", choices.name), ("public", choices.public_name)) if name]
    units = [f"hotspots@{port}" for port in _ports(choices.ports)] if choices.name else []
    units += [f"hotspots-public@{port}" for port in _ports(choices.public_ports)] if choices.public_name else []
    sites = " ".join(f"/etc/nginx/sites-available/hotspots-{one}" for one in ("others", *editions))
    steps = [
        (say("put the files in their places; what is there already stays"), f"cp -rn {folder}/. /"),
        (say("make the accounts and folders"), "systemd-sysusers && systemd-tmpfiles --create"),
    ]
    if choices.name:
        steps.append((say("write who may see what, and the provider of sign-ins (docs/access.md)"), "/etc/hotspots/{access,secrets}.toml"))
    steps += [
        (
            say("bring the certificates"),
            " ".join(f"{choices.certificates.rstrip('/')}/{name}.{{crt,key}}" for name in (choices.name, choices.public_name) if name),
        ),
        (say("close the files of secrets"), "systemd-tmpfiles --create"),
        (say("start the services"), f"systemctl daemon-reload && systemctl enable --now {' '.join(units)}"),
        (
            say("open the sites"),
            f"rm -f /etc/nginx/sites-enabled/default; ln -sf {sites} /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx",
        ),
    ]
    if choices.name:
        steps.append((say("copy the store every night, best onto another disk"), "systemctl enable --now hotspots-backup.timer"))
        erase = say("where your rule says so: erase versions of a city that are older than {days} {days:day|days}", days=choices.keep_days)
        steps.append((erase, "systemctl enable --now hotspots-erase@CITY.timer"))
    return [f"{n}. {what}:\n   {command}" for n, (what, command) in enumerate(steps, 1)]
