"""By what an area is known, in words, for every public face: its neighbourhoods and the streets around it."""

from __future__ import annotations

from collections.abc import Mapping

from hotspots.release import Reading
from hotspots.words import Words, mark

KINDS: Mapping[str, str] = {
    "area": mark("Area"),
    "district": mark("District"),
    "street": mark("Street"),
    "layer": mark("Place on the map"),
    "address": mark("Address"),
}


def known_by(reading: Reading, area: str, words: Words) -> str:
    """Return where an area lies, by names that people know; empty where the release brings none."""
    known = reading.release.places.get("known", {}).get(area, {})
    within, streets = known.get("within", ()), known.get("streets", ())
    lines = [words.say("In {districts}.", districts=words.join(within))] if within else []
    lines += [words.say("Around it: {streets}.", streets=words.join(streets))] if streets else []
    return " ".join(lines)
