"""The boxes that take files: their own words, which Streamlit has in English alone, and why a file is not taken."""

from __future__ import annotations

import json

import streamlit as st
from streamlit import config

from hotspots.words import Words

_STYLE = """<style>
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p,
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; max-width: none; white-space: normal; }
[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p::after { content: %s; font-size: 0.95rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after { content: %s; font-size: 0.85rem; }
[data-testid="stFileChip"][aria-invalid="true"] { flex-wrap: wrap; height: auto; }
[data-testid="stFileChip"][aria-invalid="true"]::after { content: %s; flex-basis: 100%%; font-size: 0.85rem; white-space: normal; }
[data-testid="stTooltipErrorContent"] { display: none; }
</style>"""


def in_words(words: Words) -> None:
    """Put the words of the boxes in the reader's language, and say beside a file that was not taken why, and what to do."""
    most = words.number(int(config.get_option("server.maxUploadSize")))
    texts = (
        words.say("Choose files"),
        words.say("or drop them here; at most {n} MB each, zipped if you like", n=most),
        words.say("Not taken, and not read with the others: it has more than {n} MB, or it did not come whole. Zip or split it.", n=most),
    )
    st.html(_STYLE % tuple(json.dumps(text, ensure_ascii=False) for text in texts))
