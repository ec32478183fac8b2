"""The commands that are compared: each one, with its options; `{out}` is a folder of its own, `{releases}` one that stays."""

from __future__ import annotations

from asked_pages import MEASURES, RULES, Face

TABLES = ("months", "years", "weeks", "year-so-far", "seasons", "week", "people", "people-by-year", "compare", "concentration")
COMMANDS = [
    "import",
    "list",
    "check",
    "rollback",
    "totals",
    "export",
    "change",
    "cases",
    "clusters",
    "repeats",
    "priorities",
    "table",
    "interventions",
    "evaluate",
    "publish",
    "audit",
]
PAINTED = (("count", "blocks"), ("rate", "districts"), ("density", "blocks"), ("network_density", "segments"), ("hot_spot", "h3:8"))


def lines(*texts: str) -> list[list[str]]:
    """Return commands, each as the list of its parts; a part with a blank is written with `~` in its place."""
    return [[part.replace("~", " ") for part in text.split()] for text in texts]


def imports(folders: dict[str, str]) -> list[list[str]]:
    """Return the commands that fill the store."""
    return [["import", folder] for folder in folders.values()]


def general(folders: dict[str, str], data: str) -> list[list[str]]:
    """Return what belongs to no city: help, the list, reading of files, refusals."""
    found = lines("--help", "--version", "", "list", "list --json", "totals nowhere", "totals puerto-albatros --unit moon", "frobnicate")
    found += [[name, "--help"] for name in COMMANDS]
    found += lines(*(f"interventions puerto-albatros {action} --help" for action in ("list", "add", "edit", "remove")))
    found += [["import", folder, "--json"] for folder in folders.values()] + lines("import {out}/nothing", "list", "rollback chicago")
    found += lines("rollback chicago 2 --json", "rollback chicago 9", "check chicago", "check chicago --json", "check nowhere")
    chicago, guayaquil = f"{data}/chicago", f"{data}/guayaquil/muertes_violentas_guayaquil_latin1_semicolon.csv.gz"
    found += lines(
        f"import --incidents {chicago}/homicides_2001_2018.csv --blocks {chicago}/tracts_acs2019.geojson --name W --yes --save {{out}}/w",
        f"import --incidents {guayaquil} --name Guaya~Quil --yes --json",
        "list --json",
    )
    return found


def of_city(face: Face) -> list[list[str]]:
    """Return the commands that ask one city for its numbers."""
    slug = face.slug
    where = [" ".join(f"--where {one.replace('&', ' --where ')}".split()) for one in face.filters if "," not in one]
    dates = [" ".join(_flag(part) for part in period.split("&")) for period in face.periods]
    found = lines(
        f"totals {slug}", f"totals {slug} --json", f"check {slug}", f"totals {slug} --reconcile", f"totals {slug} --reconcile --json"
    )
    asked = (*where[:1], *dates[:1]) if face.small else (*where, *dates)
    found += lines(*(f"totals {slug} {more}" for more in asked), *(f"totals {slug} --unit {unit} --json" for unit in face.units))
    tables = ("months", "years", "people") if face.totals else TABLES
    found += lines(*(f"table {slug} {name}" for name in tables))
    found += lines(*(f"table {slug} {name} {date}" for name in tables for date in dates[1:2] if not face.small))
    units = () if face.totals else face.units[1 : 2 if face.small else 6]
    found += lines(*(f"table {slug} {name} --unit {unit}" for name in ("compare", "concentration") for unit in units))
    found += lines(*(f"change {slug} --unit {unit} --csv" for unit in ("districts", "beats", "blocks") if unit in face.units))
    changes = ("",) if face.totals else ("", "--json", "--unit city --csv", "--as-of 2016-06-30 --lag 7", *where[:2])
    found += lines(*(f"change {slug} {more}" for more in changes))
    found += _exports(face, where, dates) + _tests(face, where, dates)
    found += lines(f"interventions {slug} list", f"interventions {slug} list --json")
    for entry in face.entries:
        found += lines(*(f"evaluate {slug} {entry} {more}" for more in ("", "--json", "--csv", "--language en --ring 400", *dates[1:2])))
    return found


def _flag(part: str) -> str:
    name, _, day = part.partition("=")
    return f"{'--start' if name == 'from' else '--end'} {day}"


