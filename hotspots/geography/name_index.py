"""Names that can be found again however they are written: accents, capitals, abbreviations, order, slips, only their beginning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hotspots.geography.likeness import Floats, Lexicon
from hotspots.geography.spelling import joined, plain, weight, words_of
from hotspots.geography.units import natural_order

Ints = npt.NDArray[np.int64]
ENOUGH = 0.5  # what a name must be worth to be found; where none is, `HARDLY`
HARDLY = 0.35
_SAME, _ALIKE = 0.3, 0.2  # what a name written as it was asked is worth more, and one of the same words
_MOST = 200


class NameIndex:
    """An index of names: `rank` says which of them a text may mean.

    `prior` is what each name is worth more than the others where a text fits both (less than 0.01), by its position.

    >>> index = NameIndex(["Avenida de los Mártires", "Calle 5a", "Calle Real", "N BROAD ST"])
    >>> [index.names[at] for at, _ in index.rank("av martires")], [index.names[at] for at, _ in index.rank("broad street")]
    (['Avenida de los Mártires'], ['N BROAD ST'])
    """

    def __init__(self, names: Sequence[str], prior: Sequence[float] | None = None) -> None:
        self.names = tuple(names)
        self.order = natural_order(self.names)
        self.prior = np.zeros(len(names)) if prior is None else np.asarray(prior, dtype=float)
        split = [words_of(name) or ("",) for name in names]
        lexicon = {word: at for at, word in enumerate(dict.fromkeys(word for words in split for word in words))}
        self.lexicon = Lexicon(tuple(lexicon))
        self.word = np.array([lexicon[word] for words in split for word in words], dtype=np.int64)
        sizes = np.array([len(words) for words in split], dtype=np.int64)
        self.start = np.cumsum(sizes) - sizes
        self.weight = np.array([weight(word) for word in lexicon])
        self.full = np.add.reduceat(self.weight[self.word], self.start) if len(names) else np.zeros(0)
        self.same: dict[str, list[int]] = {}
        self.alike: dict[tuple[str, ...], list[int]] = {}
        ones: dict[str, list[int]] = {}
        for at, (name, words) in enumerate(zip(names, split, strict=True)):
            self.same.setdefault(plain(name), []).append(at)
            self.alike.setdefault(words, []).append(at)
            ones.setdefault(joined(words), []).append(at)
        self._ones, self._of_one = Lexicon(tuple(ones)), tuple(ones.values())

    def rank(self, text: str, *, most: int = _MOST) -> list[tuple[int, float]]:
        """Return the positions of the names that the text may mean, best first, with what each is worth; at most `most` of them.

        The name written as asked comes first; names worth the same stand in their natural order, 2 before 12. A
        text of nothing but signs means none.
        """
        words = words_of(text)
        if not words or not self.names:
            return []
        worth = self._worth(words, typing=not text.endswith(" "))
        if not (worth >= ENOUGH).any():
            worth = np.maximum(worth, self._as_one(words))
        for at in self.alike.get(words, ()):
            worth[at] += _ALIKE
        for at in self.same.get(plain(text), ()):
            worth[at] += _SAME
        least = ENOUGH if (worth >= ENOUGH).any() else HARDLY
        found = np.flatnonzero(worth >= least)
        order = np.lexsort((self.order[found], -(worth[found] + self.prior[found]).round(6)))[:most]
        return [(int(at), float(worth[at])) for at in found[order]]

    def _worth(self, words: tuple[str, ...], *, typing: bool) -> Floats:
        """Return what each name is worth: how well it has each word asked for, and how much of it was asked for."""
        got, asked = np.zeros(len(self.names)), 0.0
        covered = np.zeros(len(self.lexicon.words))
        for at, word in enumerate(words):
            alike = self.lexicon.alike(word, typing=typing and at == len(words) - 1)
            own = weight(word) * min(1.0, len(word) / 4) if word.isalpha() else weight(word)
            got += own * np.maximum.reduceat(alike[self.word], self.start)
            asked += own
            np.maximum(covered, alike, out=covered)
        share = np.add.reduceat((covered * self.weight)[self.word], self.start) / self.full
        worth: Floats = got / asked * (0.75 + 0.25 * share)
        return worth

    def _as_one(self, words: tuple[str, ...]) -> Floats:
        """Return what names are worth whose words were written together, or parted elsewhere."""
        worth, asked = np.zeros(len(self.names)), joined(words)
        if len(asked) < 4:
            return worth
        alike = self._ones.alike(asked, typing=False)
        for at in np.flatnonzero(alike):
            worth[self._of_one[at]] = 0.9 * alike[at]
        return worth
