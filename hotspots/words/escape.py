"""The one escape: text that comes from data passes here before any HTML or map library sees it."""

from __future__ import annotations

import html
import unicodedata

# Leaflet and folium put text into HTML and, in places, into JavaScript template literals: both must stay inert.
_BEYOND_HTML = {ord(char): f"&#{ord(char)};" for char in "\\`${}"}


def safe_html(text: object) -> str:
    """Return `text` so that a browser shows it letter by letter and runs none of it.

    HTML's five special characters are escaped, then the four with a meaning in a JavaScript template literal and the backslash.

    >>> safe_html("<b>Ana</b> ${x}")
    '&lt;b&gt;Ana&lt;/b&gt; &#36;&#123;x&#125;'
    """
    return html.escape(str(text), quote=True).translate(_BEYOND_HTML)


def safe_cell(text: object) -> object:
    """Return a cell of a table so that a spreadsheet shows its text and does not run it as a formula; other values stay as they are.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell(-3)
    ("'=HYPERLINK(1)", -3)
    """
    if not isinstance(text, str):
        return text
    # Spreadsheets fold full-width signs to plain ones and pass over blanks and a byte order mark before they look.
    seen = unicodedata.normalize("NFKC", text).lstrip(" \N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}")
    return f"'{text}" if seen.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) else text


def safe_markdown(text: str) -> str:
    """Return `text` so that markdown shows it letter by letter.

    >>> safe_markdown("*Ana* $1")
    '\\\\*Ana\\\\* \\\\$1'
    """
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+-.!|~$:&" else char for char in text)
