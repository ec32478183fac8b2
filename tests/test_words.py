"""Every word on screen exists in both languages, with the same blanks to fill in."""

from __future__ import annotations

import ast
import datetime as dt
import functools
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hotspots.store.schema import DataError
from hotspots.words import (
    LANGUAGES,
    Words,
    told,
    words_for,
)

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "hotspots" / "locale" / "es.po"
ENGLISH = CATALOGUE.with_name("en.po")  # what a number of 1 changes in the sentences of the code


def said(tree: ast.AST) -> set[tuple[str, ...]]:
    """Return the texts that a module says: literal first arguments of `say`, `mark` and `told`, the two of `count`."""
    return {texts for node in ast.walk(tree) if isinstance(node, ast.Call) and (texts := written_out(node))}


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else str(getattr(node.func, "id", ""))


def written_out(node: ast.Call) -> tuple[str, ...]:
    wanted = {"say": 1, "mark": 1, "told": 1, "count": 2}.get(called(node), 0)
    texts = tuple(arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
    return texts if len(texts) == wanted else ()


@functools.cache
def modules() -> dict[Path, ast.Module]:
    """Return every module of ours, parsed once for all that is asked of it."""
    files = [ROOT / "app.py", *(ROOT / "hotspots").rglob("*.py")]
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


@functools.cache
def every_text() -> set[tuple[str, ...]]:
    return {text for tree in modules().values() for text in said(tree)} - {("…",)}


@functools.cache
def catalogue(path: Path = CATALOGUE) -> dict[tuple[str, ...], tuple[str, ...]]:
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    as_tuple = lambda text: (text,) if isinstance(text, str) else tuple(text)  # noqa: E731
    return {as_tuple(message.id): as_tuple(message.string) for message in messages if not message.fuzzy}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_translated():
    known = catalogue()
    missing = sorted(texts for texts in every_text() if not all(known.get(texts, ("",))))
    assert not missing, "add to hotspots/locale/es.po: " + "\n".join(map(str, missing))


@pytest.mark.parametrize("path", [CATALOGUE, ENGLISH], ids=["es", "en"])
def test_no_translation_is_left_over(path):
    assert not sorted(set(catalogue(path)) - every_text())


@pytest.mark.parametrize(("path", "least"), [(CATALOGUE, 1000), (ENGLISH, 200)], ids=["es", "en"])
def test_translations_fill_the_same_blanks(path, least):
    both = [pair for texts, translated in catalogue(path).items() for pair in zip(texts, translated, strict=True)]
    assert len(both) > least
    unlike = [(original, translated) for original, translated in both if blanks(translated) != blanks(original)]
    assert not unlike


def test_each_sentence_is_given_what_its_blanks_want():
    """A blank without a value would stay in the sentence as it is. How many rows of how many is filled in by the report they stand in."""
    calls = [(file, node) for file, tree in modules().items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    wrong, seen = [], 0
    for file, call in calls:
        texts, names = written_out(call), {one.arg for one in call.keywords}
        if called(call) == "mark" or not texts or None in names:  # filled in elsewhere, or by what is not written out here
            continue
        wanted, given = set[str | None]().union(*map(blanks, texts)), names | ({"n"} if called(call) == "count" else set())
        counted = {"rows", "total"} if called(call) == "told" else set()
        seen += 1
        if not wanted - counted <= given <= wanted:
            wrong.append(f"{file.name}:{call.lineno}: {wanted ^ given}")
    assert seen > 1000
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_days(language):
    words = Words(language)
    assert words.number(1234567.891, 2) == "1,234,567.89"
    assert words.number(float("nan")) == "–"
    assert "2019" in words.date(dt.date(2019, 7, 1))
    assert words.month(dt.date(2019, 7, 1)) == {"es": "julio de 2019", "en": "July 2019"}[language]


REFUSALS = {"DataError", "StoreError", "DamageError", "ReleaseError", "RefusedError", "LedgerError"}


def raised(tree: ast.AST) -> list[ast.Call]:
    """Return the refusals that a module makes, each as the call that makes it."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [one for one in calls if called(one) in REFUSALS]


def sentences(node: ast.AST) -> list[ast.AST]:
    """Return what a refusal is made of: the items of a list, both sides of a choice; the type checker sees to names and calls."""
    if isinstance(node, ast.List | ast.Tuple):
        return [part for one in node.elts for part in sentences(one)]
    if isinstance(node, ast.IfExp):
        return [*sentences(node.body), *sentences(node.orelse)]
    return [node]


def test_every_refusal_can_be_told_in_both_languages():
    """A refusal holds sentences of `told`, whose patterns stand in the catalogue (above): never a text put together on the spot."""
    found = {file: raised(tree) for file, tree in modules().items()}
    assert sum(map(len, found.values())) > 180
    for file, calls in found.items():
        for call in calls:
            for part in [one for arg in call.args for one in sentences(arg)]:
                assert not isinstance(part, ast.Constant | ast.JoinedStr | ast.BinOp), f"{file.name}:{call.lineno}: mark it with told()"


def test_every_pattern_is_written_out():
    """What the catalogues are to hold must stand in the code letter by letter."""
    for file, tree in modules().items():
        if re.search(r"from hotspots.words import .*\btold\b", file.read_text(encoding="utf-8")):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "told":
                    assert isinstance(node.args[0], ast.Constant), f"{file}:{node.lineno}"


def test_a_refusal_is_told_in_spanish():
    what = {"layer": told("blocks"), "n": 2, "total": 9, "file": "a.csv"}
    refused = DataError([told("{layer}: {n} of {total} features of {file} have no id; give each its own", **what)])
    assert str(refused) == "blocks: 2 of 9 features of a.csv have no id; give each its own"
    assert words_for("es").tell(refused) == "manzanas: 2 de 9 elementos de a.csv no tienen identificador; dé a cada uno el suyo"
    assert words_for("en").tell(refused) == str(refused)


def test_plural_forms():
    assert words_for("es").count("{n} person killed", "{n} people killed", 1) == "1 persona asesinada"
    assert words_for("es").count("{n} person killed", "{n} people killed", 1200) == "1,200 personas asesinadas"


# Words of many, and what stands before the number where it is a limit, a share, or a whole of which there are always several.
MANY = {
    "en": "rows|people|months|weeks|years|days|events|places|pairs|files|questions|residents|changes|findings|releases|homicides|lines|"
    "groups|areas|columns|shapes|ids|populations|ages|values|numbers|cells|corners|shapefiles",
    "es": "filas|personas|meses|semanas|años|días|hechos|lugares|pares|archivos|preguntas|habitantes|cambios|hallazgos|publicaciones|"
    "homicidios|líneas|zonas|columnas|figuras|identificadores|edades|valores|números|celdas|vértices",
}
LIMITS = {
    "en": "at least|[Ff]ewer than|more than|under|over|all|[Aa]ll|the|(?:rates )?had|last|none of(?: the)?|each of the|the most we read is|"
    "is|holds|has|have|to|of|and",
    "es": "al menos|menos de|más de|hasta|[Ll]os|[Ll]as|tuvo|últimos|ninguna? de l[oa]s|cada una de las|leemos como mucho|"
    "se leen como máximo|contiene|tiene|tienen|es|en|de|y",
}
MANY_DO = {"en": r"\b1 of 1 \w+ (?:are|have|were|lie|do)\b", "es": r"\b1 de 1 \w+ (?:no )?(?:son|están|tienen|se \w+[ae]n)\b"}


class Ones(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "{share}" if name in ("share", "percent") else "1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_counted_sentence_suits_one(language):
    """Of one: a row, that is, and not rows, that are."""
    words, tried = words_for(language), 0
    for texts in every_text():
        if len(texts) == 1 and blanks(texts[0]) and not texts[0].startswith("Places put in order by"):  # a fifth of many places
            said = words.say(texts[0], **{name: Ones()[name] for name in blanks(texts[0])})
            tried += 1
            alone = re.sub(rf"\b(?:{LIMITS[language]}) 1 (?:\w+ )?(?:{MANY[language]})\b", "", said)
            assert not re.search(rf"\b1 (?:{MANY[language]})\b", alone), said
            assert not re.search(MANY_DO[language], said), said
    assert tried > 500


def test_a_sentence_that_the_browser_fills_has_blanks_only():
    assert words_for("en").say("On the map: {n} of {total} people killed.") == "On the map: {n} of {total} people killed."
    assert words_for("es").say("On the map: {n} of {total} people killed.") == "En el mapa: {n} de {total} personas asesinadas."


def test_one_and_many_of_a_sentence():
    pattern = "{rows} of {total} rows have no date; they were left out"
    assert told(pattern, rows="1", total="9") == "1 of 9 rows has no date; it was left out"
    assert told(pattern, rows="1,001", total="2,000") == "1,001 of 2,000 rows have no date; they were left out"
    assert words_for("es").tell(told(pattern, rows=1, total=1)) == "1 de 1 fila no tiene fecha; se dejó fuera"
    assert words_for("en").say("{n} months", n=1.5) == "1.5 months"


def test_no_sensational_words():
    shouting = ("dangerous", "worst", "bad area", "risk score", "peligros", "peor", "zona roja", "!")
    for texts, translated in catalogue().items():
        for text in (*texts, *translated):
            assert not any(word in text.lower() for word in shouting), text
