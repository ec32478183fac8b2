"""Every word on screen, in the reader's language, and numbers and dates as that language writes them."""

from __future__ import annotations

import datetime as dt
import gettext
import math
import numbers
import re
import string
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

# One catalogue for each language. English is what the code itself says; its catalogue has what a number of 1 changes in it.
_FOLDER = Path(__file__).parents[1] / "locale"
DEFAULT = "es"


def languages(folder: Path = _FOLDER) -> dict[str, str]:
    """Return the languages that are spoken, each by its own name: those with a catalogue in `folder`, and English.

    >>> languages()
    {'es': 'Español', 'en': 'English'}
    """
    codes = [*sorted(path.stem for path in folder.glob("*.po") if path.stem != "en"), "en"]
    return {code: (Locale.parse(code).get_display_name() or code).capitalize() for code in codes}


LANGUAGES: dict[str, str] = languages()


def mark(text: str) -> str:
    """Return `text` unchanged: it says that the catalogues must hold it, where it is translated only later.

    >>> mark("Homicides")
    'Homicides'
    """
    return text


class Told(str):
    """A sentence that was made without knowing its reader's language: it reads as English, and `Words.tell` says it in another one.

    `pattern` is the sentence with its blanks, `values` what fills them; a value may be such a sentence too. Blanks without a value stay.
    """

    pattern: str
    values: dict[str, object]

    def __new__(cls, pattern: str, values: Mapping[str, object]) -> Told:
        """Fill the blanks of `pattern`."""
        self = super().__new__(cls, _filled(_spoken("en")[1].gettext(pattern) if pattern else pattern, _Blanks(values), _one_or_more))
        self.pattern, self.values = pattern, dict(values)
        return self

    def __getnewargs__(self) -> tuple[str, dict[str, object]]:  # type: ignore[override]
        return self.pattern, self.values


class _Blanks(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _one_or_more(number: int) -> int:
    return int(number != 1)


class _Filling(string.Formatter):
    """Fills the blanks of a sentence; `{n:row|rows}` is the form that suits the number `n`, by the language's rule."""

    def __init__(self, form: Callable[[int], int]) -> None:
        self.form = form

    def format_field(self, value: Any, spec: str) -> str:
        """Return the form that suits a number, or the value as Python writes it."""
        if "|" not in spec:
            return format(value, spec)
        forms = spec.split("|")
        return forms[min(self.form(_whole(value)), len(forms) - 1)]


def _whole(value: object) -> int:
    """Return the whole number that a value is or that its text writes; 0, which takes the form of many, where it is none."""
    if isinstance(value, str):
        digits = re.sub(r"(?<=[0-9])[,.\u00a0\u202f ](?=[0-9]{3}\b)", "", value)
        return int(digits) if digits.isdecimal() else 0
    return int(float(value)) if isinstance(value, numbers.Real) and float(value).is_integer() else 0


def _filled(pattern: str, values: Mapping[str, object], form: Callable[[int], int]) -> str:
    return _Filling(form).vformat(pattern, (), values) if "|" in pattern else pattern.format_map(values)


def _of_many(pattern: str) -> str:
    """Return a sentence with its blanks, which the browser fills, in the form of many."""
    return re.sub(r"\{\w+:[^{}]*\|([^{}|]*)\}", r"\1", pattern) if "|" in pattern else pattern


def told(pattern: str, /, **values: object) -> Told:
    """Return a sentence for a reader whose language is not known yet; the catalogues must hold its `pattern`.

    >>> told("{n} rows of {file}", n=3, file="a.csv")
    '3 rows of a.csv'
    """
    return Told(pattern, values)


class ToldError(Exception):
    """A refusal that a reader gets to see: `faults` are its sentences, which `Words.tell` says in the reader's language.

    It may be made of other refusals: `parts` are those, each with its own fields.
    """

    def __init__(self, faults: Told | ToldError | Iterable[Told | ToldError]) -> None:
        given = (faults,) if isinstance(faults, Told | ToldError) else tuple(faults)
        self.faults: tuple[Told, ...] = tuple(one for each in given for one in (each.faults if isinstance(each, ToldError) else (each,)))
        self.parts: tuple[ToldError, ...] = tuple(one for each in given if isinstance(each, ToldError) for one in (each.parts or (each,)))
        super().__init__("\n".join(self.faults))


@lru_cache
def _spoken(language: str) -> tuple[Locale, gettext.NullTranslations]:
    """Return how a language writes numbers and dates, and what its catalogue says; both stand in the one file of the language."""
    path = _FOLDER / f"{language}.po"
    if not path.exists():
        return Locale.parse("en_US"), gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file)
    return catalogue.locale or Locale.parse(language), _Translations(catalogue)


