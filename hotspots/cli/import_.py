"""`import`: read a city's files, check every row, and publish them as a new version."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from hotspots import cities
from hotspots.cli.printing import print_json
from hotspots.readers.cityfile.working_out import work_out
from hotspots.readers.doubts import Question
from hotspots.readers.isolation.running import isolated
from hotspots.readers.report import lines
from hotspots.store.schema import DataError
from hotspots.words import Words, told


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
    save = say("no city.toml: write the one that was worked out into this folder, with copies of the files")
    command.add_argument("--save", metavar=folder, type=Path, help=save)
    outside = say("a file outside FOLDER that its city.toml may name; may be repeated")
    command.add_argument("--allow", metavar=file, type=Path, action="append", help=outside)
    command.add_argument("--json", action="store_true", help=say("print the quality report as JSON"))
    command.set_defaults(wrong=command.error)


def run(choices: argparse.Namespace, words: Words) -> None:
    """Import a folder, or the files that are named."""
    if (choices.folder is None) == (choices.incidents is None):
        choices.wrong(words.say("give either FOLDER, or --incidents FILE and --name NAME"))
    person = _Person(words, yes=choices.yes)
    if choices.incidents is None:
        _import(choices, person, folder=choices.folder)
        return
    if not choices.name:
        choices.wrong(words.say("--incidents needs --name NAME, the name of the city"))
    slug = cities.slug_of(choices.name.replace("/", " "))
    with tempfile.TemporaryDirectory(prefix="hotspots-") as temporary:
        folder = Path(temporary) / slug  # the folder's name is the city's short name
        try:
            _work_out(choices, person, folders=[folder, *([choices.save] if choices.save else [])])
        except DataError:
            if choices.json:
                print_json({"city": slug, "version": None, "report": None, "questions": person.questions()})
            raise
        _import(choices, person, folder=folder)


def _work_out(choices: argparse.Namespace, person: _Person, *, folders: Sequence[Path]) -> None:
    """Show the city.toml that reads the files, and write it into each folder."""
    for path in _named(choices):
        path.open("rb").close()  # a file that is not there is told as such
    text = isolated(
        work_out,
        [path.resolve() for path in choices.incidents],
        name=choices.name,
        ask=person,
        blocks=choices.blocks.resolve() if choices.blocks else None,
        population=choices.population.resolve() if choices.population else None,
    )
    print(person.words.say("worked out, as a city.toml:") + f"\n\n{text}", file=sys.stderr)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        kept = _gathered(text, _named(choices), folder) if folder == choices.save else text
        (folder / "city.toml").write_text(kept, encoding="utf-8")


def _gathered(text: str, files: Sequence[Path], folder: Path) -> str:
    """Copy the files into the folder that is kept, and return the city.toml that names them there."""
    for number, path in enumerate(dict.fromkeys(one.resolve() for one in files)):
        name = path.name if [one.name for one in files].count(path.name) == 1 else f"{number + 1}-{path.name}"
        if path != (folder / name).resolve():
            shutil.copyfile(path, folder / name)
        text = text.replace(json.dumps(str(path), ensure_ascii=False), json.dumps(name, ensure_ascii=False))
    return text


def _named(choices: argparse.Namespace) -> list[Path]:
    """Return the files that the person named, wherever they lie."""
    return [path for path in (*(choices.incidents or ()), choices.blocks, choices.population, *(choices.allow or ())) if path is not None]


class _Person:
    """Puts questions to the person at the terminal, with the safe answer shown; `yes` takes that one."""

    def __init__(self, words: Words, *, yes: bool) -> None:
        self.words, self.yes = words, yes
        self.asked: list[Question] = []

    def questions(self) -> list[dict[str, Any]]:
        """Return what was asked, as plain values."""
        return [question.to_dict(self.words) for question in self.asked]

    def __call__(self, question: Question) -> str:
        self.asked.append(question)
        lines = [question.text, *(told("  {answer}: {meaning}", answer=one, meaning=said) for one, said in question.options.items())]
        said = [self.words.tell(line) for line in lines]
        if self.yes and not question.safe:
            none = told("No answer is safe, so --yes does not take one: import again without --yes, or write a city.toml")
            raise DataError([*lines, none])
        if self.yes:
            print("\n".join([*said, self.words.say("taken: {answer}", answer=question.safe)]), file=sys.stderr)
            return question.safe
        prompt = self.words.say("answer [{safe}]: ", safe=question.safe) if question.safe else self.words.say("answer: ")
        while True:
            print("\n".join([*said, prompt]), file=sys.stderr, end="", flush=True)
            line = sys.stdin.readline()
            if not line:
                raise DataError(told("the question was not answered; import again at a terminal, or with --yes for the safe answers"))
            given = line.strip() or question.safe
            if given in question.options or (given and not question.options):
                return given


def _import(choices: argparse.Namespace, person: _Person, *, folder: Path) -> None:
    words = person.words
    with tqdm(desc=words.say("reading"), bar_format="{desc} ({elapsed})", file=sys.stderr, leave=False) as bar:

        def progress(step: str) -> None:
            bar.set_description_str(words.tell(step))
            bar.refresh()

        city = cities.import_folder(folder, progress=progress, named=_named(choices))
    if choices.json:
        account = {"city": city.slug, "version": city.version, "report": city.report.to_dict(), "questions": person.questions()}
        print_json(account)
        return
    print("\n".join(lines(city.report, words)), file=sys.stderr)
    print(words.say("{city}: published version {version}", city=city.slug, version=city.version))
