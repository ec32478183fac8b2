"""The table of commands, and how one of them is run in the reader's language.

Results go to standard output, progress and reports to standard error. Exit status: 0 done, 1 refused with a reason, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from hotspots import __version__, settings
from hotspots.cli import noted
from hotspots.cli.usage import speak
from hotspots.settings import EditionError, SettingError
from hotspots.words import LANGUAGES, ToldError, Words, mark, words_for

_SELDOM = 200_000  # new objects until the interpreter looks for those that nothing needs; a tenth of a short command goes into that


class Command(NamedTuple):
    """One command: what it is called, the job it belongs to, its line in the help, and the file in this folder that holds it.

    The file has `grammar(command, words)`, which adds its description and arguments, and `run(choices, words)`, which does it and returns
    the exit status (None: done). `language` says what `--language` decides.
    """

    name: str
    job: str
    help: str
    file: str = ""
    language: str = mark("the language to speak (default: that of LANG, else English)")


COMMANDS: tuple[Command, ...] = (
    Command(
        "import",
        mark("Bring data in"),
        mark("read a folder with a city.toml, or single files, and publish them as a new version"),
        "import_",
    ),
    Command(
        "fetch", mark("Bring data in"), mark("bring a city up to date from an official source (the only command that asks the internet)")
    ),
    Command(
        "batch", mark("Bring data in"), mark("import, check and publish every city below a folder, with briefs and digests, side by side")
    ),
    Command("interventions", mark("Bring data in"), mark("the log of interventions of a city: list, add, edit, remove")),
    Command("run", mark("Look"), mark("open the dashboard in the browser")),
    Command("search", mark("Look"), mark("find a place of a city by what people call it")),
    Command("totals", mark("Look"), mark("print the headline numbers of a city")),
    Command("change", mark("Look"), mark("compare the newest days with the same days of the years before")),
    Command("table", mark("Look"), mark("print the table behind Trends, Who was killed, Compare or Concentration")),
    Command("cases", mark("Look"), mark("list single homicides, the newest first (restricted: never publish)")),
    Command("clusters", mark("Look"), mark("find circles, or bursts in place and time, with more homicides than chance explains")),
    Command(
        "export",
        mark("Look"),
        mark("write measures, unit by unit, to a file"),
        language=mark("the language of a .png or .html (default: the city's own)"),
    ),
    Command(
        "brief",
        mark("Look"),
        mark("write one page about a city or a place: PDF, slide or HTML (restricted: not for publication)"),
        language=mark("the language of the page (default: the city's own)"),
    ),
    Command(
        "digest",
        mark("Look"),
        mark("say what is new since an earlier version, as files and by mail (restricted: not for publication)"),
        language=mark("the language of the digest (default: the city's own)"),
    ),
    Command(
        "repeats",
        mark("Decide"),
        mark("say whether killings follow soon on one another nearby, and which windows are open (restricted: never publish)"),
    ),
    Command("priorities", mark("Decide"), mark("list the places to begin with, and how well such lists did before")),
    Command(
        "evaluate",
        mark("Decide"),
        mark("evaluate one intervention of the log by every design that the data allow"),
        language=mark("the language of the text (default: the city's own)"),
    ),
    Command("publish", mark("Publish"), mark("write the public release of a city into a folder")),
    Command(
        "handout",
        mark("Publish"),
        mark("write a page to print about an area, or about each, from a release alone (may be passed on)"),
        language=mark("the language of the page (default: the city's own)"),
    ),
    Command("audit", mark("Publish"), mark("attack a release, all releases of a city, or verify what was written down (audit verify)")),
    Command("key", mark("Publish"), mark("copy the key and the list of releases of a city, to keep or to share between machines")),
    Command("list", mark("Look after the store"), mark("list the published cities")),
    Command("check", mark("Look after the store"), mark("look whether the stored versions of a city are what was published")),
    Command("rollback", mark("Look after the store"), mark("serve an earlier version of a city again")),
    Command("move", mark("Look after the store"), mark("copy all versions into another store, a folder or a database")),
    Command("backup", mark("Look after the store"), mark("copy the store while it is used; the copy is a store, checked by its hashes")),
    Command(
        "erase", mark("Look after the store"), mark("take an event out of every version of a city for good, or old versions, or a city")
    ),
    Command("setup", mark("Look after the machine"), mark("write the services, settings and nginx sites by which a department runs it")),
)
EXAMPLES = """
  import data/cities/puerto-albatros
  import --incidents homicides.xlsx --blocks blocks.geojson --name "My city"
  batch --cities cities --out batch --profile strict
  list
  search puerto-albatros "av gaviotas & calle real"
  totals puerto-albatros --start 2023-01-01 --end 2024-01-01
  totals puerto-albatros --where weapon=firearm --where sex=female --json
  export puerto-albatros --measure rate --unit districts --out districts.csv
  export puerto-albatros --start 2023-01-01 --end 2024-01-01 --out map-2023.html
  brief puerto-albatros --place district:Centro --preset command --out brief.pdf
  digest puerto-albatros --since 2024-06-30 --out news
  priorities puerto-albatros --share 1,5
  totals puerto-albatros --unit segments
  totals puerto-albatros --reconcile
  repeats puerto-albatros --metres 200 --days 14 --as-of 2024-06-30
  change puerto-albatros --as-of 2024-06-30
  cases puerto-albatros --days 28 --where status=open
  clusters puerto-albatros --method space-time --start 2024-01-01
  table puerto-albatros people --end 2024-01-01
  check puerto-albatros"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    if arguments is None:
        gc.set_threshold(_SELDOM)  # as a program of its own, which ends before there is much to look for
        settings.one_thread()
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = words_for(language(given, os.environ))
    called = next((one for one in given if one in {command.name for command in COMMANDS}), "")
    try:
        choices = parser(words, called).parse_args(given)
        _note(called, given)
        return int(choices.run(choices, words) or 0)
    except ToldError as fault:
        print(words.tell(fault), file=sys.stderr)
    except (EditionError, SettingError) as fault:
        print(fault, file=sys.stderr)
    except OSError as fault:
        what = fault.filename or words.say("a file")
        print(words.say("cannot read or write {file}: {reason}", file=what, reason=fault.strerror or fault), file=sys.stderr)
    return 1


