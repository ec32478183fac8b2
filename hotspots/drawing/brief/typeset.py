"""Sets one page of Typst and ends: run as a program of its own, because what the compiler keeps it keeps as long as its process lives.

Reads from its input JSON of `source`, `fonts` (folders of letters) and whatever else `typst.compile` takes, and writes what came out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

LONGEST = 120.0  # seconds for one file


def compiled(source: str, *, fonts: list[str], **how: Any) -> bytes:
    """Return what Typst makes of a source with the letters of some folders, and of no other; `how` are plain values for its compiler.

    Raises `RuntimeError` with what the compiler says where it refuses.

    >>> compiled("#set page(width: 9pt, height: 9pt)", fonts=[], format="png")[1:4]
    b'PNG'
    """
    asked = json.dumps({"source": source, "fonts": fonts, "how": how}).encode()
    done = subprocess.run([sys.executable, "-P", __file__], input=asked, capture_output=True, timeout=LONGEST, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise RuntimeError(f"typst: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def main() -> None:
    """Do what is asked at the input; what is wrong is the last word and the exit status."""
    import typst

    asked = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=asked["fonts"])
    try:
        found = typst.compile(asked["source"].encode(), font_paths=fonts, **asked["how"])
    except typst.TypstError as refused:
        raise SystemExit(str(refused)) from None
    if not isinstance(found, bytes):
        raise SystemExit("more than one file came out")
    sys.stdout.buffer.write(found)


if __name__ == "__main__":
    main()
