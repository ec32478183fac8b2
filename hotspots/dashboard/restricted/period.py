"""The choice of the period: one on offer, or from one month to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.cities import City
from hotspots.dashboard.restricted import address
from hotspots.study.memo import kept
from hotspots.study.selection import Selection
from hotspots.words import Words

Period = tuple[dt.date | None, dt.date | None]


def offered_by(city: City, words: Words) -> dict[str, Period]:
    """Return the periods on offer, by the words for them: all, the last years, each calendar year, newest first."""
    offered: dict[str, Period] = {words.say("All the data"): (None, None)}
    last = city.end.date()
    for years in (1, 3, 5):
        first = (city.end - pd.DateOffset(years=years)).date()
        if first >= city.start.date():
            offered[words.count("Last 12 months", "Last {n} years", years)] = (first, last)
    for year in range((city.end - pd.Timedelta(days=1)).year, city.start.year - 1, -1):
        offered[str(year)] = (dt.date(year, 1, 1), dt.date(year + 1, 1, 1))
    return offered


def choice(selection: Selection, city: City, words: Words) -> None:
    """Draw the choice of the period: one on offer, or from one month to another."""
    offered = kept(city, offered_by, words)
    own = words.say("From one month to another")
    chosen: Period = (selection.start, selection.end)
    name = next((text for text, period in offered.items() if period == chosen), own)
    months = kept(city, _months)

    def pick(old: Selection, new: str) -> Selection:
        start, end = offered.get(new, (old.start or months[0], _after(months[-1]) if old.end is None else old.end))
        return replace(old, start=start, end=end)

    st.selectbox(words.say("Period"), [*offered, own], **address.widget("period", name, pick))
    if name == own:
        _month_choices(selection, months, words)


def _months(city: City) -> list[dt.date]:
    return [month.start_time.date() for month in pd.period_range(city.start, city.end - pd.Timedelta(days=1), freq="M")]


def _month_choices(selection: Selection, months: Sequence[dt.date], words: Words) -> None:
    """Draw the first and the last month of a period of the reader's own."""
    start = (selection.start or months[0]).replace(day=1)
    last = (selection.end or _after(months[-1])) - dt.timedelta(days=1)
    _month(words.say("From"), "from", months, start, words, lambda old, new: replace(old, start=new, end=max(old.end or new, _after(new))))
    later = [month for month in months if month >= start]
    _month(words.say("To the end of"), "to", later, last.replace(day=1), words, lambda old, new: replace(old, end=_after(new)))


def _month(
    label: str,
    name: str,
    months: Sequence[dt.date],
    value: dt.date,
    words: Words,
    update: Callable[[Selection, dt.date], Selection],
) -> None:
    within = min(max(value, months[0]), months[-1])
    st.selectbox(label, months, format_func=words.month, **address.widget(name, within, update))


def _after(month: dt.date) -> dt.date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
