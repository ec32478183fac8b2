"""Every key of city.toml, section by section: the kind of its value, what it means, what holds without it, an example.

The reader checks a city.toml by these rows, and docs/city-file.md is printed from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from hotspots.words import told


@dataclass(frozen=True)
class Key:
    """One key: the `kind` of its value (one of `WORDS`), what it means, its value as city.toml writes it, and what holds without it.

    `needed`: it must be there.
    """

    kind: str
    meaning: str
    example: str
    without: str = ""
    needed: bool = False


def _needed(kind: str, meaning: str, example: str) -> Key:
    return Key(kind, meaning, example, needed=True)


_SHEET = Key(
    "text",
    "the sheet of a workbook, the layer of a GeoPackage, or the file in a `.zip`",
    '"2024"',
    "the only one that holds the columns; or all that have the same columns and differ in their names by year or month alone",
)
_SHEETS = Key(
    "text",
    "the sheet of a workbook, the layer of a GeoPackage, or the file in a `.zip`; `*`: all that have the same columns, as one table",
    '"*"',
    _SHEET.without,
)
_HEADER = Key("number", "the row that names the columns, as Excel counts", "3", "found among the first 30 rows")
_BOOK = Key("yes/no", "codes are written out as the lists of codes in other sheets of the workbook say", "true", "`false`")
_FILL = Key(
    "list",
    "columns whose empty cells mean the value above them, as where a workbook merged cells",
    '["anio"]',
    "asked where cells look merged",
)
_PARTS = "as far as the file has them; the month as a number or a name"


def _epsg(what: str) -> Key:
    return Key("number", f"the coordinate system of {what}", "32616", "as the file says; degrees (4326) where it holds a table of degrees")


CITY = {
    "name": _needed("text", "the name of the city", '"Puerto Albatros"'),
    "language": Key("text", "the city's own language: `es` or `en`", '"es"', "`en`"),
    "timezone": Key("text", "its time zone: clocks, and which places are far away", '"America/El_Salvador"', "`UTC`"),
    "source": Key("words", "who publishes the data; shown under every page", '"Police of New Town"', "none is shown"),
    "licence": Key("words", "under what terms the data are published; shown under every page", '"CC BY 4.0"', "none is shown"),
    "epsg": Key("number", "the projected coordinate system, in metres, that areas and distances are measured in", "32616", "the UTM zone"),
    "fictional": Key("yes/no", "the city is invented: it is labelled so wherever it shows", "true", "`false`"),
    "unmapped": Key("yes/no", "only totals of the whole place are published, and no outline is at hand: series, no map", "true", "`false`"),
    "publish": Key(
        "text",
        "what `batch` may make public of the city: `strict` or `open` (docs/public-edition.md), or `no`, whatever is asked of it",
        '"strict"',
        "what who runs `batch` says (`--profile`); nothing where they say nothing",
    ),
    "incidents": Key(
        "section", "single homicides: one row is one person killed, or one event with the number of its victims", "[incidents]"
    ),
    "blocks": Key("section", "the areas, with their residents", "[blocks]", "squares of 500 m, and no rates"),
    "area_counts": Key("section", "published totals; several tables as `[area_counts.NAME]`, which are never added up", "[area_counts]"),
    "districts": Key("section", "districts that are drawn in a file of their own", "[districts]", "those that the blocks name"),
    "beats": Key("section", "beats that are drawn in a file of their own", "[beats]", "those that the blocks name"),
    "segments": Key("section", "stretches of street from crossing to crossing", "[segments]", "no streets"),
    "gazetteer": Key("section", "addresses, and names of places that a search finds too", "[gazetteer]", "no addresses"),
    "layers": Key("section", "layers of the city's own basemap, each as `[layers.NAME]`", "[layers.coast]", "no basemap of its own"),
    "events": Key("list", "what happened, drawn on every series that crosses it: `[[events]]`", "[[events]]", "none"),
    "definition_breaks": Key("list", "when what is counted changed, drawn alike: `[[definition_breaks]]`", "[[definition_breaks]]", "none"),
    "interventions": Key("list", "the first entries of the log of what was done: `[[interventions]]`", "[[interventions]]", "an empty log"),
    "costs": Key("section", "what a homicide costs by somebody's reckoning, shown beside a target", "[costs]", "what a reader types"),
}
INCIDENTS = {
    "file": _needed("files", "the file, or several whose columns are the same as far as they are needed", '["2023.xlsx", "2024.xlsx"]'),
    "x": Key(
        "text", "the column of the longitude, or of the metres to the east", '"lon"', "`geometry`, `block_id`, or the file's own points"
    ),
    "y": Key("text", "the column of the latitude, or of the metres to the north", '"lat"', "as `x`"),
    "geometry": Key(
        "text", "one column of both: `(lat, lon)`, `lat, lon`, WKT or JSON points; degrees may have minutes and seconds", '"place"'
    ),
    "epsg": _epsg("these coordinates"),
    "degrees_times": Key("number", "what the degrees were multiplied by, where the file holds whole numbers", "1000000", "1"),
    "date": Key(
        "text",
        "the column of the date, or of date and clock; it may lack the year where `year` or `of_year` names one",
        '"fecha"',
        "`year`, `month`, `day`",
    ),
    "year": Key("text", f"with `month` and `day`, in place of `date`, the columns of its parts, {_PARTS}", '"anio"', "`date`"),
    "month": Key("text", "the column of the month", '"mes"', "`date`"),
    "day": Key("text", "the column of the day of the month", '"dia"', "`date`; beside a `month`, the month alone is known"),
    "of_year": Key("number", "in place of `year`: the year of all dates, where no column says it", "2023", "`year`, or `date`"),
    "date_format": Key(
        "text", "the form of the dates", '"%d/%m/%Y"', "worked out; whether the day or the month comes first is asked, never guessed"
    ),
    "date_zone": Key(
        "text",
        "what the clock means: `local` (kept as it stands, an offset is left out), `UTC`, or a zone",
        '"UTC"',
        "`local`; counts since 1970 are moved to `timezone`",
    ),
    "date_precision": Key(
        "text",
        "what the dates know: `day`, or `month`, where nothing is told by day",
        '"month"',
        "worked out: months without a day, and dates that are all the first of a month, know the month alone",
    ),
    "time": Key("text", "a column with the clock", '"hora"', "the clock in `date`, or none"),
    "victims": Key("text", "a column with the number of people killed in the row", '"killed"', "one in each row"),
    "victim_id": Key(
        "list",
        "the columns that say which person a row is: of rows alike in them the first is counted, as where each suspect has a row",
        '["victim_id"]',
        "each row is of another person; asked where some are not",
    ),
    "listed": Key(
        "list",
        "columns whose cells list the people killed in the row, by age, sex or name, where no column counts them; no name is kept",
        '["edades"]',
        "one in each row; asked where some list several",
    ),
    "event_id": Key("text", "people with the same id were killed in one event", '"case"', "people killed on one day at exactly one place"),
    "block_id": Key(
        "text", "the block that the agency itself recorded, by its id or its name; it goes before the map", '"barrio"', "the map"
    ),
    "age": Key("text", "a column with the age in years", '"edad"', "no filter by age"),
    "age_coded": Key("yes/no", "ages are codes of a unit and a number, as registers write them: 4023 is 23 years", "true", "asked"),
    "sex": Key("text", "a column of words that `[incidents.values.sex]` or the reader knows", '"sexo"', "no such filter"),
    "weapon": Key("text", "a column of words, alike", '"arma"', "no such filter"),
    "category": Key("text", "a column of words, alike: what it was about", '"motivo"', "no such filter"),
    "status": Key("text", "a column of words, alike: whether the case is cleared", '"estado"', "no such filter"),
    "values": Key(
        "section",
        "`[incidents.values.weapon]` and so on: the city's words on the left, ours on the right",
        '{ weapon = { "arma de fuego" = "firearm" } }',
        "the reader's own words; one that nobody mapped is reported and becomes `unknown`",
    ),
    "where": Key(
        "section", "`column = [values]`: only these rows are kept, the others counted as set aside", '{ delito = ["DOLOSO"] }', "every row"
    ),
    "all_homicides": Key(
        "yes/no",
        "each row is a person killed, whatever a column of offences says",
        "true",
        "such a column is told, and asked about where more than one row in ten says something else",
    ),
    "withheld": Key(
        "section", "`column = [values]`: these rows are in no public release, nor in any sum there", '{ sealed = ["yes"] }', "none"
    ),
    "default_places": Key(
        "list", "`[x, y]` where the agency puts homicides without a place: counted, and on no map", "[[-89.19, 13.69]]", "none"
    ),
    "negate": Key("list", "the coordinates whose minus sign the file dropped", '["x"]', "none"),
    "swapped": Key("yes/no", "the two numbers of `geometry`, or of the file's points, stand the other way round", "true", "`false`"),
    "no_place": Key("yes/no", "no column says the place: all are counted for the whole city, and there is no map", "true", "`false`"),
    "places_checked": Key("yes/no", "the places do lie far from the time zone or the countries that one would expect", "true", "`false`"),
    "covers": Key(
        "list",
        "the first and the last day that the file covers",
        '["2006-01-01", "2018-12-31"]',
        "the first month with a row to the last day with one",
    ),
    "sheet": _SHEETS,
    "header_row": _HEADER,
    "fill_down": _FILL,
    "code_book": _BOOK,
}
BLOCKS = {
    "file": _needed("file", "the file of the outlines", '"blocks.geojson"'),
    "id": _needed("text", "the column that gives each block an id of its own", '"GEOID"'),
    "epsg": _epsg("the outlines"),
    "name": Key("text", "the column of their names", '"NAME"', "blocks go by their ids"),
    "population": Key(
        "column",
        "the column of residents, or one for each census: a straight line between them",
        '{ 2010 = "p10", 2020 = "p20" }',
        "no rates",
    ),
    "population_file": Key("file", "the table of the residents, where it is another one", '"census.csv"', "`file`"),
    "population_id": Key("text", "the column of the block's id in that table", '"tract"'),
    "population_year": Key("number", "the year that the residents were counted in", "2020", "the newest census; else not known"),
    "population_dot": Key(
        "text", "what a point before three digits is: `thousands` or `decimal`", '"thousands"', "asked where nothing says so"
    ),
    "population_times": Key(
        "number",
        "what each number is multiplied by: 1000 where they are in thousands, 1 to round estimates",
        "1000",
        "asked where numbers have a fraction",
    ),
    "population_unknown": Key(
        "list", "texts that stand for not known", '["-9999"]', "empty cells, negative numbers and the census's own signs"
    ),
    "population_checked": Key("yes/no", "numbers 1,000 times those of the other blocks are right", "true", "asked"),
    "beat": Key("text", "the column that says which beat a block is in", '"beat"', "`[beats]`, or none"),
    "district": Key("text", "the column that says which district a block is in", '"district"', "`[districts]`, or none"),
    "sheet": _SHEET,
    "population_sheet": Key("text", "the sheet of `population_file`", '"2020"', _SHEET.without),
    "called": Key("words", "the place's own word for its blocks", '{ es = "Departamentos", en = "Departments" }', "blocks"),
    "population_ages": Key(
        "section",
        "residents by age: bands and their columns, in the same file as the population; without `population` they are added up",
        '{ "0-14" = "young", "15-64" = "adult", "65+" = "old" }',
        "no rates by age",
    ),
}
AREA_COUNTS = {
    "file": _needed("file", "the table of the totals", '"totals.csv"'),
    "area": Key("text", "the column of the area: a block's id or name; an empty cell is the whole place", '"municipio"', "the whole place"),
    "within": Key(
        "text", "the column that tells areas of one name apart: `Barbosa` becomes `Barbosa (Santander)`", '"departamento"', "the name alone"
    ),
    "apart": Key(
        "yes/no",
        "rows of one name and period are areas of their own, in the order of the file: `Barbosa (1)`, `Barbosa (2)`",
        "true",
        "asked; they are parts of one area, and added up",
    ),
    "period": Key(
        "text",
        "the column of the period: a year `2010`, a month `2015-01`, a day, or a range whose last part counts, `2015-01-01/2015-03-31`",
        '"periodo"',
        "`year`, or `period_columns`",
    ),
    "year": Key("text", f"in place of `period`, with `month` and `day`: the columns of its parts, {_PARTS}", '"anio"', "`period`"),
    "month": Key("text", "the column of the month", '"mes"', "whole years"),
    "quarter": Key(
        "text", "in place of `month`: the column of the quarter, or of the half or third of a year", '"trimestre"', "whole years"
    ),
    "day": Key("text", "the column of the day of the month", '"dia"', "whole months"),
    "period_columns": Key(
        "list", "in place of `period` and `count`: the columns that are periods, or months beside `year`", '["2015", "2016"]', "`period`"
    ),
    "of_year": Key("number", "the year of all numbers, or of their months, where no column says it", "2023", "`period`, or `year`"),
    "years_begin": Key(
        "number",
        "the month that years such as `2019/20` or `FY2020` begin in; 1: whole calendar years, both where two are named",
        "4",
        "asked",
    ),
    "years_named": Key("text", "of years such as `FY2020`, whether it is their `first` or their `last` calendar year", '"first"', "`last`"),
    "period_format": Key("text", "the form of one part of the period", '"%m/%Y"', "worked out"),
    "count": Key(
        "text", "the column of the number of people killed: a whole number, 0 where it was none", '"homicidios"', "`period_columns`"
    ),
    "each_row": Key(
        "yes/no",
        "in place of `count`: each row is one person killed of whom no day is known; a period of an area without a row is 0",
        "true",
        "`count`",
    ),
    "sex_columns": Key(
        "section",
        "in place of `count` and `sex`: the columns of the numbers of each sex, in our words",
        '{ male = "hombres", female = "mujeres" }',
        "`count`",
    ),
    "count_dot": Key(
        "text",
        "what a point before three digits of a number is: `thousands` or `decimal`",
        '"decimal"',
        "`thousands`, unless another number shows a decimal point",
    ),
    "sex": Key(
        "text",
        "a column; the rows of one period add up to all victims, and pages have this filter for these periods",
        '"sexo"',
        "no filter",
    ),
    "population": Key("text", "a column with the residents that the row is about", '"poblacion"', "those of `[blocks]`"),
    "source": Key("text", "a column that says who published the number; shown as it stands", '"fuente"', "that of the city"),
    "published_rate": Key("text", "a column with the rate that the publisher printed; shown as it stands", '"tasa"', "none is shown"),
    "suppressed": Key(
        "list", "what stands where the publisher held a number back because it is small", '["*", "<10"]', "none was held back"
    ),
    "values": Key(
        "section",
        "`values.sex` and `values.area`: the file's words, and ours or the block's id (empty: the whole place)",
        '{ area = { "Nation" = "" } }',
        "the reader's own words; areas by id and name",
    ),
    "where": Key("section", "`column = [values]`: only these rows are kept", '{ delito = ["DOLOSO"] }', "every row"),
    "sheet": _SHEETS,
    "header_row": _HEADER,
    "fill_down": _FILL,
    "code_book": _BOOK,
    "definition": Key("words", "what the table counts", '{ en = "people killed, without those killed by police" }', "not told"),
    "partial_of": Key(
        "number", "how many areas there are where the table tells of some alone: it is no part of a sum or a map", "262", "it is whole"
    ),
    "public": Key("yes/no", "the source has published these very numbers; a public release passes only such on", "true", "asked"),
    "became": Key(
        "file",
        "the table of what each area was made into since: totals are added up to those areas, each where all its parts have a number",
        '"municipalities_2024.csv"',
        "areas as the file has them",
    ),
    "became_from": Key("text", "its column of the area before, as in `area`", '"municipality_before"', "with `became` it must be there"),
    "became_within": Key(
        "text", "its column that tells areas of one name apart, as `within` does in the file", '"department"', "the name alone"
    ),
    "became_to": Key("text", "its column of the area since: a block's id or name", '"municipality_2024"', "with `became` it must be there"),
}
_HOUSE = "no search by house number"
SEGMENTS = {
    "file": _needed("file", "lines, one for each stretch of street", '"streets.geojson"'),
    "id": _needed("text", "the column that gives each stretch an id of its own", '"id"'),
    "street": Key("text", "the column of the street's name", '"name"', "stretches go by their ids"),
    "epsg": _epsg("the lines"),
    "sheet": _SHEET,
    "from_left": Key("text", "the column of the house number at the start of the left side; with the other three", '"L_F_ADD"', _HOUSE),
    "to_left": Key("text", "the column of the house number at the end of the left side", '"L_T_ADD"', _HOUSE),
    "from_right": Key("text", "the column of the house number at the start of the right side", '"R_F_ADD"', _HOUSE),
    "to_right": Key("text", "the column of the house number at the end of the right side", '"R_T_ADD"', _HOUSE),
    "from": Key("text", "in place of the four, where both sides have one range: its start; with `to`", '"from"', _HOUSE),
    "to": Key("text", "its end", '"to"', _HOUSE),
}
GAZETTEER = {
    "file": _needed("file", "the table of addresses or names", '"addresses.csv"'),
    "name": _needed("text", "the column of the address or name", '"street"'),
    "number": Key("text", "the column of the house number", '"number"', "it stands in `name`"),
    "x": Key("text", "the column of the longitude, or of the metres to the east", '"lon"', "the file's own shapes"),
    "y": Key("text", "the column of the latitude, or of the metres to the north", '"lat"', "as `x`"),
    "epsg": _epsg("these places"),
    "sheet": _SHEET,
}
GROUP = {
    "file": _needed("file", "the outlines", '"districts.geojson"'),
    "name": _needed("text", "the column of their names", '"name"'),
    "epsg": _epsg("the outlines"),
    "sheet": _SHEET,
}
LAYER = {
    "file": _needed("file", "the shapes", '"coast.geojson"'),
    "kind": _needed(
        "text",
        "what they are: `water`, `park`, `street`, `coast`, `boundary`, `service` or `gathering`; a boundary also bounds the squares; "
        "`gathering` are places where people gather (bars, stations, markets), each feature one: hot spots can be compared with them, "
        "and they are not drawn",
        '"coast"',
    ),
    "name": Key("text", "the column of their names", '"name"', "no names"),
    "epsg": _epsg("the shapes"),
    "sheet": _SHEET,
}
NOTE = {
    "date": _needed("day", "the day", '"2019-07-01"'),
    "text": _needed("words", "what is written there", '{ es = "Tregua", en = "Truce" }'),
}
INTERVENTION = {
    "name": _needed("words", "what was done", '{ es = "Patrullas", en = "Patrols" }'),
    "start": _needed("day", "its first day", '"2019-07-01"'),
    "end": Key("day", "the day after its last one", '"2020-01-01"', "it goes on"),
    "treated": Key("list", "where: ids of blocks, `beat:NAME`, `district:NAME`", '["B01", "beat:North"]', "the whole place"),
    "starts": Key("days", "where it began on another day: a place of `treated`, and its day", '{ "beat:North" = "2019-09-01" }', "`start`"),
    "comparison": Key("list", "what it is compared with, alike", '["beat:South"]', "nothing"),
    "note": Key("words", "a remark", '{ en = "evenings only" }', "none"),
}
COSTS = {
    "homicide": _needed("number", "what one homicide costs, in whole units of `currency`", "1500000"),
    "currency": _needed("text", "the currency", '"USD"'),
    "year": _needed("number", "the year that it was reckoned for", "2022"),
    "source": _needed("text", "who reckoned it", '"the report that it stands in"'),
}
WORDS = {
    "text": told("text in quotation marks"),
    "column": told("a column in quotation marks, or one for each census, such as {example}", example='{ 2010 = "p10", 2020 = "p20" }'),
    "number": told("a whole number"),
    "yes/no": told("true or false"),
    "section": told("a section of its own"),
    "list": told("a list"),
    "file": told("a file name in quotation marks"),
    "files": told("a file name, or a list of them"),
    "day": told('a day such as "2019-07-01"'),
    "days": told("a day for each place, such as {example}", example='{ "beat:North" = "2019-09-01" }'),
    "words": told("text, or text by language such as {example}", example='{ es = "…", en = "…" }'),
}
