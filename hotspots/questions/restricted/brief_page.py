"""The brief in a reader's language: what its answers say, put on one page."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hotspots.agency import worn
from hotspots.cities import City, Note
from hotspots.questions.restricted import brief_places, brief_words, when
from hotspots.questions.restricted.asked import Asked
from hotspots.questions.restricted.brief import Brief, brief, day_before, permalink
from hotspots.release.profiles import FEWER_THAN
from hotspots.statistics import trends
from hotspots.study.selection import Selection
from hotspots.views import captions
from hotspots.views.answer import Answer
from hotspots.views.one_page import Block, Graph, OnePage, Table
from hotspots.views.series import GREY_BOXES, numbered, series_of
from hotspots.words import Words, words_for

MOST_SIGNS = 8  # numbered lines that a chart of half a page has room for: the newest
MOST_MONTHS = 120  # of the series on the page
TABLE_MONTHS = 36  # of the series in its table


def of_choices(asked: Asked, preset: str = "command", *, address: str, tables: bool = False) -> OnePage:
    """Return the page of a `preset` about the choices, in their language: what the command writes and the button gives."""
    words = words_for(asked.selection.language or asked.city.language)
    asked = asked.at(language=words.language)
    page = one_page(asked.ask(brief, preset), asked.city, asked.selection, words, address=address, tables=tables)
    return replace(page, agency=worn())


def one_page(answer: Answer[Brief], city: City, chosen: Selection, words: Words, *, address: str, tables: bool) -> OnePage:
    """Return the page of a brief in the language of `words`.

    `address` is where the dashboard is reached, for the link on it; `tables` adds the tables behind numbers and series.
    """
    found = answer.value
    places, link = brief_places.table(found, city, words), permalink(chosen, address=address, version=city.version)
    return OnePage(
        language=words.language,
        about=words.say(found.preset.label),
        city=city.name,
        place=captions.place_name(found.study.place, words) if found.study.place else words.say("All of {city}", city=city.name),
        reach=words.say("data to {day}", day=words.date(day_before(city.end))),
        mark="" if captions.may_be_published(city) else captions.marked(city, words),
        title=brief_words.title(answer, city, words),
        lead=brief_words.lead(found, city, words),
        figures=brief_words.figures(found, city, words),
        plan=brief_places.plan(found, places, city, words),
        graph=graph(found, words),
        bars=brief_words.bars(found, city, words),
        bars_title=words.say("Who, and with what"),
        bars_about=_people_about(found, words),
        places=places,
        when=brief_places.when(found, words),
        blocks=tuple(block for block in (_done(found, words), _unknown(found, city, words)) if block.lines),
        source=_source(found, city, words),
        link=link,
        link_text=words.say("The same choices in the dashboard:"),
        tables=behind(found, city, words) if tables else (),
        tables_title=words.say("The numbers behind this page"),
    )


def _people_about(found: Brief, words: Words) -> str:
    return f"{captions.period(found.recent, words)} · {captions.how_many(found.recent.victims, words)}"


def graph(found: Brief, words: Words) -> Graph | None:
    """Return the series with its numbered changes of counting, events and interventions; None without two periods to draw."""
    monthly = found.months is not None
    answer = found.months or found.years
    table = answer.value
    if monthly:
        lag = found.study.covers[1] - pd.Timedelta(days=brief_words.lag_of(found))
        table = trends.provisional(table, lag).iloc[-MOST_MONTHS:]
    if found.preset.guarded:
        table = table.assign(count=table["count"].where(table["count"] >= FEWER_THAN))
    if table["count"].notna().sum() < 2:
        return None
    first = table.index[0].start_time
    notes = [note for note in found.notes if note.start >= first][-MOST_SIGNS:]
    drawn = series_of(table, words, dated=numbered(notes, words), alt=answer.sentence(words))
    return Graph(
        title=words.say("Each month, and its normal range") if monthly else words.say("Each year"),
        about=words.say("people killed"),
        series=drawn,
        signs=tuple(_sign(i, note, words) for i, note in enumerate(notes, 1)),
        said=tuple(_beside_graph(found, table, words)),
        counted=words.say("People killed"),
        ranged=words.say("Normal range"),
    )


def _sign(i: int, note: Note, words: Words) -> str:
    return f"{i}  {words.month(note.start.date())}: {words.own(note.text)}"


def _beside_graph(found: Brief, table: pd.DataFrame, words: Words) -> list[str]:
    lines = [f"{words.say('Did the level shift?')} {found.shift.sentence(words)}"] if found.shift else []
    if found.months and trends.outside(table)[0]:
        lines.append(words.say("Ring: outside the normal range."))
    elif when.ranged(table):
        lines.append(words.say(GREY_BOXES))
    if (~table["complete"] & table["count"].notna()).any():
        lines.append(words.say("Lighter: not complete yet, or covered only in part."))
    if found.preset.guarded and table["count"].isna().any():
        lines.append(words.say("Years with fewer than {n} people killed are left out.", n=FEWER_THAN))
    return lines


def behind(found: Brief, city: City, words: Words) -> tuple[Table, ...]:
    """Return the numbers of the page and the rows of its series as tables: of months the last three years."""
    say = words.say
    numbers = tuple((one.label, one.days, one.text, one.said) for one in brief_words.figures(found, city, words))
    tables = [Table(say("The numbers"), "", (say("What"), say("Days"), say("People killed"), say("In words")), numbers, frozenset({2}))]
    drawn = graph(found, words)
    if drawn is not None:
        rows = drawn.series.rows.iloc[-TABLE_MONTHS:]
        ranged = "low" in rows and rows["low"].notna().any()
        columns = (say("Period"), drawn.counted, *([say("Normal range, from"), say("Normal range, to")] if ranged else []))
        names = ["count", *(["low", "high"] if ranged else [])]
        told = tuple((str(row["label"]), *(words.number(row[name]) for name in names)) for _, row in rows.iterrows())
        tables.append(Table(drawn.title, drawn.about, columns, told, frozenset(range(1, len(columns)))))
    return tuple(tables)


def _done(found: Brief, words: Words) -> Block:
    lines = [
        f"{words.own(entry.name)}, {words.say('since {month}', month=words.month(entry.start.date()))}: {evaluated.sentence(words)}"
        for entry, evaluated in found.done
    ]
    if not lines:
        lines = [words.say("Nothing that was done here stands in the log.")] if found.study.has_victims else []
    return Block(words.say("What was done"), tuple(lines))


def _unknown(found: Brief, city: City, words: Words) -> Block:
    study, lines = found.recent, []
    nowhere = study.victims - study.inside
    if nowhere > 0 and study.has_victims:
        lines.append(
            words.say(
                "Where {n} of {total} people were killed: they are counted, and are on no map.",
                n=brief_words.told(nowhere, found, words),
                total=words.number(study.victims),
            )
        )
    lines.append(words.say("What happened after {day}: the data end there.", day=words.date(day_before(city.end))))
    if any(note.kind == "definition" for note in found.notes):
        lines.append(words.say("How many would have been counted under the other definition: what is counted changed within this period."))
    if found.ranges.value:
        lines.append(words.say("Sources differ. {ranges}.", ranges=found.ranges.sentence(words)))
    if study.has_victims:
        lines += [*captions.of_place(study, words), found.late.sentence(words)]
    if not study.has_victims:
        lines.append(words.say("Published totals: single homicides, their places and days are not known."))
    if found.places is None and len(city.blocks):
        lines.append(words.say("Where: for this period no number is published by place, so there is no map."))
    return Block(words.say("What we do not know"), tuple(lines))


def _source(found: Brief, city: City, words: Words) -> tuple[str, ...]:
    invented = [words.say("fictional city: no real person, no real place")] if city.fictional else []
    lines = [" · ".join([captions.note(city, words), *invented]), f"{captions.what_counts(city, found.study, words)}."]
    if any(one.ranged for one in brief_words.figures(found, city, words)):
        lines.append(words.say("Normal range: from the years before; 95 in 100 such counts fall inside."))
    if found.study.where:
        lines.append(f"{words.say('Only')}: {captions.filters(found.study.where, words)}.")
    return tuple(lines)
