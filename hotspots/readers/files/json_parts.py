"""JSON a part at a time: the elements of a long list one by one, so that a large file does not stand in memory as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from hotspots.store.schema import DataError
from hotspots.words import told

_BLANK = re.compile(r"[\s\x1e]*")
_LIST_OF_MORE = re.compile(r"\[\s*[\[{]")


@dataclass(frozen=True)
class Part:
    """One value under the `key` of the outermost object (empty: there is none); `element` says that it is one of a list there."""

    key: str
    value: Any
    element: bool


class JsonText:
    """The parts of a text of JSON, or of values that follow one another as newline-delimited JSON has them.

    Raises `DataError` with line and place where it breaks, is nested too deeply, or holds a number that is none.

    >>> [part.value for part in JsonText('{"a": 1, "b": [{}, {"c": 2}]}', name="x.json").parts()]
    [1, {}, {'c': 2}]
    >>> [part.element for part in JsonText('{"a": 1}\\n{"a": 2}', name="x.json").parts()]
    [True, True]
    """

    def __init__(self, text: str, *, name: str) -> None:
        self.text, self.name = text, name
        self._decoder = json.JSONDecoder(parse_constant=self._no_number)

    def parts(self) -> Iterator[Part]:
        """Give the parts of the text."""
        at = self._past(0)
        sign = self.text[at : at + 1]
        if sign == "{" and self._by_lines(at):
            while at < len(self.text):
                value, at = self._value(at)
                yield Part("", value, element=True)
            return
        at = yield from (self._object(at) if sign == "{" else self._list("", at) if sign == "[" else self._no_json(at))
        if at < len(self.text):
            self._broken(at)

    def _by_lines(self, at: int) -> bool:
        """Return whether the first line is an object of its own and another follows."""
        end = self.text.find("\n", at)
        if end < 0 or self.text[self._past(end) : self._past(end) + 1] != "{":
            return False
        try:
            _, stop = self._decoder.raw_decode(self.text[at:end])
        except (ValueError, RecursionError):
            return False
        return not self.text[at + stop : end].strip()

    def _object(self, at: int) -> Generator[Part, None, int]:
        at = self._past(at + 1)
        while self.text[at : at + 1] != "}":
            key, at = self._value(at)
            if not isinstance(key, str) or self.text[at : at + 1] != ":":
                self._broken(at)
            at = self._past(at + 1)
            if _LIST_OF_MORE.match(self.text, at):
                at = yield from self._list(key, at)
            else:
                value, at = self._value(at)
                yield Part(key, value, element=False)
            at = self._following(at, "}")
        return self._past(at + 1)

    def _list(self, key: str, at: int) -> Generator[Part, None, int]:
        at = self._past(at + 1)
        while self.text[at : at + 1] != "]":
            value, at = self._value(at)
            yield Part(key, value, element=True)
            at = self._following(at, "]")
        return self._past(at + 1)

    def _no_json(self, at: int) -> Generator[Part, None, int]:
        yield Part("", *self._value(at)[:1], element=False)
        return len(self.text)

    def _following(self, at: int, end: str) -> int:
        sign = self.text[at : at + 1]
        if sign == ",":
            at = self._past(at + 1)
            if self.text[at : at + 1] != end:
                return at
        if sign != end:
            self._broken(at)
        return at

    def _past(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            value, end = self._decoder.raw_decode(self.text, at)
        except json.JSONDecodeError as error:
            self._broken(error.pos)
        except RecursionError:
            raise DataError(told("{file}: the file is nested too deeply to be GeoJSON; export the layer again", file=self.name)) from None
        return value, self._past(end)

    def _broken(self, at: int) -> NoReturn:
        before = self.text[:at]
        raise DataError(
            told(
                "{file}: the file is not whole GeoJSON (it breaks at line {line}, character {column}); export the layer again",
                file=self.name,
                line=before.count("\n") + 1,
                column=at - before.rfind("\n"),
            )
        )

    def _no_number(self, _: str) -> NoReturn:
        raise DataError(told("{file}: the file holds a coordinate that is not a number; export the layer again", file=self.name))
