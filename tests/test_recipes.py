"""A newcomer adds a statistic, a page and a city as CONTRIBUTING says: each recipe is followed here in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from hotspots import cities

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.slow


def recipe(heading: str, language: str) -> list[str]:
    """Return the code blocks of one recipe, as the guide prints them."""
    section = GUIDE.split(f"\n## {heading}\n")[1].split("\n## A ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project, with what is compiled of it; not what is being compiled this moment."""
    copy = tmp_path / "project"
    leave = shutil.ignore_patterns(".venv", ".git", "build", "*.pyc.*", ".*_cache", ".hypothesis", "puerto-albatros")
    shutil.copytree(ROOT, copy, ignore=leave)
    return copy


def python(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, which goes before the installed package."""
    env = {**os.environ, "PYTHONPATH": str(project), "HOTSPOTS_CITIES": str(project / "data" / "cities")}
    return subprocess.run([sys.executable, *arguments], cwd=project, env=env, capture_output=True, text=True, check=False)


def contract(project: Path, key: str) -> subprocess.CompletedProcess[str]:
    return python(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_measures.py", "-k", key)


@pytest.mark.walk
def test_a_statistic(project, city_folder):
    function, row = recipe("A statistic", "python")
    heading = recipe("A statistic", "markdown")[0]
    family = project / "hotspots" / "statistics" / "concentration" / "measures.py"
    text = family.read_text(encoding="utf-8")
    assert text.endswith("MEASURES: tuple[Measure, ...] = ()\n")
    family.write_text(f"{text.splitlines()[0]}\n\n{function}\n\n{row}", encoding="utf-8")
    missing = contract(project, "share")
    assert missing.returncode == 1, missing.stdout
    assert "test_key_function_and_heading_are_one[share]" in missing.stdout
    method = project / "docs" / "method.md"
    method.write_text(method.read_text(encoding="utf-8") + "\n" + heading, encoding="utf-8")
    kept = contract(project, "share")
    assert kept.returncode == 0, kept.stdout
    cities.import_folder(city_folder)
    out = project / "share.csv"
    done = python(project, "-m", "hotspots", "export", "villa-prueba", "--measure", "share", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert sum(float(line.split(",")[4]) for line in out.read_text(encoding="utf-8-sig").splitlines()[1:]) == pytest.approx(1)


@pytest.mark.walk
def test_a_command(project, city_folder):
    command, row = recipe("A command", "python")
    (project / "hotspots" / "cli" / "days.py").write_text(command, encoding="utf-8")
    table = project / "hotspots" / "cli" / "main.py"
    before = '    Command("totals",'
    text = table.read_text(encoding="utf-8")
    assert text.count(before) == 1
    table.write_text(text.replace(before, row + before), encoding="utf-8")
    assert "  days           print how many days" in python(project, "-m", "hotspots", "--help").stdout
    cities.import_folder(city_folder)
    done = python(project, "-m", "hotspots", "days", "villa-prueba", "--start", "2020-01-01")
    assert (done.returncode, done.stdout) == (0, "366 days\n"), done.stderr


@pytest.mark.walk
def test_a_question(project, city_folder):
    question, use = recipe("A question", "python")
    module = project / "hotspots" / "questions" / "restricted" / "when.py"
    module.write_text(f"{module.read_text(encoding='utf-8')}\n\n{question}", encoding="utf-8")
    with (city_folder / "homicides.csv").open("a", encoding="utf-8") as file:
        file.write("2018-02-15,5,5,blade,male\n")  # the one year that is not like the others
    cities.import_folder(city_folder)
    script = (
        "import argparse\n"
        "from hotspots.cli.arguments import add_study, asked_of\n"
        "from hotspots.questions.restricted import when\n"
        "from hotspots.words import words_for\n"
        "words, command = words_for('en'), argparse.ArgumentParser()\n"
        "add_study(command, words)\n"
        "choices = command.parse_args(['villa-prueba'])\n"
    )
    done = python(project, "-c", script + dedent(use))
    assert (done.returncode, done.stdout) == (0, "Most people were killed in 2018.\n"), done.stderr


@pytest.mark.walk
def test_a_page(project, city_folder):
    page, line = recipe("A page", "python")
    (project / "hotspots" / "dashboard" / "restricted" / "pages" / "victims.py").write_text(page, encoding="utf-8")
    app = project / "app.py"
    text = app.read_text(encoding="utf-8")
    last = '            frame.page("methods", mark("Methods")),\n'
    assert last in text
    text = text.replace(last, last + line)
    app.write_text(text, encoding="utf-8")
    cities.import_folder(city_folder)
    script = (
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=60)\n"
        "app.query_params['lang'] = 'en'\n"
        "app.run()\n"
        "from streamlit.util import calc_hash\n"
        "app._page_hash = calc_hash('victims')  # switch_page knows pages that are files; ours are functions\n"
        "app.run()\n"
        "assert not app.exception, app.exception\n"
        "print(app.title[0].value)\n"
    )
    done = python(project, "-c", script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "72 people killed"


@pytest.mark.walk
def test_a_choice(project):
    row, use = recipe("A reader's choice", "python")
    rows = project / "hotspots" / "study" / "options.py"
    text = rows.read_text(encoding="utf-8")
    last = "    cap: int = option("
    assert text.count(last) == 1
    rows.write_text(text.replace(last, row + last), encoding="utf-8")
    tried = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_options.py", "-k", "counted")
    unread = python(project, *tried)
    assert unread.returncode == 1, unread.stdout
    assert "1 failed" in unread.stdout
    assert "test_an_option_changes_each_measure_that_reads_it[counted-count]" in unread.stdout
    family = project / "hotspots" / "statistics" / "rates" / "measures.py"
    text = family.read_text(encoding="utf-8")
    head, body = text.split("def count(study: Study)")
    family.write_text(f"{head}def count(study: Study){body.replace('    return study.counts' + chr(10), use, 1)}", encoding="utf-8")
    read = python(project, *tried)
    assert read.returncode == 0, read.stdout
    help_text = python(project, "-m", "hotspots", "export", "--help").stdout
    assert "--counted {victims,events}" in help_text


@pytest.mark.walk
def test_a_city(project):
    folder = project / "data" / "cities" / "new-town"
    folder.mkdir(parents=True)
    (folder / "city.toml").write_text(recipe("A city", "toml")[0], encoding="utf-8")
    homicides, blocks = recipe("A city", "text")
    (folder / "homicides.csv").write_text(homicides, encoding="utf-8")
    (folder / "blocks.geojson").write_text(blocks, encoding="utf-8")
    done = python(project, "-m", "hotspots", "import", str(folder))
    assert (done.returncode, done.stdout) == (0, "new-town: published version 1\n"), done.stderr
    assert "victims     3" in python(project, "-m", "hotspots", "totals", "new-town").stdout.replace("victims        3", "victims     3")


@pytest.mark.walk
def test_a_language(project):
    (catalogue,) = recipe("A language", "po")
    (project / "hotspots" / "locale" / "pl.po").write_text(catalogue, encoding="utf-8")
    code = (
        "import datetime as dt, sys\n"
        f"sys.path.insert(0, {str(project / 'tests')!r})\n"
        "from opened import open_page\n"
        "from hotspots.words import LANGUAGES, words_for\n"
        "words = words_for('pl')\n"
        "print(list(LANGUAGES), LANGUAGES['pl'])\n"
        "print([words.count('{n} person killed', '{n} people killed', n) for n in (1, 2, 5, 12, 22, 0, float('nan'))])\n"
        "print(words.number(12345.6, 1), words.percent(0.21), words.month(dt.date(2019, 7, 1)), words.say('Trends'))\n"
        "app = open_page('methods', lang='pl')\n"
        "print(not app.exception, app.selectbox(key='choice_lang').value, max(len(one.value) for one in app.markdown) > 1000)\n"
    )
    done = python(project, "-c", code)
    assert done.returncode == 0, done.stderr
    named, counted, written, page = done.stdout.strip().splitlines()[-4:]
    assert named == "['es', 'pl', 'en'] Polski"
    forms = [
        "1 osoba zabita",
        "2 osoby zabite",
        "5 osób zabitych",
        "12 osób zabitych",
        "22 osoby zabite",
        "0 osób zabitych",
        "– osób zabitych",
    ]
    assert counted == str(forms)
    assert written == "12\N{NO-BREAK SPACE}345,6 21% lipiec 2019 Trends"
    assert page == "True pl True"
