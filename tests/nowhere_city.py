"""A city whose homicides have no coordinates and whose areas no outline: a list by municipality, as police forces publish it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

AREAS = ("Ciudad Real", "San José", "Ñuñoa", "El Peñón", "Río Negro", "La Unión")
TOML = """\
name = "Provincia Sin Mapa"
language = "es"
timezone = "America/Bogota"
source = "Invented for the tests"
fictional = true

[incidents]
file = "homicidios.csv"
date = "fecha"
block_id = "municipio"
age = "edad"
sex = "sexo"
weapon = "arma"

[incidents.values.sex]
M = "male"
F = "female"

[incidents.values.weapon]
fuego = "firearm"
blanca = "blade"

[[interventions]]
name = { en = "Lights", es = "Luces" }
start = "2020-01-01"
treated = ["San José"]
comparison = ["Ñuñoa"]
"""
BLOCKS = """
[blocks]
file = "municipios.csv"
id = "codigo"
name = "nombre"
population = "habitantes"
district = "region"
"""


def write_nowhere_city(folder: Path, *, blocks: bool = False) -> Path:
    """Write the city into `folder` and return it; with `blocks` it has a table of its areas, with residents and no outlines."""
    folder.mkdir(parents=True)
    (folder / "city.toml").write_text(TOML + (BLOCKS if blocks else ""), encoding="utf-8")
    (folder / "homicidios.csv").write_text("\n".join(_victims()) + "\n", encoding="utf-8")
    rows = [f"{5001 + at:05},{name},{20_000 + 10_000 * at},{'Norte' if at < 3 else 'Sur'}" for at, name in enumerate(AREAS)]
    (folder / "municipios.csv").write_text("\n".join(["codigo,nombre,habitantes,region", *rows]) + "\n", encoding="utf-8")
    return folder


def _victims() -> list[str]:
    """Return 240 people killed in six years, most in the first areas; the name in capitals without accents in every tenth row."""
    rng = np.random.default_rng(3)
    rows = ["fecha,municipio,edad,sexo,arma"]
    for at in range(240):
        name = AREAS[min(int(rng.geometric(0.4)) - 1, len(AREAS) - 1)]
        name = name.upper().translate(str.maketrans("ÑÉÍÓ", "NEIO")) if at % 10 == 0 else name
        day = np.datetime64("2017-01-01") + int(rng.integers(0, 6 * 365))
        rows.append(f"{day},{'' if at == 7 else name},{at % 80},{'MMMF'[at % 4]},{('fuego', 'blanca', '')[at % 3]}")
    return rows
