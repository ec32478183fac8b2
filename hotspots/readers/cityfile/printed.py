"""The parts of docs/city-file.md that are printed from the rows that the reader reads: keys, kinds, questions."""

from __future__ import annotations

from collections.abc import Mapping

from hotspots.readers.cityfile.keys import (
    AREA_COUNTS,
    BLOCKS,
    CITY,
    COSTS,
    GROUP,
    INCIDENTS,
    INTERVENTION,
    LAYER,
    NOTE,
    SEGMENTS,
    WORDS,
)
from hotspots.readers.doubts import DOUBTS

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "": CITY,
    "[incidents]": INCIDENTS,
    "[area_counts]": AREA_COUNTS,
    "[blocks]": BLOCKS,
    "[districts], [beats]": GROUP,
    "[segments]": SEGMENTS,
    "[layers.NAME]": LAYER,
    "[[events]], [[definition_breaks]]": NOTE,
    "[[interventions]]": INTERVENTION,
    "[costs]": COSTS,
}
_PART = "<!-- {name}: printed from the reader's own rows by `python -m hotspots.readers.cityfile.printed` -->"
_END = "<!-- end of {name} -->"


def printed_keys() -> str:
    """Return the table of all keys: section, key, kind of its value, and whether it must be there."""
    lines = ["| section | key | value | must be there |", "| --- | --- | --- | --- |"]
    for section, keys in SECTIONS.items():
        shown = f"`{section}`" if section else "above all sections"
        lines += [
            f"| {shown} | `{key}` | {WORDS[kind.rstrip('!')]} | {'yes' if kind.endswith('!') else ''} |" for key, kind in keys.items()
        ]
    return "\n".join(lines)


def printed_questions() -> str:
    """Return the table of all questions: id, and the sections that its answer is written in."""
    sections: dict[str, list[str]] = {}
    for row in DOUBTS:
        sections.setdefault(row.id, []).append(f"`[{row.section}]`")
    lines = ["| id | the answer is written under |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| `{id}` | {', '.join(dict.fromkeys(found))} |" for id, found in sections.items())])


def filled(page: str) -> str:
    """Return the page with its printed parts as the rows have them now; all other text stays.

    >>> filled("no part to fill")
    'no part to fill'
    """
    for name, text in (("keys", printed_keys()), ("questions", printed_questions())):
        start, end = _PART.format(name=name), _END.format(name=name)
        before, sign, after = page.partition(start)
        if sign:
            page = f"{before}{start}\n{text}\n{end}{after.partition(end)[2]}"
    return page


if __name__ == "__main__":
    import sys
    from pathlib import Path

    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/city-file.md")
    path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
