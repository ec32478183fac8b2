"""Who was killed and how: each value beside the years before, and year by year, the unknown always drawn."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from hotspots import geography
from hotspots.dashboard.restricted import cached, pieces
from hotspots.dashboard.restricted.frame import Chosen, heading
from hotspots.drawing import charts
from hotspots.geography import units
from hotspots.statistics import victims
from hotspots.statistics.measure import NEEDS
from hotspots.store.schema import UNKNOWN
from hotspots.study.calendar import DAY, Days, latest
from hotspots.study.of_totals import TotalsStudy
from hotspots.views import captions, data_tables, map_view
from hotspots.words import Words, mark

FIELDS: dict[str, str] = {
    "age": mark("Age of the victim"),
    "sex": mark("Sex of the victim"),
    "weapon": mark("Weapon"),
    "category": mark("What it came from"),
    "status": mark("Whether the case was cleared"),
}
OUTSIDE: dict[str, str] = {
    "above": mark("{what}: {n}, more than the {low}–{high} that the years before lead one to expect."),
    "below": mark("{what}: {n}, fewer than the {low}–{high} that the years before lead one to expect."),
}


def render(chosen: Chosen) -> None:
    """Draw the page."""
    words, study = chosen.words, chosen.study
    if isinstance(study, TotalsStudy):
        heading(chosen, words.say("Who was killed"))
        st.info(words.say("{what}: not available, because {reason}.", what=words.say("Who was killed"), reason=words.say(NEEDS["days"])))
        return
    days = latest(Days(max(study.start, study.covers[0]), min(study.end, study.covers[1])))
    there = [name for name in data_tables.OF_PEOPLE if name in study.rows.columns]
    heading(chosen, title(chosen, days))
    if not there:
        st.info(
            words.say("These data say nothing of the people killed but when and where: no age, no sex, no weapon, no state of the case.")
        )
        return
    st.markdown(
        words.say(
            "Points: people killed, {days}. Grey bars: the range to expect from the same days of the years before.",
            days=between(days, words),
        )
    )
    for name in there:
        section(chosen, name, days)
        if name == "sex" and "age" in there:
            ages_by_sex(chosen)
        if name == "weapon":
            firearms(chosen)
    downloads(chosen, there, days)
    st.caption(ranges(victims.swings(study, days), words))


def ranges(years: int, words: Words) -> str:
    """Return what the grey bars allow for, `years` being those that told how far years differ."""
    if years:
        allow = words.say(
            "Ranges: what to expect if nothing changed. They allow for chance, for people killed together (a double killing is no "
            "change) and for how far the {n} years before differed from one another.",
            n=words.number(years),
        )
    else:
        allow = words.say(
            "Ranges: what to expect if nothing changed. They allow for chance and for people killed together (a double killing is no "
            "change), but not for swings between years: too few earlier years are known."
        )
    rest = words.say(
        "The unknown are drawn in grey: where they grow, every other value shrinks though nothing changed. No share of fewer than 10."
    )
    return f"{allow} {rest}"


def downloads(chosen: Chosen, there: list[str], days: Days) -> None:
    """Offer what the page shows as files: now and before, and year by year."""
    words, study = chosen.words, chosen.study
    with st.container(horizontal=True):
        pieces.table_download(chosen, lambda: data_tables.people(study, days, there), "people", label=words.say("Now and before (CSV)"))
        years = words.say("Year by year (CSV)")
        pieces.table_download(chosen, lambda: data_tables.people_by_year(study, there), "people_by_year", label=years)


def title(chosen: Chosen, days: Days) -> str:
    """Return the finding that heads the page: how many of the newest year were killed with a firearm, if that is known."""
    words, study = chosen.words, chosen.study
    if "weapon" not in study.rows.columns:
        return words.say("Who was killed")
    counts = victims.by(study.between(*days), "weapon")
    when = between(days, words)
    return words.say(
        "Firearms killed {n} of {total} people, {days}", n=words.number(counts["firearm"]), total=words.number(counts.sum()), days=when
    )


def between(days: Days, words: Words) -> str:
    """Return the exact days of a period, both ends included, as briefly as it can be said."""
    if days.start.day == 1 and days.end.day == 1:
        return words.period(days.start.date(), days.end.date())
    return f"{words.short_date(days.start.date())} – {words.short_date((days.end - DAY).date())}"


def section(chosen: Chosen, name: str, days: Days) -> None:
    """Draw one field: now beside the years before, and the shares year by year."""
    words, study = chosen.words, chosen.study
    found = victims.against_before(study, name, days)
    names = {str(value): captions.value_name(name, str(value), words) for value in found.table.index}
    st.subheader(words.say(FIELDS[name]), anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        alt = (
            words.say(FIELDS[name])
            + ": "
            + "; ".join(f"{names[str(value)]} {words.number(n)}" for value, n in found.table["count"].items())
        )
        st.vega_lite_chart(charts.now_and_before(found.table, names, words), width="stretch", alt=alt)
    with right:
        by_year = victims.by_year(study, name)
        few = by_year.sum(axis=1) < victims.FEW
        shown = by_year.astype(float).mask(few)
        st.vega_lite_chart(
            charts.composition(shown, names, words), width="stretch", alt=words.say("Shares of each year; the numbers are in the table.")
        )
    st.markdown(sentences(found, names, words))
    with st.expander(words.say("The same as a table")):
        st.dataframe(now_table(found, names, words), hide_index=True, alt=words.say("This period beside the years before"))
        years = by_year.rename(columns=names).rename_axis(words.say("Year")).reset_index()
        st.dataframe(years.astype({words.say("Year"): str}), hide_index=True, alt=words.say("The years as a table"))
    if name == "status":
        clearance(chosen)


def ages_by_sex(chosen: Chosen) -> None:
    """Draw how many there were of each age and sex, in the whole period."""
    words = chosen.words
    table = victims.crossed(chosen.study)
    st.markdown("**" + words.say("Age and sex together, {period}", period=chosen.period) + "**")
    columns = {captions.value_name("sex", str(value), words): table[value].to_numpy() for value in table.columns}
    ages = [captions.value_name("age", str(value), words) for value in table.index]
    shown = pd.DataFrame({words.say("Age of the victim"): ages, **columns, words.say("Total"): table.sum(axis=1).to_numpy()})
    st.dataframe(shown, hide_index=True, alt=words.say("Victims by age and sex"))
    label = words.say("Table (CSV), restricted")
    pieces.table_download(chosen, lambda: table.rename_axis("age").reset_index(), "restricted_age_and_sex", label=label)
    st.caption(words.say("Small numbers stand here as they are: this table is for those who may see single cases, not for publication."))


def firearms(chosen: Chosen) -> None:
    """Draw the share killed with a firearm, year by year, with its interval."""
    words = chosen.words
    table = victims.firearm_share(chosen.study)
    st.markdown("**" + words.say("Killed with a firearm, of those whose weapon is known") + "**")
    if table["share"].notna().sum() >= 2:
        told = {str(year): words.percent(n) for year, n in table["share"].dropna().items()}
        alt = words.say("Share killed with a firearm") + ": " + "; ".join(f"{year} {share}" for year, share in told.items())
        st.vega_lite_chart(charts.yearly_share(table, words), width="stretch", alt=alt)
        st.caption(words.say("Points: the share of each year; lines: its exact 95% interval. No share of fewer than 10."))
    with st.expander(words.say("The same as a table")):
        shown = pd.DataFrame(
            {
                words.say("Year"): [str(year) for year in table.index],
                words.say("People killed"): table["killed"].astype(int).to_numpy(),
                words.say("Weapon known"): table["known"].astype(int).to_numpy(),
                words.say("With a firearm"): table["firearm"].astype(int).to_numpy(),
                words.say("Share (95%)"): [share(row, words) for _, row in table.iterrows()],
            }
        )
        st.dataframe(shown, hide_index=True, alt=words.say("Share killed with a firearm"))


def sentences(found: victims.AgainstBefore, names: dict[str, str], words: Words) -> str:
    """Return what lies outside its range, and how many are unknown."""
    table = found.table
    lines = [
        words.say(
            OUTSIDE[row["verdict"]],
            what=names[str(value)],
            n=words.number(row["count"]),
            low=words.number(row["low"]),
            high=words.number(row["high"]),
        )
        for value, row in table.iterrows()
        if row["verdict"] in OUTSIDE
    ]
    if not found.before:
        lines.append(words.say("The data hold no earlier year to compare with."))
    elif not lines:
        lines.append(words.say("Every number lies within the normal range."))
    lines.append(
        words.say("Not known for {n} of {total}.", n=words.number(table.loc[UNKNOWN, "count"]), total=words.number(table["count"].sum()))
    )
    return " ".join(lines)


def now_table(found: victims.AgainstBefore, names: dict[str, str], words: Words) -> pd.DataFrame:
    """Return the table behind the chart of a field."""
    table = found.table
    years = words.join(str((one.end - DAY).year) for one in reversed(found.before)) or "–"
    return pd.DataFrame(
        {
            " ": [names[str(value)] for value in table.index],
            words.say("People killed"): table["count"].to_numpy(),
            words.say("Share"): [words.percent(one) if pd.notna(one) else "–" for one in table["share"]],
            words.say("Mean of the same days of {years}", years=years): [words.number(one, 1) for one in table["expected"]],
            words.say("Share then"): [words.percent(one) if pd.notna(one) else "–" for one in table["share_before"]],
            words.say("Normal range"): [
                "–" if pd.isna(low) else f"{words.number(low)}–{words.number(high)}"
                for low, high in zip(table["low"], table["high"], strict=True)
            ],
        }
    )


def clearance(chosen: Chosen) -> None:
    """Draw the share of cleared cases, place by place, and say what it does not say."""
    words = chosen.words
    unit = next((one for one in ("districts", "beats") if one in units.available(chosen.city.blocks)), "")
    if unit:
        study = cached.study(replace(chosen.selection, unit=unit))
        table = victims.cleared(study)
        places = geography.names(study.blocks)
        shown = pd.DataFrame(
            {
                words.say("Place"): places.to_numpy(),
                words.say("People killed"): table["n"].astype(int).to_numpy(),
                words.say("Cleared"): table["cleared"].astype(int).to_numpy(),
                words.say("Not known"): table["unknown"].astype(int).to_numpy(),
                words.say("Share cleared (95%)"): [share(row, words) for _, row in table.iterrows()],
            }
        )
        st.markdown("**" + words.say("Cleared, by {unit}", unit=map_view.unit_name(unit, words, chosen.city.called).lower()) + "**")
        st.dataframe(shown, hide_index=True, alt=words.say("Cleared cases by place"))
        pieces.table_download(chosen, lambda: table.assign(place=places).rename_axis("id").reset_index(), f"{unit}_cleared")
        st.caption(words.say("Of the cases whose state is known, in the whole period chosen; no share of fewer than 10."))
    st.caption(words.say("A recent case had less time to be cleared: the share of the newest years will still rise."))


def share(row: pd.Series, words: Words) -> str:
    """Return a share with its interval as text; a dash where there are too few."""
    if pd.isna(row["share"]):
        return "–"
    return f"{words.percent(row['share'])} ({words.percent(row['share_low'])}–{words.percent(row['share_high'])})"
