"""Single homicides, one row for each person killed: when, where, how, who, the state of the case, and what is near it. Restricted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hotspots import geography
from hotspots.questions.restricted import repeats
from hotspots.questions.restricted.asked import Asked, covered, question
from hotspots.statistics.repeats import DAYS, METRES
from hotspots.study import Study
from hotspots.study.calendar import DAY, Days, periods
from hotspots.study.memo import kept
from hotspots.views import captions
from hotspots.views.answer import Answer
from hotspots.words import Words, mark

NEWEST = 28  # days
ALL = "all"  # the whole period, where `periods` names a part of it
SPANS: dict[str, str] = {
    "7": mark("7 days"),
    "28": mark("28 days"),
    "ytd": mark("This year"),
    "365": mark("12 months"),
    ALL: mark("The whole period"),
}
FIELDS: tuple[str, ...] = ("weapon", "category", "age", "sex", "status")
MARKED = "not for publication"  # in every row of the file, so that a part of it says so too


@dataclass(frozen=True, eq=False)
class Cases:
    """The people killed in `days`, newest first, on the ids of the data.

    Columns: `date`, `time` (empty where it is not known), `place` and `block` (empty where the case is on no map), `district`, then what
    the file tells of `FIELDS`, `event` (those killed together share it), `near` (other killings within `metres` and `within` days),
    `near_metres` and `near_days` of the nearest in time (these three where they were asked for), and `x`, `y` in metres; `day_known` where
    of some the month is known alone, and then nothing is near in time. `unsolved` and `known` count the cases that are open and those whose
    state is known.
    """

    table: pd.DataFrame
    days: Days
    metres: float
    within: int
    unsolved: int
    known: int

    @property
    def newest_from(self) -> pd.Timestamp:
        """The first of the newest days, which are told apart."""
        return _whole(self.days.end - NEWEST * DAY, by_day="day_known" not in self.table.columns)


def days_of(asked: Asked, span: str) -> int:
    """Return how many days a period named in an address has, up to the end of the choices; 0 is all of them."""
    named = periods(covered(asked.study).end, by_day=asked.study.has_days)
    return 0 if span == ALL else named[usual_span(asked.study, span)].n


def usual_span(study: Study, span: str) -> str:
    """Return the period of a list: `span` where there is such a one, else the last 28 days, or 12 months where days are not known."""
    return span if span in spans(study) else str(NEWEST) if study.has_days else "365"


def spans(study: Study) -> tuple[str, ...]:
    """Return the periods that a list can go back; no days where the month of each homicide is known alone."""
    return tuple(name for name in SPANS if study.has_days or name not in ("7", "28"))


def _whole(day: pd.Timestamp, *, by_day: bool) -> pd.Timestamp:
    return day if by_day else day.replace(day=1)


@question(lambda chosen: chosen.figures(unit="blocks"), needs="cases")
def cases(asked: Asked, *, days: int = NEWEST, metres: float = METRES, within: int = DAYS, with_near: bool = True) -> Answer[Cases] | None:
    """Return the people killed in the last `days` of the choices (0: in all of them); None where single homicides are not known.

    Where days are not known they are of whole months, the one among them that the first of those days is in.
    What is near a case is looked for among all killings of the city, whatever place, filter or period was chosen; that
    takes long in a large city, and is left out where not `with_near`.
    """
    if not asked.study.has_victims:
        return None
    whole = covered(asked.study)
    first = max(whole.start, whole.end - days * DAY) if days else whole.start
    span = Days(_whole(first, by_day=asked.study.has_days), whole.end)
    study = asked.study.between(*span)
    table = _listed(study)
    table = table.join(_near(asked, study, metres, within)) if with_near else table
    table = table.sort_values(["date", "time"], ascending=False, kind="stable")
    state = table["status"] if "status" in table.columns else pd.Series(dtype=object)
    found = Cases(table, span, metres, within, int((state == "open").sum()), int(state.isin(["open", "cleared"]).sum()))

    def says(words: Words) -> str:
        said = words.count("{n} person killed, {days}", "{n} people killed, {days}", len(table), days=captions.days(span, words))
        return f"{said} · {open_cases(found, words)}" if found.known else said

    return asked.answer(found, says, rows=lambda: for_file(found), days=span)


def _listed(study: Study) -> pd.DataFrame:
    rows, at = study.rows, study.unit_of
    x, y = study.places
    clock = rows["date"].dt.strftime("%H:%M").where(rows["hour"].notna(), "")
    table = pd.DataFrame({"date": rows["date"].dt.normalize(), "time": clock})
    called = np.append(kept(study.blocks, geography.names).to_numpy(dtype=object), "")  # the last is for a case on no map
    table["place"] = pd.Series(called[study.codes], index=table.index, dtype=object)
    table["block"] = at.astype(object).fillna("")
    if "district" in study.blocks.columns:
        table["district"] = at.map(study.blocks["district"]).astype(object).fillna("")
    for name in FIELDS:
        if name in rows.columns:
            table[name] = rows[name]
    if not study.has_days:
        table["day_known"] = rows["day_known"]
    placed = (rows["unplaced"] == "").to_numpy()
    return table.assign(event=rows["event_id"], x=np.where(placed, x, np.nan), y=np.where(placed, y, np.nan))


def _near(asked: Asked, study: Study, metres: float, within: int) -> pd.DataFrame:
    """Return how many killings are near each of the cases, and how near the nearest in time is; missing where it has no place."""
    rows = study.rows
    if not asked.city.has_points or not asked.city.has_days:
        return pd.DataFrame({"near": pd.NA, "near_metres": np.nan, "near_days": pd.NA}, index=rows.index)
    pairs = asked.ask(repeats.close_by, metres=metres, days=within)
    first = kept(pairs, _nearest)
    event, placed = rows["event_id"], rows["unplaced"] == ""
    return pd.DataFrame(
        {
            "near": event.map(first["near"]).fillna(0).where(placed).astype("Int64"),
            "near_metres": event.map(first["metres"]),
            "near_days": event.map(first["days"]).astype("Int64"),
        },
        index=rows.index,
    )


def _nearest(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return for each event how many others are `near`, and the `metres` and `days` of the nearest in time."""
    return pairs.drop_duplicates("event").set_index("event").assign(near=pairs.groupby("event").size())


