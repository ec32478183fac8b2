"""The table of defects is about the code as it stands: each text is there once, each replacement can be read, each test exists."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from defects.table import DEFECTS, NOTHING, Defect

ROOT = Path(__file__).resolve().parent.parent
EVERY = (NOTHING, *DEFECTS)


@pytest.mark.parametrize("defect", EVERY, ids=lambda one: f"{one.path}: {one.means}")
def test_it_is_about_the_code_as_it_stands(defect):
    source = (ROOT / defect.path).read_text(encoding="utf-8")
    changed = defect.applied(source)
    assert changed != source
    if defect.path.endswith(".py"):
        same = ast.dump(ast.parse(changed)) == ast.dump(ast.parse(source))
        assert same == (defect is NOTHING)
    for test in defect.tests:
        file, _, name = test.partition("::")
        named = {one.name for one in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))) if isinstance(one, ast.FunctionDef)}
        assert not name or name in named, f"there is no test {test}"


def test_a_text_that_is_gone_or_there_twice_is_told():
    defect = Defect("store", "it does not wait", "f.py", "a\n", "b\n", ("tests/test_store.py",))
    assert defect.applied("a\nc\n") == "b\nc\n"
    for source, times in (("c\n", 0), ("a\na\n", 2)):
        with pytest.raises(ValueError, match=rf"f\.py has {times} times, not once: 'a\\n'"):
            defect.applied(source)


def test_every_protection_has_some_and_no_two_are_the_same():
    parts = {"release", "signature", "escape", "store", "access", "record", "server", "isolation"}
    assert {one.part for one in DEFECTS} == parts
    assert len(DEFECTS) >= 30
    assert len({one.means for one in DEFECTS}) == len({(one.path, one.old) for one in DEFECTS}) == len(DEFECTS)
