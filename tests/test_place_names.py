"""One name for a place: `geography.names`, and nobody else reads the column."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from hotspots.testing import square_blocks

from hotspots import geography

PACKAGE = Path(geography.__file__).parents[1]
# What has a "name" and is no table of units: facts, entries of the log, rows that `geography.names` made, coordinate systems, rivers.
OTHERS = {"facts", "values", "row", "named", "places", "inner", "part"}
ALLOWED = {
    "agency/looks.py": {"text"},  # the file of the agency
    "release/beside.py": {"other.release.facts"},  # the city of another release
    "dashboard/map_component/__init__.py": {"told"},  # what a person called a view
    "dashboard/public/served.py": {"request.path_params"},  # of a file
    "geography/place_names.py": {"units"},
    "release/partition.py": {"blocks"},  # whether a published area may be called by the names of blocks, or by their ids
    "release/ledger.py": {"areas"},  # a published area, as it was published
    "cities/directory.py": {"context", "gazetteer"},  # waters and parks, addresses: no units
    "study/places.py": {"city.context"},
    "questions/restricted/priorities.py": {"services"},  # a layer
    "drawing/site/handout.py": {"services"},
    "cities/sources/services.py": {"one"},  # a field, as a service describes it
    "readers/files/json_tables.py": {"one"},  # the same in a file
    "readers/cityfile/counting.py": {"BLOCK_COLUMNS"},  # what a column of names may be called
    "readers/files/kml.py": {"element"},  # an element of a file
    "drawing/site/programmes.py": {"there"},  # services
    "release/near.py": {"there"},  # services
    "release/places.py": {"there", "table", "streets", "named"},  # streets, waters and parks: what lies in a published area
}


def readings(tree: ast.AST) -> Iterator[str]:
    """Return what each `x["name"]`, `x.get("name")`, `x.loc[…, "name"]` and `"name" in x` of a module reads from; writing is no reading."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _names(node.slice):
            yield ast.unparse(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop") and node.args:
            if _names(node.args[0]):
                yield ast.unparse(node.func.value)
        elif isinstance(node, ast.Compare) and _names(node.left) and isinstance(node.ops[0], ast.In | ast.NotIn):
            yield ast.unparse(node.comparators[0])


def _names(node: ast.AST) -> bool:
    if isinstance(node, ast.Tuple):
        return any(_names(part) for part in node.elts)
    return isinstance(node, ast.Constant) and node.value == "name"


def test_nothing_but_geography_reads_the_names_of_places() -> None:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        bases = {base.removesuffix(".columns").removesuffix(".loc") for base in readings(ast.parse(path.read_text("utf-8")))}
        if left := bases - OTHERS - ALLOWED.get(where, set()):
            found[where] = left
    assert not found, f"say geography.names(units) instead: {found}"


def test_a_place_without_a_name_has_its_id() -> None:
    blocks = square_blocks().assign(name=["", "  ", None, "\u200b"])
    assert geography.names(blocks).tolist() == ["b00", "b01", "b10", "b11"]
    assert geography.own_names(blocks).tolist() == ["", "", "", ""]
    assert geography.names(blocks.drop(columns="name")).tolist() == ["b00", "b01", "b10", "b11"]
    assert geography.names(blocks.assign(name=["b10", "\tNorth\nside ", None, "North  side"])).tolist() == [
        "b10",
        "North side",
        "b10",
        "North side",
    ]
    assert geography.names(blocks.iloc[:0]).tolist() == []


def test_clean_names_and_unclean_ones_are_told_by_one_rule() -> None:
    """One look at all names together must see what a look at each would."""
    given = ["Centro", "Old town", "A | B", "A|B", " x", "x ", "a  b", "a\u00a0b", "\u200b", "", "ñ", "|", " | "]
    expected = [" ".join(one.split()) for one in given]
    expected = [one if any(map(str.isprintable, one)) else "" for one in expected]
    blocks = square_blocks(side=1)
    for one, told in zip(given, expected, strict=True):
        assert geography.own_names(blocks.assign(name=[one]))[blocks.index[0]] == told, one
    several = square_blocks(side=4).iloc[: len(given)].assign(name=given)
    assert geography.own_names(several).tolist() == expected
    assert geography.own_names(several.iloc[:2]).tolist() == ["Centro", "Old town"]