def for_file(found: Cases) -> pd.DataFrame:
    """Return the cases as a file has them: without coordinates, marked in every row, and with the month alone where that is known."""
    table = found.table.drop(columns=["x", "y"])
    day = table["date"].dt.date
    if "day_known" in table.columns:
        day = day.where(table.pop("day_known"), table["date"].dt.strftime("%Y-%m"))
    return table.assign(date=day, restricted=MARKED).rename_axis("id").reset_index()


def open_cases(found: Cases, words: Words) -> str:
    """Return how many of the cases are open, of those whose state is known."""
    return words.say("{open} of {known} cases open", open=words.number(found.unsolved), known=words.number(found.known))


@question(lambda chosen: chosen.figures(place="", where=(), start=None, end=None, unit="blocks"), needs="cases")
def near_to(asked: Asked, event: str, *, metres: float = METRES, within: int = DAYS) -> Answer[pd.DataFrame]:
    """Return the killings near one event in place and time, the nearest in time first: `date`, `days`, `metres`, `killed`, `other`."""
    pairs = asked.ask(repeats.close_by, metres=metres, days=within)
    found = pairs[pairs["event"] == event].drop(columns="event")

    def says(words: Words) -> str:
        limits = {"metres": words.number(metres), "days": words.number(within)}
        return words.count(
            "{n} other killing within {metres} m and {days} days",
            "{n} other killings within {metres} m and {days} days",
            len(found),
            **limits,
        )

    return asked.answer(found, says, rows=lambda: found.assign(date=found["date"].dt.date, restricted=MARKED))
