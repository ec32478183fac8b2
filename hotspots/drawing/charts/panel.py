"""The panel about one place as HTML: now against usual. The browser draws it before any chart library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hotspots.views.range_bar import range_bar
from hotspots.words import Words, mark
from hotspots.words.escape import safe_html

NOW: tuple[str, ...] = (mark("People killed"), mark("Period"), mark("Normal range"), mark("Judgement"))


class NowRow(NamedTuple):
    """One row: the number, the period, its days, its normal range (missing if not known), the verdict; `judged` is what the dot shows."""

    number: str
    period: str
    days: str
    judged: float
    low: float
    high: float
    verdict: str
    outside: bool


def now_rows(rows: Sequence[NowRow], words: Words, *, heads: Sequence[str] = NOW) -> str:
    """Return now against usual: for each period its number, a bar of its normal range with a dot, and the verdict in words.

    >>> from hotspots.words import words_for
    >>> row = NowRow("3", "7 days", "1–7 May", 3, 0, 6, "within the normal range", False)
    >>> now_rows([row], words_for("en")).count("<tr>"), "0 to 6" in now_rows([row], words_for("en"))
    (1, True)
    """
    top = "".join(f"<th>{safe_html(words.say(head))}</th>" for head in heads)
    body = "".join(_now_row(row, words) for row in rows)
    return f'<table class="now"><thead class="unseen">{top}</thead><tbody>{body}</tbody></table>'


def _now_row(row: NowRow, words: Words) -> str:
    at = range_bar(row.judged, row.low, row.high)
    known, bar = at.low is not None, ""
    if at.low is not None and at.high is not None:
        bar = f'<i class="band" style="left:{100 * at.low:.1f}%;right:{100 - 100 * at.high:.1f}%"></i>'
    dot = f'<i class="dot" style="left:{100 * at.dot:.1f}%"></i>'
    low, high = words.number(row.low), words.number(row.high)
    said = f"<small>{safe_html(words.say('{low} to {high}', low=low, high=high))}</small>" if known else ""
    look = ("outside" if row.outside else "inside") + (" known" if known else "")
    return (
        f"<tr><th>{safe_html(row.number)}</th><td>{safe_html(row.period)}<small>{safe_html(row.days)}</small></td>"
        f'<td class="bar {look}" aria-hidden="true"><b>{bar}{dot}</b></td>'
        f'<td class="{look}"><strong>{safe_html(row.verdict)}</strong>{said}</td></tr>'
    )