def _exports(face: Face, where: list[str], dates: list[str]) -> list[list[str]]:
    slug = face.slug
    units = face.units[:3] if face.small else face.units
    main = next(unit for unit in (*face.units, "blocks") if unit == "blocks" or unit.startswith("grid"))
    few = ("count", "rate", "excess_risk", "hot_spot", "scan", "relative_risk", "change", "priority") if face.small else MEASURES
    texts = [f"export {slug} --measure {measure} --out {{out}}/{measure}.csv" for measure in few]
    texts += [f"export {slug} --unit {unit} --measure {face.counted} --out {{out}}/{unit}.csv" for unit in units]
    texts += [
        f"export {slug} --unit {units[1]} --measure count,rate --out {{out}}/m.geojson",
        f"export {slug} --unit {main} --out {{out}}/m.parquet",
    ]
    texts += [f"export {slug} --measure {face.counted} {more} --out {{out}}/m.csv" for more in (*where[:2], *dates[:2])]
    texts += [f"export {slug} --measure change,change_p {date} --out {{out}}/change.csv" for date in dates[:1]]
    texts += [f"export {slug} --measure hot_spot,getis_ord {more} --out {{out}}/m.csv" for more in ("--baseline area", "--correction by")]
    if not face.small:
        texts += [
            f"export {slug} --unit {unit} --measure {one} --out {{out}}/m.geojson"
            for one in MEASURES
            for unit in units
            if unit == "districts"
        ]
        texts += [f"export {slug} --measure density,relative_risk --bandwidth {metres} --out {{out}}/m.csv" for metres in (200, 800)]
    if face.streets:
        texts += [
            f"export {slug} --unit segments --measure count,network_density --bandwidth 200 --equal-split {split} --out {{out}}/m.csv"
            for split in ("discontinuous", "continuous")
        ]
    painted = [(what, unit) for what, unit in PAINTED if unit in units][: 1 if face.small else None] or [("count", main)]
    texts += [f"export {slug} --unit {unit} --measure {what} --out {{out}}/m.{end}" for what, unit in painted for end in ("png", "html")]
    texts += [f"export {slug} --measure {painted[0][0]} --unit {painted[0][1]} --language en --out {{out}}/m.html"]
    if face.small:
        return lines(*texts[::2])  # every second one: what is left out is asked of the first city
    return lines(*texts, f"export {slug} --measure none --out {{out}}/m.csv", f"export {slug} --out {{out}}/m.doc")


def _tests(face: Face, where: list[str], dates: list[str]) -> list[list[str]]:
    slug = face.slug
    if face.totals:  # each refuses in words
        return lines(f"clusters {slug}", f"repeats {slug}", f"priorities {slug} --json")
    scan, burst = f"clusters {slug} --shuffles 99", f"clusters {slug} --method space-time --shuffles 49 {dates[0] if dates else ''}"
    found = [
        scan,
        f"{scan} --json",
        f"{scan} --csv --cap 0.1",
        f"{scan} --baseline area --seed 3",
        f"{scan} --correction by",
        f"{scan} --cap 0.9",
    ]
    found += [f"{scan} --unit {unit}" for unit in face.units[1:3]] + [f"{scan} {more}" for more in (*where[:1], *dates[1:2])]
    found += [f"{burst} {more}" for more in ("", "--json", "--csv --radius 300 --days 14", "--now", "--seed 2")]
    repeats = f"repeats {slug}"
    found += [repeats, f"{repeats} --json", *(f"{repeats} --csv {name}" for name in ("windows", "bands", "alerts"))]
    found += [f"{repeats} {more}" for more in ("--metres 400 --days 28", "--as-of 2018-01-31 --seed 4", *where[:2], *dates[:1])]
    first = f"priorities {slug}"
    found += [first, f"{first} --json", *(f"{first} --csv {name}" for name in ("places", "tests")), f"{first} --share 1,10"]
    found += [f"{first} --rule {rule}" for rule in (RULES[1:2] if face.small else RULES)] + [f"{first} --months 3"]
    if face.small:
        return lines(*found[::2])
    return lines(*found, f"{first} --months 1 {dates[1]}", *(f"{first} --unit {unit}" for unit in face.units[3:5]))


def log_of(slug: str, area: str) -> list[list[str]]:
    """Return the commands that write the log of interventions of a city, and read what became of it."""
    act = f"interventions {slug}"
    entry = "street-lights-2020-02-01"
    return lines(
        f"{act} add --name Faroles --name-en Street~lights --start 2020-02-01 --treated {area} --note Prueba --json",
        f"{act} add --name Toda~la~ciudad --start 2019-01-01 --end 2020-01-01",
        f"{act} add --name Mal --start 2019-13-01",
        f"{act} add --name Mal --start 2019-01-01 --treated nowhere",
        f"{act} list",
        f"evaluate {slug} {entry}",
        f"evaluate {slug} {entry} --json",
        f"{act} edit {entry} --end 2021-02-01 --name-es Faroles~nuevos",
        f"evaluate {slug} {entry} --csv",
        f"{act} remove {entry}",
        f"{act} remove {entry}",
        f"{act} list --history",
        f"{act} list --history --json",
    )


def releases(slug: str, profile: str, out: str) -> list[list[str]]:
    """Return the commands that publish a city and attack what was published."""
    publish = f"publish {slug} --profile {profile} --as-of 2025-06-30"
    found = lines(f"{publish} --html --out {out}", f"audit {out}", "audit verify", "audit verify --json")
    if profile == "open":  # its attack takes long
        return found
    found += lines(f"audit {out} --json", f"audit {out} --exact", f"audit {slug}", f"audit {slug} --json")
    found += lines(f"publish {slug} --profile open --as-of 2025-06-30 --out {{out}}/again", f"{publish} --json --out {{out}}/again")
    return found + lines("audit verify --json", f"publish {slug} --as-of soon --out {{out}}/again")
