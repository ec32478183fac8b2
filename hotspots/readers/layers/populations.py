"""How many people live in each block: in the layer's own table, or in another one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from hotspots.readers.columns.area_ids import Matched, matched
from hotspots.readers.columns.residents import Numbers, read_residents
from hotspots.readers.files.any_file import read_file
from hotspots.readers.files.text_tables import Table, missing_columns, refuse
from hotspots.readers.report import Finding
from hotspots.readers.sections import BlockSection
from hotspots.store.schema import AGES, CENSUS
from hotspots.words import mark, told

_AGES_MAY_DIFFER, _AGES_MAY_DIFFER_BY = 0.01, 2.0  # of the population; residents


def census_columns(section: BlockSection) -> list[tuple[str, str]]:
    """Return the columns of the residents of each census, as name of ours and name in the file; none where there is one number only."""
    return [(f"{CENSUS}{year}", column) for year, column in section.population_censuses.items()]


def age_columns(section: BlockSection) -> list[tuple[str, str]]:
    """Return the columns of the residents of each age, as name of ours and name in the file."""
    return [(AGES + name, column) for name, column in section.population_ages.items()]


def read_population(section: BlockSection, table: Table, ids: pd.Series) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Return the residents of each block, of all ages and of each age that is known, and what was noticed."""
    if not section.population and not section.population_ages:
        return {"population": pd.Series(np.nan, index=ids.index)}, []
    if section.population_file is None:
        return _counted(section, table, ids)
    return _joined(section, section.population_file, ids)


