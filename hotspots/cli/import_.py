"""`import`: read a city's files, check every row, and publish them as a new version."""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from tqdm import tqdm

from hotspots import cities
from hotspots.cli.printing import print_json
from hotspots.readers.guess import Question, work_out
from hotspots.readers.report import lines
from hotspots.store.schema import DataError
from hotspots.words import Told, Words, told


def grammar(command: argparse.ArgumentParser, words: Words) -> None:
    """Add the arguments."""
    say = words.say
    command.description = say(
        "Read a city's files, check every row, and publish them as a new version: as a whole, or not at all. "
        "The report says what became of each row. Without a city.toml the columns are worked out, and what is in doubt is asked."
    )
    folder, file = say("FOLDER"), say("FILE")
    command.add_argument("folder", metavar=folder, type=Path, nargs="?", help=say("the folder that holds city.toml"))
    incidents = say("no city.toml: the homicides; may be repeated")
    command.add_argument("--incidents", metavar=file, type=Path, action="append", help=incidents)
    command.add_argument("--blocks", metavar=file, type=Path, help=say("no city.toml: the blocks (left out: squares)"))
    residents = say("no city.toml: the residents of each block, in a table")
    command.add_argument("--population", metavar=file, type=Path, help=residents)
    command.add_argument("--name", metavar=say("NAME"), help=say("no city.toml: the city's name"))
    safe = say("take the safe answer to every question; refuse where none is safe")
    command.add_argument("--yes", action="store_true", help=safe)
    save = say("no city.toml: write the one that was worked out into this folder")
    command.add_argument("--save", metavar=folder, type=Path, help=save)
    command.add_argument("--json", action="store_true", help=say("print the quality report as JSON"))
    command.set_defaults(wrong=command.error)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Import a folder, or the files that are named."""
    if (choices.folder is None) == (choices.incidents is None):
        choices.wrong(words.say("give either FOLDER, or --incidents FILE and --name NAME"))
    if choices.incidents is None:
        _import(choices, words, folder=choices.folder)
        return
    if not choices.name:
        choices.wrong(words.say("--incidents needs --name NAME, the name of the city"))
    with tempfile.TemporaryDirectory(prefix="hotspots-") as temporary:
        _import(choices, words, folder=_worked_out(choices, words, temporary=Path(temporary)))


def _worked_out(choices: argparse.Namespace, words: Words, *, temporary: Path) -> Path:
    """Write the city.toml that reads the files, show it, and return its folder; the folder's name is the city's short name."""
    named = [path for path in (*choices.incidents, choices.blocks, choices.population) if path is not None]
    for path in named:
        path.open("rb").close()  # a file that is not there is told as such
    text = work_out(
        [path.resolve() for path in choices.incidents],
        name=choices.name,
        ask=partial(_answer, words=words, yes=choices.yes),
        blocks=choices.blocks.resolve() if choices.blocks else None,
        population=choices.population.resolve() if choices.population else None,
    )
    print(words.say("worked out, as a city.toml:") + f"\n\n{text}", file=sys.stderr)
    folders: list[Path] = [temporary / cities.slug_of(choices.name.replace("/", " ")), *([choices.save] if choices.save else [])]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "city.toml").write_text(text, encoding="utf-8")
    return folders[0]


def _answer(question: Question, *, words: Words, yes: bool) -> str:
    """Put a question to the person at the terminal, with the safe answer shown; `yes` takes that one."""
    asked = [question.text, *(told("  {answer}: {meaning}", answer=one, meaning=meaning) for one, meaning in question.answers.items())]
    said = [words.tell(line) for line in asked]
    if yes:
        if not question.safe:
            none = told("No answer is safe, so --yes does not take one: import again without --yes, or write a city.toml")
            raise DataError([*(line if isinstance(line, Told) else Told(line, {}) for line in asked), none])
        print("\n".join([*said, words.say("taken: {answer}", answer=question.safe)]), file=sys.stderr)
        return question.safe
    prompt = words.say("answer [{safe}]: ", safe=question.safe) if question.safe else words.say("answer: ")
    while True:
        print("\n".join([*said, prompt]), file=sys.stderr, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise DataError(told("the question was not answered; import again at a terminal, or with --yes for the safe answers"))
        given = line.strip() or question.safe
        if given in question.answers or (given and not question.answers):
            return given


def _import(choices: argparse.Namespace, words: Words, *, folder: Path) -> None:
    with tqdm(desc=words.say("reading"), bar_format="{desc} ({elapsed})", file=sys.stderr, leave=False) as bar:

        def progress(step: str) -> None:
            bar.set_description_str(words.tell(step))
            bar.refresh()

        city = cities.import_folder(folder, progress=progress)
    if choices.json:
        print_json({"city": city.slug, "version": city.version, "report": city.report.to_dict()})
        return
    print("\n".join(lines(city.report, words)), file=sys.stderr)
    print(words.say("{city}: published version {version}", city=city.slug, version=city.version))
