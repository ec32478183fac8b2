"""All text that a person reads: sentences, numbers and dates in the reader's language, and the one escape before HTML."""

from __future__ import annotations

from hotspots.words.sentences import DEFAULT, LANGUAGES, Told, ToldError, Words, mark, told, words_for

__all__ = ["DEFAULT", "LANGUAGES", "Told", "ToldError", "Words", "mark", "told", "words_for"]
