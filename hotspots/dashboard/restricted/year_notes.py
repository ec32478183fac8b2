"""The newest year beside the mean of five years, or beside a year of the reader's choice; and how many homicides have no usable place."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots.dashboard.restricted import address
from hotspots.dashboard.restricted.frame import Chosen
from hotspots.statistics import trends

FEW = 10  # no share of fewer
MEAN_YEARS = 5


def beside_years(chosen: Chosen) -> None:
    """Say how the newest whole year compares with the mean of the five before it, and with the year that the reader chose."""
    words = chosen.words
    table = trends.yearly(chosen.study)
    whole = table.loc[table["complete"], "count"].astype(int)
    if len(whole) < 2:
        return
    newest, before = int(whole.index[-1].year), whole.iloc[:-1]
    years = [int(one.year) for one in before.index][::-1]
    st.subheader(words.say("{year} beside other years", year=newest), anchor=False)
    chosen_year = chosen.selection.base if chosen.selection.base in years else years[0]
    st.selectbox(
        words.say("Compare with"), years, **address.widget("base", chosen_year, lambda old, new: replace(old, base=int(new))), width=220
    )
    mean = before.iloc[-MEAN_YEARS:]
    rows = [(str(chosen_year), float(whole[pd.Period(str(chosen_year), freq="Y")]))]
    if len(mean) == MEAN_YEARS:
        rows.insert(0, (words.say("Mean of {years}", years=f"{mean.index[0].year}–{mean.index[-1].year}"), float(mean.mean())))
    now = int(whole.iloc[-1])
    shown = pd.DataFrame(
        {
            words.say("Compared with"): [name for name, _ in rows],
            words.say("People killed then"): [words.number(n, 0 if n == int(n) else 1) for _, n in rows],
            words.say("People killed in {year}", year=newest): [words.number(now)] * len(rows),
            words.say("Difference"): [_difference(now, n, chosen) for _, n in rows],
        }
    )
    st.dataframe(shown, hide_index=True, alt=words.say("The newest year beside other years"))
    st.caption(words.say("A single year swings by chance, so a difference alone shows no change: read it with the normal range above."))


def _difference(now: float, then: float, chosen: Chosen) -> str:
    words = chosen.words
    gap = now - then
    sign = "+" if gap > 0 else "\N{MINUS SIGN}" if gap < 0 else ""
    text = sign + words.number(abs(gap), 0 if gap == int(gap) else 1)
    return f"{text} ({sign}{words.percent(abs(gap) / then)})" if then >= FEW and gap else text


def without_place(chosen: Chosen) -> None:
    """Draw the share of the homicides of each year that have no usable place: where it grows, maps and districts show less."""
    words, study = chosen.words, chosen.study
    if not study.has_days:
        return
    rows = study.rows
    years = rows["date"].dt.year
    off = pd.Series(study.codes < 0, index=rows.index)
    table = pd.DataFrame({"all": off.groupby(years).size(), "none": off.groupby(years).sum()})
    with st.expander(words.say("Homicides without a usable place, year by year")):
        shown = pd.DataFrame(
            {
                words.say("Year"): [str(year) for year in table.index],
                words.say("People killed"): table["all"].to_numpy(),
                words.say("Without a usable place, or outside the areas mapped"): table["none"].astype(int).to_numpy(),
                words.say("Share"): [
                    words.percent(none / n, 1) if n >= FEW else "–" for n, none in zip(table["all"], table["none"], strict=True)
                ],
            }
        )
        st.dataframe(shown.iloc[::-1], hide_index=True, alt=words.say("Homicides without a usable place, year by year"))
        st.caption(words.say("They count in every total and are on no map. Where their share grows, places seem to have fewer."))
