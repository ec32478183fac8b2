"""`import`: read a city's files, check every row, and publish them as a new version."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from hotspots import cities, store
from hotspots.cities import Files, Understood
from hotspots.cli.printing import print_json
from hotspots.readers.asking import Question
from hotspots.readers.isolation.limits import allowed
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
    answer = say("the answer to a question, by its id; may be repeated (with several files: ID@FILE=VALUE)")
    command.add_argument("--answer", metavar=say("ID=VALUE"), action="append", default=[], help=answer)
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
    if choices.incidents is not None and not choices.name:
        choices.wrong(words.say("--incidents needs --name NAME, the name of the city"))
    files = Files(tuple(choices.incidents or ()), choices.blocks, choices.population, choices.folder, tuple(choices.allow or ()))
    answers = _answers(choices, words)
    for path in files.named:
        path.open("rb").close()  # a file that is not there is told as such
    before = store.served(files.slug(choices.name or ""))
    with store.lock(files.slug(choices.name or "")) as held:
        understood = _understood(choices, words, files=files, answers=answers)
        if choices.folder is None:
            _show(understood, words, files=files, folder=choices.save)
        city = cities.bring_in(understood, held=held) if understood.city else None
    if city is None:
        _tell(choices, words, understood)
        raise refusal(understood)
    if understood.changes:
        print("\n".join(map(words.tell, understood.changes)), file=sys.stderr)
    if city.version == before:
        print(words.say("nothing has changed: version {version} stays, and no new one was made", version=before), file=sys.stderr)
    _tell(choices, words, understood, version=city.version)


def _answers(choices: argparse.Namespace, words: Words) -> dict[str, str]:
    """Return question id → answer."""
    found = {}
    for given in choices.answer:
        name, sign, answer = given.partition("=")
        if not (name.strip() and sign and answer.strip()):
            choices.wrong(words.say("--answer {given}: write ID=VALUE, such as day_first=day", given=given))
        found[name.strip()] = answer.strip()
    return found


def read(
    files: Files,
    answers: Mapping[str, str],
    *,
    name: str = "",
    progress: Callable[[str], None] | None = None,
    put: Callable[[Question], str] | None = None,
) -> Understood:
    """Return what the files are understood to say, read in a process of its own, once no question is open.

    `put` answers each; where its answer is empty nobody is there, and there is no city. Without it the safe answers are taken.
    """
    remembered = store.answers.remembered(files.slug(name))
    watched: dict[str, Any] = {"progress": progress, "most": allowed(files.named), "beside": files.slug(name)}
    given = dict(answers)
    while True:
        understood = isolated(cities.understand, files, given, name=name, remembered=remembered, **watched)
        if not understood.open or put is None:
            return understood
        more = {one.id: put(one) for one in understood.open}
        if not all(more.values()):
            return replace(understood, city=None)
        given |= more


def _understood(choices: argparse.Namespace, words: Words, *, files: Files, answers: dict[str, str]) -> Understood:
    """Read the files; each question is put to the person at the terminal, unless `--yes` takes the safe answers."""
    with tqdm(desc=words.say("reading"), bar_format="{desc} ({elapsed})", file=sys.stderr, leave=False) as bar:

        def progress(step: str) -> None:
            bar.set_description_str(words.tell(step))
            bar.refresh()

        def put(question: Question) -> str:
            bar.clear()
            return _put(question, words)

        understood = read(files, answers, name=choices.name or "", progress=progress, put=None if choices.yes else put)
    for one in understood.open if choices.yes else ():
        if one.safe:
            print("\n".join([*_lines(one, words), words.say("taken: {answer}", answer=one.safe)]), file=sys.stderr)
    return understood


def _lines(question: Question, words: Words) -> list[str]:
    """Return the question, three values of each column at stake, and the answers."""
    samples = [told("  {column}: {values}", column=name, values=", ".join(map(repr, some))) for name, some in question.samples.items()]
    options = [told("  {answer}: {meaning}", answer=one, meaning=said) for one, said in question.options.items()]
    return [f"{question.id}: {words.tell(question.text)}", *map(words.tell, [*samples, *options])]


def _put(question: Question, words: Words) -> str:
    """Put a question to the person at the terminal; empty where nobody is there."""
    prompt = words.say("answer [{safe}]: ", safe=question.safe) if question.safe else words.say("answer: ")
    while True:
        print("\n".join([*_lines(question, words), prompt]), file=sys.stderr, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return ""
        given = line.strip() or question.safe
        if question.takes(given):
            return given


def refusal(understood: Understood) -> DataError:
    """Return why there is no city, and what to do: what no answer mends, or the questions that are open."""
    if understood.refusal:
        return understood.refusal
    faults = [one.text for one in understood.open]
    lines = [told("{id}: {text}", id=one.id, text=text) for one, text in zip(understood.open, faults, strict=True)]
    how = told(
        "{n} questions are open: answer each with --answer ID=VALUE, or import again at a terminal; --yes takes the safe answers",
        n=len(lines),
    )
    return DataError([*lines, how])


def _show(understood: Understood, words: Words, *, files: Files, folder: Path | None) -> None:
    """Show the city.toml that was worked out, and write it into the folder, beside copies of the files."""
    if understood.city is None:
        return
    print(words.say("worked out, as a city.toml:") + f"\n\n{understood.text}", file=sys.stderr)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "city.toml").write_text(_gathered(understood.text, files.named, folder), encoding="utf-8")


def _gathered(text: str, files: Sequence[Path], folder: Path) -> str:
    """Copy the files into the folder that is kept, and return the city.toml that names them there."""
    for number, path in enumerate(dict.fromkeys(files)):
        name = path.name if [one.name for one in files].count(path.name) == 1 else f"{number + 1}-{path.name}"
        if path != (folder / name).resolve():
            shutil.copyfile(path, folder / name)
        text = text.replace(json.dumps(str(path), ensure_ascii=False), json.dumps(name, ensure_ascii=False))
    return text


def _tell(choices: argparse.Namespace, words: Words, understood: Understood, *, version: int | None = None) -> None:
    """Print what became of the files."""
    report = understood.city.report if understood.city else None
    if choices.json:
        numbers = {"victims": report.victims, "rows": report.read} if report else {"victims": None, "rows": None}
        asked = [one.to_dict(words) for one in understood.questions]
        account = {"city": understood.slug, "version": version, "report": report.to_dict() if report else None}
        print_json({**account, "published": version is not None, **numbers, "questions": asked})
    elif report:
        print("\n".join(lines(report, words)), file=sys.stderr)
        print(words.say("{city}: published version {version}", city=understood.slug, version=version))
    else:
        for one in understood.open:
            print("\n".join(_lines(one, words)), file=sys.stderr)
