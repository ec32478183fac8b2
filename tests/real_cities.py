"""city.toml texts for the real cities that are kept beside the project; other tests reuse them."""

from __future__ import annotations

import re
from pathlib import Path

# What the file says → our word; "unknown", "unk" and "none" need no line.
WEAPONS = {
    "firearm": "firearm",
    "blade": "knife|kinfe|scissors|machete|razor|axe|icepick|glass|cutting inst|cut instr",
    "blunt": (
        "hammer|bat|dumbell|dumbbell|pipe|shovel|crowbar|metal|iron|brick|cane|pole|stick|pan|"
        "broomstick|lamp|bottle|rock|board|umbrella|object|metal pipe|pool cue|frying pan|"
        "table leg|baseball b|air pump"
    ),
    "body": "hands|fists|hands/feet|fist|feet|hand|fist/feet|fists/belt|hand/feet|foot|arms|arm|fists/feet|punch|person",
    "other": (
        "vehicle|fire|auto|ziptie|rope|keys|bag|crossbow|narcotics|belt|narcotic|syringe|narc|"
        "methadone|pillowcase|bra|smoke|drano|bedsheet|cable|towel|cord|lanyard|pillow|tow truck|"
        "elect cord"
    ),
}


def allowed(folder: Path | str) -> list[str]:
    """Return what the command line says so that the city.toml in `folder` may name the files kept beside the project."""
    named = re.findall(r'^\w*file = "(/[^"]+)"', (Path(folder) / "city.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return [part for name in named for part in ("--allow", name)]


def philadelphia_toml(data_folder: Path) -> str:
    """Return the city.toml of Philadelphia: WKT in US feet, a clock that says +00:00 and is local, population in a table."""
    folder = data_folder / "philadelphia"
    return f"""\
name = "Philadelphia"
language = "en"
timezone = "America/New_York"
epsg = 32618
source = "OpenDataPhilly; US Census Bureau"
licence = "City of Philadelphia open data licence"

[incidents]
file = "{folder / "homicides_2006_2018.csv"}"
geometry = "geometry"
epsg = 2272
date = "dispatch_date_time"
covers = ["2006-01-01", "2018-12-31"]
age = "age"
sex = "sex"
weapon = "weapon"

[incidents.values.weapon]
{_weapon_lines()}
[blocks]
file = "{folder / "tracts_2020.geojson"}"
id = "GEOID"
name = "NAME"
population_file = "{folder / "acs_tracts_2023.csv"}"
population_id = "geoid"
population = "pop"
population_year = 2023
"""


def philadelphia_streets(data_folder: Path) -> str:
    """Return what city.toml says of Philadelphia's streets."""
    return f'''
[segments]
file = "{data_folder / "philadelphia" / "streets.zip"}"
id = "OBJECTID"
'''


def chicago_toml(data_folder: Path) -> str:
    """Return the city.toml of Chicago: years of two digits, coordinates in degrees, population in the tracts' own file."""
    folder = data_folder / "chicago"
    return f"""\
name = "Chicago"
language = "en"
timezone = "America/Chicago"
source = "Chicago Data Portal; US Census Bureau"
licence = "City of Chicago terms of use"

[incidents]
file = "{folder / "homicides_2001_2018.csv"}"
x = "Longitude"
y = "Latitude"
epsg = 4326
date = "Date"
date_format = "%m/%d/%y %H:%M"
event_id = "Case Number"
status = "Arrest"

[incidents.values.status]
"TRUE" = "cleared"
"FALSE" = "open"

[blocks]
file = "{folder / "tracts_acs2019.geojson"}"
id = "geoid"
population = "population"
population_year = 2019
"""


def _weapon_lines() -> str:
    return "\n".join(f'"{word}" = "{ours}"' for ours, words in WEAPONS.items() for word in words.split("|")) + "\n"


def guayaquil_toml(data_folder: Path) -> str:
    """Return the city.toml of Guayaquil from its workbook: Spanish columns, decimal commas, points only."""
    return _guayaquil(data_folder / "guayaquil" / "muertes_violentas_guayaquil_2024_2026.xlsx")


def guayaquil_csv_toml(data_folder: Path) -> str:
    """Return the city.toml of Guayaquil from the packed text table: an old encoding, semicolons."""
    return _guayaquil(data_folder / "guayaquil" / "muertes_violentas_guayaquil_latin1_semicolon.csv.gz")


def _guayaquil(file: Path) -> str:
    return f"""\
name = "Guayaquil"
language = "es"
timezone = "America/Guayaquil"
source = "Ministerio del Interior del Ecuador"
licence = "Datos abiertos del Ecuador"

[incidents]
file = "{file}"
x = "Coord. X"
y = "Coord. Y"
date = "Fecha Infracción"
time = "Hora Infracción"
covers = ["2024-01-01", "2026-01-31"]
age = "Edad"
sex = "Sexo"
weapon = "Arma"

[incidents.values.weapon]
"ARMA DE FUEGO" = "firearm"
"ARMA BLANCA" = "blade"
"ARMA CONTUNDENTE" = "blunt"
"CONSTRICTORA" = "body"
"OTROS" = "other"

[incidents.values.sex]
"HOMBRE" = "male"
"MUJER" = "female"
"NO DETERMINADO" = "unknown"
"""