def _note(called: str, given: Sequence[str]) -> None:
    """Write down, where a sign-in is asked for, who ran a command over the store; the audit of the record itself runs in any case."""
    if not settings.value("HOTSPOTS_ACCESS") or settings.edition() == "public" or called in ("", "audit", "run", "setup"):
        return
    from hotspots import store

    cities = set(store.slugs()) if settings.edition() != "public" else set()
    noted.note(called, " ".join(one for one in given if one in cities))


def language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the language to speak: the one asked for by `--language`, else that of the machine, else English.

    >>> language(["totals", "--language", "es"], {}), language([], {"LANG": "es_SV.UTF-8"}), language([], {"LANG": "es_SV", "LC_ALL": "C"})
    ('es', 'es', 'en')
    """
    named = [after for one, after in pairwise(arguments) if one == "--language"]
    named += [one.partition("=")[2] for one in arguments if one.startswith("--language=")]
    of_machine = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    asked = [*named, of_machine.partition(".")[0].partition("_")[0]]
    return next((one for one in asked if one in LANGUAGES), "en")


def parser(words: Words | None = None, called: str | None = None) -> argparse.ArgumentParser:
    """Return the grammar of the command line in the language of `words`; of all commands, or, so that it is quick, of the one called."""
    words = words or words_for("en")
    speak(words)
    program = "hotspots" if Path(sys.argv[0]).stem == "hotspots" else "python -m hotspots"
    top = argparse.ArgumentParser(
        prog=program,
        usage=words.say("{program} [-h] [--version] [--language LANGUAGE] COMMAND …", program=program),
        description=words.say("Homicides block by block: counts, rates, density and change. COMMAND --help says more of each."),
        epilog=_epilog(program, words),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"hotspots {__version__}", help=words.say("print the version"))
    top.add_argument("--language", choices=tuple(LANGUAGES), help=words.say(COMMANDS[0].language))
    commands = top.add_subparsers(metavar=words.say("COMMAND"), required=True, prog=program, help=argparse.SUPPRESS)
    for one in COMMANDS:
        command = commands.add_parser(one.name)
        if called in (None, one.name):
            module = import_module(f"hotspots.cli.{one.file or one.name}")
            module.grammar(command, words)
            command.add_argument("--language", choices=tuple(LANGUAGES), default=argparse.SUPPRESS, help=words.say(one.language))
            command.set_defaults(run=module.run)
    return top


def _epilog(program: str, words: Words) -> str:
    """Return the commands by the job that they do, then examples."""
    width = max(60, shutil.get_terminal_size().columns - 2)
    lines = []
    for job, commands in groupby(COMMANDS, key=lambda one: one.job):
        lines.append(f"{words.say(job)}:")
        for one in commands:
            lines += textwrap.wrap(words.say(one.help), width, initial_indent=f"  {one.name:<15}", subsequent_indent=" " * 17)
        lines.append("")
    lines.append(words.say("examples:") + EXAMPLES.replace("\n  ", f"\n  {program} "))
    city = words.say(
        "A city is a folder with a city.toml that says where its files are and what their columns mean; CONTRIBUTING.md shows one."
    )
    dates = words.say(
        "Dates are written 2023-01-31. --end is exclusive: --start 2023-01-01 --end 2024-01-01 is the whole of 2023. "
        "No dates: all the data."
    )
    return "\n".join([*lines, "", city, dates])