def _counted(section: BlockSection, table: Table, ids: pd.Series) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Return the populations that one table holds, in its order; without a column of all ages they are added up."""
    found: dict[str, pd.Series] = {}
    noted: list[Finding] = []
    for name, column in _columns(section):
        read = read_residents(table.columns[column], ids, source=table.source, column=column, numbers=_numbers(section, name))
        found[name], findings = read.people, list(read.findings)
        said = {(one.text, one.examples) for one in noted}  # of the rows that lack one number, most lack them all
        of_age = [replace(one, code=f"{one.code}_ages") for one in findings if (one.text, one.examples) not in said]
        noted += of_age if name.startswith(AGES) else findings
    ages = pd.DataFrame({name: found[name] for name, _ in age_columns(section)}, index=ids.index)
    if census_columns(section):
        found, more = _by_census(section, found, table.source)
        noted += more
    if not section.population:
        return {"population": ages.sum(axis=1, min_count=len(ages.columns)), **found}, noted
    return found, [*noted, *_unequal(found["population"], ages, ids, table.source)]


def _numbers(section: BlockSection, name: str) -> Numbers:
    """Return how the numbers are written; of single ages none is held beside the others."""
    checked = section.population_checked or name.startswith(AGES)
    return Numbers(section.population_dot, section.population_times, section.population_unknown, checked)


def _columns(section: BlockSection) -> list[tuple[str, str]]:
    whole = [("population", section.population)] if section.population else []
    return [*(census_columns(section) or whole), *age_columns(section)]


def _by_census(section: BlockSection, found: dict[str, pd.Series], source: str) -> tuple[dict[str, pd.Series], list[Finding]]:
    """Return the residents of each census, those that one lacks as in the nearest that has them, and what is to be told of it."""
    years = sorted(section.population_censuses)
    table = pd.DataFrame({year: found[f"{CENSUS}{year}"] for year in years})
    filled = table.ffill(axis=1).bfill(axis=1)
    patched = filled.notna().any(axis=1) & table.isna().any(axis=1)
    found |= {f"{CENSUS}{year}": filled[year] for year in years} | {"population": filled[years[-1]]}
    text = told(
        "{source}: residents are those of the censuses of {years}; in the years between they lie on a straight line, before {first} and "
        "after {last} they are those of the nearest census",
        source=source,
        years=", ".join(map(str, years)),
        first=years[0],
        last=years[-1],
    )
    noted = [Finding("population_by_census", "accepted", 0, text)]
    if patched.any():
        missing = told(
            "{source}: {n} of {total} blocks have residents in some censuses only; the others were filled from the nearest one",
            source=source,
            n=f"{int(patched.sum()):,}",
            total=f"{len(table):,}",
        )
        noted.append(Finding("census_filled", "repaired", int(patched.sum()), missing))
    return found, noted


def _unequal(whole: pd.Series, ages: pd.DataFrame, ids: pd.Series, source: str) -> list[Finding]:
    """Return a remark on blocks whose ages do not add up to their population within 1 % and 2 residents."""
    apart = (ages.sum(axis=1) - whole).abs()
    odd = np.flatnonzero((apart > np.maximum(_AGES_MAY_DIFFER * whole, _AGES_MAY_DIFFER_BY)) & ages.notna().any(axis=1))
    if not len(odd):
        return []
    first = odd[0]
    text = told(
        "{source}: in {odd} of {ids} blocks the ages do not add up to the population (first: block "
        "{first}, {ages} by age, {whole} in all); rates use the population, age-standardised "
        "rates the ages",
        source=source,
        odd=f"{len(odd):,}",
        ids=f"{len(ids):,}",
        first=ids.iloc[first],
        ages=f"{ages.sum(axis=1).iloc[first]:,.0f}",
        whole=f"{whole.iloc[first]:,.0f}",
    )
    return [
        Finding(
            "population_ages_unequal", "accepted", len(odd), text, mark("Check that both are of the same census and no age is left out.")
        )
    ]


def _joined(section: BlockSection, file: Path, ids: pd.Series) -> tuple[dict[str, pd.Series], list[Finding]]:
    columns = _columns(section)
    other = read_file(file, needs=(*(column for _, column in columns), section.population_id), sheet=section.population_sheet)
    refuse(missing_columns(other, [*columns, ("population_id", section.population_id)]))
    keys = other.columns[section.population_id].str.strip()
    broken = other.rows[other.spoiled != ""]
    faults = []
    if len(broken):
        faults.append(
            told(
                "{file}: {n} rows have too many or too few values (first: row {first}); correct the file",
                file=other.source,
                n=f"{len(broken):,}",
                first=broken[0],
            )
        )
    found = matched(keys.unique(), ids.tolist())
    written, keys = keys, keys.map(lambda key: found.known.get(key, key))
    repeated = keys[keys.duplicated()].unique()
    if len(repeated):
        faults.append(
            told(
                "{file}: {n} ids occur more than once (first: {first}); keep one row per block",
                file=other.source,
                n=f"{len(repeated):,}",
                first=repeated[0],
            )
        )
    shared = keys.isin(ids)
    if not shared.any():
        faults.append(
            told(
                "{file}: no value of {column} (first: {first}) is a block id (first: {known}); correct population_id in city.toml or the "
                "file",
                file=other.source,
                column=repr(section.population_id),
                first=repr(keys.iloc[0]),
                known=repr(ids.iloc[0]),
            )
        )
    refuse(faults)
    people, findings = _counted(section, other, keys)
    findings = [*other.findings, *findings, *_spelled(found, written, other.source)]
    without, spare = int((~ids.isin(keys)).sum()), int((~shared).sum())
    if without or spare:
        first = ids[~ids.isin(keys)].iloc[0] if without else keys[~shared].iloc[0]
        text = told(
            "{source}: {without} of {ids} blocks have no row (population missing), {spare} of {keys} rows have no block (first: {first})",
            source=other.source,
            without=f"{without:,}",
            ids=f"{len(ids):,}",
            spare=f"{spare:,}",
            keys=f"{len(keys):,}",
            first=first,
        )
        findings.append(
            Finding(
                "population_mismatch", "accepted", without + spare, text, mark("Check that blocks and population are of the same census.")
            )
        )
    return {name: ids.map(pd.Series(column.to_numpy(), index=keys)) for name, column in people.items()}, findings


def _spelled(found: Matched, keys: pd.Series, source: str) -> list[Finding]:
    """Return a remark on ids that the two files write differently."""
    changed = int(keys.isin(found.changed).sum())
    if not changed:
        return []
    text = told(
        "{source}: {n} of {total} ids are written otherwise than those of the blocks ({reasons}); each was matched to the one block that "
        "it can be: {shown}",
        source=source,
        n=f"{changed:,}",
        total=f"{len(keys):,}",
        reasons=found.reasons,
        shown=found.shown,
    )
    return [Finding("population_id_spelled", "repaired", changed, text)]
