"""Which letters the bytes of a text stand for: UTF-8 and UTF-16 by what they are, older encodings by which makes words."""

from __future__ import annotations

import codecs
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from hotspots.readers.files import limits
from hotspots.store.schema import DataError
from hotspots.words import told

_OLD = {"cp1252": "Windows-1252", "mac_roman": "Mac Roman", "cp850": "DOS 850", "cp437": "DOS 437"}  # the likeliest first
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEEN = 4_000  # letters beyond ASCII that are looked at
_AROUND = 12  # bytes on each side of one
_HEAD = 4_096
_COMMON = set("áéíóúñãçêàâôõüèîÁÉÍÓÚÑÃÇÊÀÂÔÕÜÈÎ")
_RARE = set("ëïùûœËÏÙÛŒ")
_FOREIGN = set("öäøÖÄØß")
_MARKINGS = set("¿¡«»“”‘’–—…ºª°§€·´№\u00a0")
_SIGNS = set("½¼¾²³®©™¢£¥±×÷µ¶¬¨¸¹")
_ELISION = re.compile(r"(?:^|[\W\d_])(?:[cdjlmnst]|qu)’[aeiouyhâàéèêëîïôœ][^\W\d_]{2}", re.IGNORECASE)  # d’homicide; día is none
_ELIDED_BEFORE, _ELIDED_AFTER = re.compile(r"(?:^|[\W\d_])[^\W\d_]{1,2}$"), re.compile(r"^(?:s|t|d|ll|re|ve|m)?(?:\W|$)")
_GARBLED = re.compile("[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â[€‚ƒ„…†‡][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_IN_WORDS = re.compile(r"[A-Za-z](?:Ã[^\sA-Za-z,;]|â€.)|(?:Ã[^\sA-Za-z,;]|â€.)[A-Za-z]")
_GARBLED_WORDS = 2  # a single one may be meant
_SHOWN = 20  # letters on each side of a garbled one


@dataclass(frozen=True)
class Letters:
    """How to read a text: the `codec`; where it was worked out the encoding's `name`, and a word that shows it.

    `garbled` says that an earlier program took its UTF-8 for Windows-1252.
    """

    codec: str
    name: str = ""
    sample: str = ""
    garbled: bool = False


def letters_of(file: BinaryIO, *, name: str) -> Letters:
    """Return how the text in `file` is to be read; the whole of it is looked at, a part at a time.

    UTF-8 and UTF-16 are known by their marks or by being sound. Else Windows, Mac and DOS letters are tried, and the encoding whose
    letters stand where Spanish, Portuguese, French and English put them is taken. Raises `DataError` where none does, and for a
    file that holds a character that no text has.
    """
    head = file.read(_HEAD)
    file.seek(0)
    for marker, codec in _MARKS:
        if head.startswith(marker):
            return Letters(codec)
    pairs = _pairs(head)
    if pairs:
        return Letters(pairs)
    _check_whole(file, name)
    if not _sound(file, "utf-8"):
        return _old(file, name)
    return Letters("utf-8", garbled=_garbled_words(file) >= _GARBLED_WORDS)


def _pairs(head: bytes) -> str:
    """Return UTF-16 without its mark: every second byte is zero."""
    half = len(head) // 2
    if half < 4 or b"\0" not in head:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > half * 0.7 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.7 and not odd else ""


def _parts(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(limits.TEXT_PART):
        yield part
    file.seek(0)


def _check_whole(file: BinaryIO, name: str) -> None:
    lines = 1
    for part in _parts(file):
        at = part.find(b"\0")
        if at >= 0:
            line = lines + part[:at].count(b"\n")
            file.seek(0)
            raise DataError(
                told("{file}: line {line} holds a character that no text has; the file is damaged: export it again", file=name, line=line)
            )
        lines += part.count(b"\n")


def _sound(file: BinaryIO, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for part in _parts(file):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        file.seek(0)
        return False
    return True


def _garbled_words(file: BinaryIO) -> int:
    """Return how many words hold letters that an earlier program garbled; the count stops where it is enough."""
    count = 0
    for part in _parts(file):
        if b"\xc3\x83" in part or b"\xc3\xa2\xe2\x82\xac" in part:
            count += sum(1 for _ in itertools.islice(_IN_WORDS.finditer(part.decode("utf-8", errors="ignore")), _GARBLED_WORDS))
        if count >= _GARBLED_WORDS:
            file.seek(0)
            break
    return count


def _old(file: BinaryIO, name: str) -> Letters:
    windows = _windows(file)
    scores = {codec: sum(_worth(window, at, codec) for window, at in windows) for codec in _OLD}
    best = max(scores, key=lambda codec: scores[codec])  # the first of the best
    if not _sound(file, best) or (len(windows) >= 20 and scores[best] < -0.5 * len(windows)):
        raise DataError(told("{file}: the letters are in no encoding that we read; export the file as UTF-8", file=name))
    return Letters(best, _OLD[best], _sample(windows, best))


def _windows(file: BinaryIO) -> list[tuple[bytes, int]]:
    """Return stretches of bytes around letters beyond ASCII, evenly from the whole text, each with the place of the letter."""
    found: list[tuple[bytes, int]] = []
    for part in _parts(file):
        places = np.flatnonzero(np.frombuffer(part, dtype=np.uint8) > 127)
        for place in places[:: max(1, len(places) // _SEEN)]:
            start = max(0, int(place) - _AROUND)
            found.append((part[start : int(place) + _AROUND + 1], int(place) - start))
    return found[:: max(1, len(found) // _SEEN)]


def _worth(window: bytes, at: int, codec: str) -> float:
    """Return how well a letter stands where it is, between -2 and 1."""
    text = window.decode(codec, errors="replace")
    letter, before, after = text[at], text[:at], text[at + 1 :]
    left, right = before[-1:].isalpha(), after[:1].isalpha()
    if letter == "\ufffd":
        return -2.0
    if letter == "’" and _ELISION.search(text[max(0, at - 3) : at + 4]):
        return 1.0
    if letter in _MARKINGS:
        elided = letter == "’" and (_ELIDED_BEFORE.search(before) or _ELIDED_AFTER.search(after))
        return 0.2 if not (left and right) or elided else -0.8
    if letter.isalpha():
        worth = 1.0 if letter in _COMMON else 0.6 if letter in _RARE else 0.1 if letter in _FOREIGN else -0.7
        return worth - _unlikely(letter, before[-2:], after[:1])
    return -0.2 if letter in _SIGNS and not (left and right) else -1.0


def _unlikely(letter: str, before: str, after: str) -> float:
    if letter.isupper() and before[-1:].isalpha() and before[-1:].islower():
        return 1.5
    if unicodedata.normalize("NFD", letter.lower())[0] == before[-1:].lower():
        return 0.5  # the same vowel twice
    capitals = (before[-1:].isupper() and after.isupper()) or (len(before) == 2 and before.isupper() and before.isalpha())
    return 0.8 if letter.islower() and capitals and not after.islower() else 0.0


def _sample(windows: list[tuple[bytes, int]], codec: str) -> str:
    for window, at in windows[:100]:
        text = window.decode(codec, errors="replace")
        for word in re.finditer(r"[\w’]+", text):
            if word.start() <= at < word.end():
                return word.group(0)
    return ""


class Mended:
    """Lines whose letters an earlier program garbled (`PeÃ±a`), put right on the way; counted, with the first as an example."""

    def __init__(self, *, garbled: bool = True) -> None:
        self.garbled = garbled
        self.lines = 0
        self.before = self.after = ""

    def __call__(self, line: str) -> str:
        """Return the line with its letters put right.

        >>> Mended()("JosÃ© PeÃ±a, São Paulo")
        'José Peña, São Paulo'
        """
        if not self.garbled or ("Ã" not in line and "â€" not in line) or not _IN_WORDS.search(line):
            return line
        right = _GARBLED.sub(_ungarbled, line)
        if right != line:
            self.lines += 1
            if self.lines == 1:
                self._show(line)
        return right

    def _show(self, line: str) -> None:
        found = _GARBLED.search(line)
        assert found is not None
        stretch = line[max(0, found.start() - _SHOWN) : found.end() + _SHOWN]
        word = next((one for one in re.split(r"[\s,;|\t]+", stretch) if _GARBLED.search(one)), found.group(0))
        self.before, self.after = word, _GARBLED.sub(_ungarbled, word)


def _ungarbled(found: re.Match[str]) -> str:
    return _right(found.group(0))


@functools.lru_cache(maxsize=4096)
def _right(garbled: str) -> str:
    try:
        return b"".join(map(_byte, garbled)).decode("utf-8")
    except UnicodeDecodeError:
        return garbled


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1", errors="replace")
