"""The panel about one place as HTML: now against usual, and who was killed with what. The browser draws it before any chart library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from hotspots.store.schema import UNKNOWN
from hotspots.words import Words, mark
from hotspots.words.escape import safe_html

NOW: tuple[str, ...] = (mark("People killed"), mark("Period"), mark("Normal range"), mark("Judgement"))
MOST_PARTS = 3  # of a bar, before what is left is one part


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
    heads = "".join(f"<th>{safe_html(words.say(head))}</th>" for head in heads)
    body = "".join(_now_row(row, words) for row in rows)
    return f'<table class="now"><thead class="unseen">{heads}</thead><tbody>{body}</tbody></table>'


def _now_row(row: NowRow, words: Words) -> str:
    known = not pd.isna(row.low)
    most = 1.25 * max(row.judged, row.high if known else 0, 1)
    bar = f'<i class="band" style="left:{100 * row.low / most:.1f}%;right:{100 - 100 * row.high / most:.1f}%"></i>' if known else ""
    dot = f'<i class="dot" style="left:{100 * row.judged / most:.1f}%"></i>'
    low, high = words.number(row.low), words.number(row.high)
    said = f"<small>{safe_html(words.say('{low} to {high}', low=low, high=high))}</small>" if known else ""
    look = ("outside" if row.outside else "inside") + (" known" if known else "")
    return (
        f"<tr><th>{safe_html(row.number)}</th><td>{safe_html(row.period)}<small>{safe_html(row.days)}</small></td>"
        f'<td class="bar {look}" aria-hidden="true"><b>{bar}{dot}</b></td>'
        f'<td class="{look}"><strong>{safe_html(row.verdict)}</strong>{said}</td></tr>'
    )


def shares(fields: Mapping[str, pd.Series], words: Words) -> str:
    """Return a stacked bar for each field, its values by name: the largest first, what is not known last, each named with its number.

    >>> from hotspots.words import words_for
    >>> "Firearm <b>3</b>" in shares({"Weapon": pd.Series({"Firearm": 3, "Blade": 1})}, words_for("en"))
    True
    """
    return f'<dl class="shares">{"".join(_share(label, counts, words) for label, counts in fields.items())}</dl>'


def _share(label: str, counts: pd.Series, words: Words) -> str:
    known = counts.drop(UNKNOWN, errors="ignore").sort_values(ascending=False, kind="stable")
    known = known[known > 0]
    parts = [(str(value), int(n)) for value, n in known.iloc[:MOST_PARTS].items()]
    rest, unknown = int(known.iloc[MOST_PARTS:].sum()), int(counts.get(UNKNOWN, 0))
    named = [*parts, *([(words.say("all others"), rest)] if rest else []), *([(words.say("not known"), unknown)] if unknown else [])]
    total = max(int(counts.sum()), 1)
    looks = [*(f"p{i}" for i in range(len(parts))), *(["p3"] if rest else []), *(["unknown"] if unknown else [])]
    bar = "".join(f'<i class="{look}" style="width:{100 * n / total:.1f}%"></i>' for look, (_, n) in zip(looks, named, strict=True))
    said = " · ".join(_named(named, words))
    return f"<div><dt>{safe_html(label)}</dt><dd><span>{said}</span><b aria-hidden='true'>{bar}</b></dd></div>"


def _named(parts: Iterable[tuple[str, int]], words: Words) -> list[str]:
    return [f"{safe_html(value)} <b>{safe_html(words.number(n))}</b>" for value, n in parts]
