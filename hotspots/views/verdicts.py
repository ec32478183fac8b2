"""A number beside its normal range, in the words that every page, brief, command and site uses for it."""

from __future__ import annotations

from collections.abc import Mapping

from hotspots.words import Words, mark

VERDICTS: Mapping[str, str] = {
    "within": mark("within the normal range"),
    "above": mark("more than usual"),
    "below": mark("fewer than usual"),
    "unknown": mark("too few years before to tell"),
}


def judged(finding: str, verdict: str, words: Words) -> str:
    """Return a finding with its verdict; as it is where too few years before are known to judge by.

    >>> from hotspots.words import words_for
    >>> judged("12 people killed", "above", words_for("en")), judged("12 people killed", "unknown", words_for("en"))
    ('12 people killed: more than usual', '12 people killed')
    """
    plain = verdict.removeprefix("firmly_")
    return finding if plain == "unknown" else f"{finding}: {words.say(VERDICTS[plain])}"
