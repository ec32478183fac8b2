"""Files of a release that other programs ask for by an address of their own: its feed, and the cards of its areas to show elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hotspots import settings
from hotspots.dashboard import base_map
from hotspots.dashboard.public import opened
from hotspots.drawing.site import cards, feed
from hotspots.words import LANGUAGES

ROOM = "released"  # below the address of the dashboard
KINDS = {"json": "application/json", "xml": "application/atom+xml", "html": "text/html"}


def path(slug: str, name: str) -> str:
    """Return where a file of a release is, seen from any page of the dashboard."""
    return f"{ROOM}/{slug}/{name}"


def folder(slug: str) -> str:
    """Return the whole address of the files of a release, with its last slash: for pages elsewhere."""
    return f"{settings.value('HOTSPOTS_ADDRESS').rstrip('/')}/{path(slug, '')}"


def routes() -> Sequence[BaseRoute]:
    """Return the way to these files."""
    return (Route(f"{base_map.below()}/{ROOM}/{{slug}}/{{name}}", _answer, methods=["GET"]),)


def names_file(language: str) -> str:
    """Return the file of all names by which areas are known, in a language."""
    return f"names.{language}.json"


def _found(slug: str, name: str) -> bytes | None:
    wanted = {make(language): language for make in (feed.file_name, cards.file_name, names_file) for language in LANGUAGES}
    if name not in wanted:
        return None
    return opened.names(slug, wanted[name]) if name.endswith(".json") else opened.file(slug, name, wanted[name], folder(slug))


def _answer(request: Request) -> Response:
    slug, name = request.path_params["slug"], request.path_params["name"]
    found = _found(slug, name) if slug in opened.available() else None
    if found is None:
        return Response(status_code=404)
    kind = KINDS[name.rpartition(".")[2]]
    return Response(found, media_type=kind, headers={"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"})
