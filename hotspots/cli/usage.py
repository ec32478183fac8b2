"""What the command line says of its own accord: usage, headings and faults of grammar, in the reader's language."""

from __future__ import annotations

import sys

from hotspots.words import Words, mark

OF_ARGPARSE: tuple[str, ...] = (
    mark("usage: "),
    mark("positional arguments"),
    mark("options"),
    mark("show this help message and exit"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("the following arguments are required: %s"),
    mark("unrecognized arguments: %s"),
    mark("expected one argument"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
    mark("not allowed with argument %s"),
)


def speak(words: Words) -> None:
    """Let argparse say the texts of `OF_ARGPARSE` in a language; it asks gettext for them, which holds no catalogue of ours."""
    vars(sys.modules["argparse"])["_"] = words.say