class _Translations(gettext.NullTranslations):
    """What a catalogue says, without the detour over a compiled file: sorting one costs as much as reading the catalogue."""

    def __init__(self, catalogue: Catalog) -> None:
        super().__init__()
        self.plural: Callable[[int], int] = gettext.c2py(catalogue.plural_expr)
        self._forms: dict[str, tuple[str, ...]] = {}
        for one in catalogue:
            said = tuple(one.string) if isinstance(one.string, list | tuple) else (one.string or "",)
            if one.id and all(said) and not one.fuzzy:
                self._forms[one.id if isinstance(one.id, str) else one.id[0]] = said

    def gettext(self, message: str) -> str:
        return self._forms[message][0] if message in self._forms else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._forms[msgid1][self.plural(n)] if msgid1 in self._forms else super().ngettext(msgid1, msgid2, n)


class Words:
    """Speaks one language: `say` for sentences, `count` where the number decides the form, and the formats of numbers and dates."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT
        self.locale, self._catalogue = _spoken(self.language)
        signs = self.locale.number_symbols["latn"]
        self._form: Callable[[int], int] = getattr(self._catalogue, "plural", _one_or_more)
        self._signs = str.maketrans({",": signs["group"], ".": signs["decimal"]})

    def say(self, text: str, /, **values: object) -> str:
        """Return `text` in this language with `{name}` filled in.

        >>> Words("en").say("mapped {n} of {total}", n=2, total=3)
        'mapped 2 of 3'
        >>> Words("es").say("")
        ''
        >>> Words("en").say("{rows} of {total} rows have no date; they were left out", rows=1, total=9)
        '1 of 9 rows has no date; it was left out'
        """
        sentence = self._catalogue.gettext(text) if text else text  # a catalogue answers an empty text with its own header
        return _filled(sentence, values, self._form) if values else _of_many(sentence)

    def tell(self, text: str | ToldError) -> str:
        """Return a sentence made by `told`, or those of an error, in this language; a text that is none is looked up as it stands.

        >>> Words("en").tell(told("{n} rows", n=2))
        '2 rows'
        """
        if isinstance(text, ToldError):
            return "\n".join(self.tell(fault) for fault in text.faults)
        if not isinstance(text, Told):
            return self.say(text)
        return self.say(
            text.pattern, **{name: self.tell(value) if isinstance(value, Told) else value for name, value in text.values.items()}
        )

    def count(self, one: str, many: str, n: float, /, **values: object) -> str:
        """Return the form of the sentence that suits `n`, with `{n}` written as this language writes numbers.

        >>> Words("en").count("{n} person killed", "{n} people killed", 1200)
        '1,200 people killed'
        """
        whole = int(n) if float(n).is_integer() else 0  # neither 1.5 nor a number that is missing is one person
        return _filled(self._catalogue.ngettext(one, many, whole), {"n": self.number(n), **values}, self._form)

    def own(self, texts: Mapping[str, str] | str) -> str:
        """Return a text of the data's own in this language, or in the one that it has; nothing where it has none.

        A text that is not told by language is the same in all.

        >>> Words("en").own({"en": "ceasefire", "es": "tregua"}), Words("en").own({"es": "tregua"})
        ('ceasefire', 'tregua')
        """
        return texts if isinstance(texts, str) else texts.get(self.language) or next(iter(texts.values()), "")

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return `value` with `digits` decimals; a dash where it is missing.

        >>> Words("en").number(1234.56, 1)
        '1,234.6'
        >>> Words("en").number(-0.001, 2)
        '0.00'
        """
        if value is None or math.isnan(value):
            return "–"
        return f"{value:z,.{digits}f}".translate(self._signs)

    def rate(self, value: float | None) -> str:
        """Return a rate with as many decimals as it needs: 215, 22.2, 0.35.

        >>> [Words("en").rate(value) for value in (215.4, 22.18, 0.347, 0.0)]
        ['215', '22.2', '0.35', '0.0']
        """
        if value is None or math.isnan(value):
            return "–"
        digits = 0 if value >= 100 else 1 if value >= 1 or value == 0 else 2
        return self.number(value, digits)

    def times(self, factor: float) -> str:
        """Return a factor as short as it can be said: 2, 1.5.

        >>> [Words("en").times(value) for value in (2.0, 1.5)]
        ['2', '1.5']
        """
        return self.number(factor, 0 if factor == int(factor) else 1)

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share between 0 and 1 as a percentage.

        >>> Words("en").percent(0.2135), Words("en").percent(0.0016)
        ('21%', '<1%')
        """
        pattern = self.locale.percent_formats[None]
        (before, _), (after, _) = pattern.prefix, pattern.suffix
        small = 0 < share < 0.005 and not digits
        return f"{before}{'<1' if small else self.number(100 * share, digits)}{after}"

    def date(self, day: dt.date) -> str:
        """Return a day written out.

        >>> Words("en").date(dt.date(2019, 7, 1))
        'July 1, 2019'
        """
        return str(format_date(day, format="long", locale=self.locale))

    def short_date(self, day: dt.date) -> str:
        """Return a day with a short month.

        >>> Words("en").short_date(dt.date(2019, 7, 1))
        'Jul 1, 2019'
        """
        return str(format_date(day, format="medium", locale=self.locale))

    def month(self, day: dt.date) -> str:
        """Return the month of `day` written out.

        >>> Words("es").month(dt.date(2019, 7, 1))
        'julio de 2019'
        """
        return str(format_skeleton("yMMMM", day, locale=self.locale))

    def period(self, start: dt.date, end: dt.date) -> str:
        """Return a period whose `end` is exclusive, as briefly as it can be said.

        >>> Words("en").period(dt.date(2015, 1, 1), dt.date(2016, 1, 1))
        '2015'
        >>> Words("en").period(dt.date(2015, 1, 1), dt.date(2018, 1, 1))
        '2015–2017'
        >>> Words("en").period(dt.date(2015, 2, 1), dt.date(2015, 4, 1))
        'February 2015 – March 2015'
        >>> Words("en").period(dt.date(2024, 12, 4), dt.date(2025, 1, 1))
        '4–31 Dec 2024'
        """
        last = end - dt.timedelta(days=1)
        if (start.month, start.day, end.month, end.day) == (1, 1, 1, 1):
            return str(start.year) if last.year == start.year else f"{start.year}–{last.year}"
        if start.day == 1 and end.day == 1:
            first = self.month(start)
            return first if (start.year, start.month) == (last.year, last.month) else f"{first} – {self.month(last)}"
        return self.days(start, last)

    def days(self, first: dt.date, last: dt.date) -> str:
        """Return some days, both ends included, as briefly as it can be said.

        >>> Words("en").days(dt.date(2024, 12, 25), dt.date(2024, 12, 31)), Words("en").days(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
        ('25–31 Dec 2024', '1 Jan – 31 Dec 2024')
        >>> Words("es").days(dt.date(2024, 12, 25), dt.date(2024, 12, 31))
        '25–31 de dic de 2024'
        """
        day_first = "en_GB" if self.locale.language == "en" else self.locale
        text = str(format_interval(first, last, "yMMMd", locale=day_first)).replace("\u2009", " ")
        return re.sub(r"(?<=\d) – (?=\d+ (?!.* – ))", "–", text) if (first.year, first.month) == (last.year, last.month) else text

    def begins(self, text: str) -> str:
        """Return words of ours as they begin a line: the first letter a capital. A name that a city gave is left as it is written.

        >>> Words("es").begins("último trimestre de 2019")
        'Último trimestre de 2019'
        """
        return text[:1].upper() + text[1:]

    def join(self, items: Iterable[str]) -> str:
        """Return the items as a list in words.

        >>> Words("en").join(["a", "b", "c"])
        'a, b and c'
        """
        *rest, last = list(items) or [""]
        return f"{', '.join(rest)} {self.say('and')} {last}" if rest else last


@lru_cache
def words_for(language: str) -> Words:
    """Return the `Words` of a language; the default language where we do not speak the one asked for.

    >>> words_for("fr").language
    'es'
    """
    return Words(language)
