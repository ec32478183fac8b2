"""How alike two written words are: the slips of a typing hand, counted for a whole list of words at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hotspots.geography.spelling import weight

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int8]
PREFIX = 0.9  # how alike a word is to its own beginning, while it is typed
MANY = 100  # slips: more than anybody forgives
_LONG = 8  # letters: from here on two slips are forgiven


class Lexicon:
    """Words that others are compared with, as numbers in a table: one row for each, a column for each letter."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.length = np.array([len(word) for word in words], dtype=np.int16)
        table = np.array(self.words or ("",), dtype=str)
        self.letters = np.ascontiguousarray(table.view(np.uint32).reshape(len(table), -1)[: len(words)].T)
        self.has = np.bitwise_or.reduce(_bit(self.letters), axis=0) if len(self.letters) else np.zeros(len(words), dtype=np.uint64)
        self.position = {word: at for at, word in enumerate(words)}
        self.numbers = np.array([any(letter.isdigit() for letter in word) for word in words], dtype=bool)

    def slips(self, word: str, rows: npt.NDArray[np.intp], *, most: int) -> tuple[Counts, Counts]:
        """Return how many slips part `word` from each of the words `rows`, and from the nearest beginning of each; more than `most`: many.

        A slip is a letter too many, one missing, another one in its place, or two neighbours that changed places (Damerau 1964,
        doi:10.1145/363958.363994, in the restricted form: what was moved is not changed again).

        >>> slips, _ = Lexicon(["girard", "broad"]).slips("giradr", np.array([0, 1]), most=9)
        >>> slips.tolist(), Lexicon(["girard"]).slips("gir", np.array([0]), most=2)[1].tolist()
        ([1, 4], [0])
        """
        letters, size = self.letters[: int(self.length[rows].max(initial=0)), rows], len(rows)
        width = len(letters)
        line = np.minimum(np.repeat(np.arange(width + 1, dtype=np.int8)[:, None], size, axis=1), MANY)  # of the table of distances
        before = line
        for i, letter in enumerate(map(ord, word)):
            now = np.full_like(line, MANY)
            now[0] = min(i + 1, MANY)
            for j in range(max(0, i - most), min(width, i + most + 1)):  # away from there it takes more than `most`
                best = np.minimum(np.minimum(line[j + 1], now[j]) + 1, line[j] + (letters[j] != letter))
                if i and j:
                    swapped = (letters[j - 1] == letter) & (letters[j] == ord(word[i - 1]))
                    best = np.where(swapped, np.minimum(best, before[j - 1] + 1), best)
                now[j + 1] = best
            before, line = line, now
        within = np.arange(width + 1)[:, None] <= self.length[rows]
        return line[self.length[rows], np.arange(size)], np.where(within, line, MANY).min(axis=0)

    def alike(self, word: str, *, typing: bool) -> Floats:
        """Return how alike each word is to `word`: 1 the same, 0 another; `typing`: its end may be missing.

        Words with digits must be the same, but for a letter at their end: 5 and 5a. One slip is forgiven in words of three letters or
        more, two in words of eight or more; a beginning with a slip counts less than one without.

        >>> Lexicon(["catedral", "catalina", "5a", "51"]).alike("catederal", typing=False).round(2).tolist()
        [0.84, 0.0, 0.0, 0.0]
        >>> Lexicon(["catedral", "5a", "51"]).alike("5", typing=True).round(2).tolist()
        [0.0, 0.85, 0.45]
        """
        same = self.position.get(word)
        if any(letter.isdigit() for letter in word):
            found = self._by_number(word, typing=typing)
        elif same is not None and not typing and weight(word) < 1:
            found = np.zeros(len(self.words))  # a word such as street or north is no slip of another one
        else:
            found = self._by_letter(word, typing=typing)
        if same is not None:
            found[same] = 1.0
        return found

    def _by_number(self, word: str, *, typing: bool) -> Floats:
        found = np.zeros(len(self.words))
        first = self.letters[0] == ord(word[0])
        for at in np.flatnonzero(self.numbers & first):
            other = self.words[at]
            if _bare(other) == _bare(word):
                found[at] = 0.85
            elif typing and other.startswith(word):
                found[at] = PREFIX * len(word) / len(other)
        return found

    def _by_letter(self, word: str, *, typing: bool) -> Floats:
        found = np.zeros(len(self.words))
        size = len(word)
        most = 2 if size >= _LONG - 2 else 1  # slips that may be forgiven: each takes away or adds one letter at most
        own = np.bitwise_or.reduce(_bit(np.array([ord(letter) for letter in word], dtype=np.uint32)))
        near = ~self.numbers & (self.length >= size - most) & (np.bitwise_count(own & ~self.has) <= most)
        if not typing:
            near &= (self.length <= size + most) & (np.bitwise_count(self.has & ~own) <= most)
        rows = np.flatnonzero(near)
        if not len(rows):
            return found
        slips, begun = self.slips(word, rows, most=most)
        longer = np.maximum(self.length[rows], size)
        forgiven = np.where(longer >= _LONG, 2, np.where(longer >= 3, 1, 0))
        found[rows] = np.where(slips <= forgiven, np.maximum(0.95 - slips / longer, 0), 0)
        if typing:
            share = 0.5 + 0.5 * size / np.maximum(self.length[rows], 1)
            started = np.where(
                begun <= (2 if size >= _LONG else 1 if size >= 4 else 0), np.maximum(PREFIX - begun / max(size, 1), 0) * share, 0
            )
            found[rows] = np.maximum(found[rows], started)
        return found


def _bit(letters: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """Return one of 64 bits for each letter: words that share few bits share few letters. Nothing, after the end of a word, has none."""
    return np.where(letters > 0, np.left_shift(np.uint64(1), (letters % 64).astype(np.uint64)), np.uint64(0))


def _bare(word: str) -> str:
    """Return a number without the letter at its end."""
    return word[:-1] if len(word) > 1 and word[-1].isalpha() and word[:-1].isdigit() else word
