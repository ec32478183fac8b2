"""The map's own words."""

from __future__ import annotations

from hotspots.words import Words, mark

MAP_WORDS: dict[str, str] = {
    "zoom_in": mark("Zoom in"),
    "zoom_out": mark("Zoom out"),
    "whole_city": mark("Show the whole city"),
    "scroll_hint": mark("Hold Ctrl and scroll to zoom, or click the map first"),
    "help": mark("Arrow keys move the map, plus and minus zoom, Enter chooses the place in the middle, Escape clears the choice."),
    "legend": mark("Legend"),
    "units": mark("places"),
    "waiting": mark("Drawing the map…"),
    "failed": mark("The map's shapes did not arrive. Reload the page to try again."),
}


def spoken(words: Words) -> dict[str, str]:
    """Return the map's words in a language."""
    return {name: words.say(text) for name, text in MAP_WORDS.items()} | {"lang": words.language}
