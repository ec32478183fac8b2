"""Compressed files: what is inside is unpacked by us, never more than the limits, under names of our own."""

from __future__ import annotations

import contextlib
import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, cast

from hotspots.readers.files import limits
from hotspots.store import scratch
from hotspots.store.schema import DataError
from hotspots.words import Told, told

BROKEN = (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)


@contextlib.contextmanager
def unpacked_gz(path: Path) -> Iterator[Path]:
    """Give the file inside a .gz, unpacked, as long as it is needed. Raises `DataError` for a flood, and for what is damaged."""
    with scratch.folder() as folder:
        inner = folder / "inside"
        try:
            with gzip.open(path) as file:
                pour(cast("IO[bytes]", file), inner, name=path.name, packed=path.stat().st_size)
        except (OSError, EOFError, zlib.error):
            raise DataError(
                told("{file}: the file ends with .gz and cannot be unpacked; it is damaged or something else", file=path.name)
            ) from None
        yield inner


def pour(source: IO[bytes], target: Path, *, name: str, packed: int) -> None:
    """Write what `source` unpacks to, but never more than 100 times its size: a small file can hold a flood."""
    size = 0
    with target.open("wb") as file:
        while part := source.read(limits.TEXT_PART):
            size += len(part)
            if size > limits.MOST_UNPACKED or (size > limits.SMALL_TABLE and size > limits.MOST_RATIO * max(packed, 1)):
                raise DataError(
                    told(
                        "{file}: the file of {packed} MB holds more than {size} MB; that is no table of homicides: unpack it "
                        "and look at it",
                        file=name,
                        packed=f"{packed / 1e6:,.1f}",
                        size=f"{size / 1e6:,.0f}",
                    )
                )
            file.write(part)


@contextlib.contextmanager
def opened_zip(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """Give a zip archive whose account of itself was checked. Raises `DataError` for one that is damaged or not within the limits."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise DataError(told("{file}: this is no zip archive, whatever its name says; zip the parts of the shapefile again", file=name))
    try:
        _check_directory(path, name)
        with zipfile.ZipFile(path) as archive:
            check_members(archive.infolist(), name, packed=path.stat().st_size)
            yield archive
    except BROKEN as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            told("{file}: the zip archive is damaged or has a password; zip the parts of the shapefile again", file=name)
        ) from None


def _check_directory(path: Path, name: str) -> None:
    """Refuse an archive of more names than we look at, by the number at its end, before the names are read."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - limits.ZIP_END))
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    count = int.from_bytes(end[at + 10 : at + 12], "little") if at >= 0 else 0
    size = int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0
    if count > limits.BOOK_MEMBERS or size > limits.ZIP_DIRECTORY:
        raise _too_much(name, told("{n} or more", n=f"{count:,}"), 0)


def _too_much(name: str, members: Told | str, total: int) -> DataError:
    return DataError(
        told(
            "{file}: the archive has {members} members that unpack to {size} MB; the most we read is "
            "{most_members} members, {most} MB and {ratio} times the archive's size: zip only the parts of one "
            "shapefile",
            file=name,
            members=members,
            size=f"{total / 1e6:,.0f}",
            most_members=limits.ARCHIVE_MEMBERS,
            most=f"{limits.MOST_UNPACKED / 1e6:,.0f}",
            ratio=limits.MOST_RATIO,
        )
    )


def check_members(members: list[zipfile.ZipInfo], name: str, *, packed: int) -> None:
    """Refuse an archive of more, or larger, members than we read, and names or links that lead out of it."""
    total = sum(member.file_size for member in members)
    if (
        len(members) > limits.ARCHIVE_MEMBERS
        or total > limits.MOST_UNPACKED
        or (total > limits.SMALL_ARCHIVE and total > limits.MOST_RATIO * max(packed, 1))
    ):
        raise _too_much(name, f"{len(members):,}", total)
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in member.filename:
            raise DataError(
                told(
                    "{file}: the archive holds a name that leads out of it ({name}); zip the parts again",
                    file=name,
                    name=repr(member.filename[:60]),
                )
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(
                told(
                    "{file}: the archive holds a link to another file ({name}); zip the files themselves",
                    file=name,
                    name=repr(member.filename[:60]),
                )
            )


def take(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, *, name: str) -> None:
    """Unpack one member, a part at a time, so that one that lies about its size is stopped by it."""
    with archive.open(member) as source:
        pour(source, target, name=name, packed=max(member.compress_size, limits.SMALL_ARCHIVE))


def names_in(path: Path) -> list[str]:
    """Return the names in a zip archive that speak of its content, or nothing where it cannot be read."""
    try:
        _check_directory(path, path.name)
        with zipfile.ZipFile(path) as archive:
            found = [member.filename for member in archive.infolist() if not member.is_dir()]
    except BROKEN:
        return []
    return [name for name in found if not name.startswith("__MACOSX/") and not PurePosixPath(name).name.startswith(".")]
