"""An agency's name, logo and colours, out of one file: on the screen, the wall, the brief and the public pages."""

from __future__ import annotations

import base64
import io
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from hotspots import settings
from hotspots.words import Told, ToldError, told

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 1_000_000  # of the logo's file
MOST_SIDE = 4_000  # pixels
SHOWN = (480, 160)  # pixels: the logo is made no larger
LONGEST = 80  # letters of the name
CONTRAST = 4.5  # WCAG 2.2, 1.4.3
PAPERS: dict[str, tuple[str, ...]] = {"primary": ("#ffffff", "#fbfaf7"), "primary_dark": ("#12181f", "#18212a")}
USUAL: dict[str, str] = {"primary": "#1f5f8b", "primary_dark": "#7cb7e3"}


class AgencyError(ToldError, ValueError):
    """The file of the agency cannot be used; its `faults` say what is wrong and what to do."""


@dataclass(frozen=True)
class Agency:
    """A name, a logo as PNG (empty where there is none), and the colour of what is chosen on light and on dark ground."""

    name: str
    logo: bytes = b""
    primary: str = USUAL["primary"]
    primary_dark: str = USUAL["primary_dark"]

    @property
    def picture(self) -> str:
        """The logo as the address of a picture that a page holds in itself; empty where there is none."""
        return "data:image/png;base64," + base64.b64encode(self.logo).decode() if self.logo else ""


def agency() -> Agency | None:
    """Return the agency of the file that HOTSPOTS_AGENCY names; None where none is named. An `AgencyError` names every fault at once."""
    named = settings.value("HOTSPOTS_AGENCY")
    return read(Path(named).expanduser()) if named else None


def worn() -> Agency | None:
    """Return the agency whose colours and name a page bears; None where its file cannot be used, too: who runs the dashboard is told."""
    try:
        return agency()
    except AgencyError:
        return None


def read(path: Path) -> Agency:
    """Return the agency of a file such as docs/agency.md shows; an `AgencyError` names every fault at once."""
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise AgencyError(told("agency: {file} cannot be read: {problem}", file=path.name, problem=problem)) from problem
    faults = [*_strange(text), *_name(text.get("name"))]
    colours = text.get("colours") if isinstance(text.get("colours"), dict) else {}
    chosen = {**USUAL, **{key: value for key, value in (colours or {}).items() if key in USUAL}}
    faults += [fault for key, value in chosen.items() for fault in _colour(key, value)]
    logo = b""
    try:
        logo = _logo(path.parent, text.get("logo"))
    except AgencyError as fault:
        faults.extend(fault.faults)
    if faults:
        raise AgencyError(faults)
    return Agency(str(text["name"]).strip(), logo, chosen["primary"].lower(), chosen["primary_dark"].lower())


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2).

    >>> round(contrast("#000000", "#ffffff")), round(contrast("#1f5f8b", "#ffffff"), 1)
    (21, 6.8)
    """
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _strange(text: dict[str, Any]) -> Iterator[Told]:
    colours = text.get("colours", {})
    inside = [f"colours.{key}" for key in colours if key not in USUAL] if isinstance(colours, dict) else ["colours"]
    for key in [*(key for key in text if key not in ("name", "logo", "colours")), *inside]:
        yield told("agency: there is no key {key}; there are name, logo, colours.primary and colours.primary_dark", key=repr(key))


def _name(name: Any) -> Iterator[Told]:
    if not isinstance(name, str) or not name.strip() or len(name) > LONGEST or not name.isprintable():
        yield told("agency: name must be a text of one line, 1 to {most} letters", most=LONGEST)


def _colour(key: str, value: Any) -> Iterator[Told]:
    if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        yield told("agency: colours.{key} must be six digits after a #, such as {usual}", key=key, usual=USUAL[key])
        return
    worst = min(PAPERS[key], key=lambda paper: contrast(value, paper))
    found = contrast(value, worst)
    if found < CONTRAST:
        yield told(
            "agency: colours.{key} {value} has a contrast of {found} on {paper}; text in it could not be read: {least} is needed",
            key=key,
            value=value,
            found=f"{found:.1f}",
            paper=worst,
            least=CONTRAST,
        )


def _logo(folder: Path, name: Any) -> bytes:
    """Return the logo as a new PNG: no more of the file than its pixels goes anywhere."""
    if name is None:
        return b""
    path = folder / str(name)
    if not isinstance(name, str) or not path.resolve().is_relative_to(folder.resolve()):
        raise AgencyError(told("agency: logo must be a file beside the agency's file, named without a way out of its folder"))
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b""
    except OSError as problem:
        raise AgencyError(told("agency: the logo {file} cannot be read: {problem}", file=name, problem=problem.strerror)) from problem
    if not content:
        raise AgencyError(told("agency: the logo {file} is empty or larger than {most} bytes", file=name, most=MOST_BYTES))
    return _pixels(content, name)


def _pixels(content: bytes, name: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if max(picture.size) > MOST_SIDE:
                raise AgencyError(told("agency: the logo {file} is larger than {most} pixels on a side", file=name, most=MOST_SIDE))
            plain = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        if isinstance(problem, AgencyError):
            raise
        raise AgencyError(
            told("agency: the logo {file} is no PNG, JPEG or WebP picture; an SVG can hold a program and is not taken", file=name)
        ) from problem
    plain.thumbnail(SHOWN)
    out = io.BytesIO()
    plain.save(out, format="PNG")
    return out.getvalue()
