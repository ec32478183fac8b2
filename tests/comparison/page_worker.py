"""Open pages by their addresses, without a browser, and write down all that each one hands to its reader.

Run by `capture.py` in a process of its own: `python page_worker.py JOB.json`. The job names the tree, the addresses and the file to
write. Nothing of the package is imported here; Streamlit imports the tree's `app.py` as it would for a reader.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import plain_text
import pyarrow.ipc
from google.protobuf.json_format import MessageToDict
from streamlit.elements.widgets.button import ButtonMixin
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

UNSEEN = ("id", "formId", "deferredFileId", "url", "stackTrace", "arrowData", "data", "datasets", "jsContent", "styler")
LAYOUT = ("widthConfig", "heightConfig", "wrap", "hideAnchor", "elementType", "format", "labelVisibility", "rawValue", "setValue")
PASSED_OVER = {*UNSEEN, *LAYOUT, "gapConfig", "flexContainer", "weight", "acceptNewOptions", "tag", "default", "maxSelections"}
DRAWN = (".png", ".html", ".geojson")  # take long: made for one address in fifteen, always the same
FILES: list[tuple[str, str, Any]] = []  # label, name and data of each button of the page open now


def keep_files() -> None:
    """Let every download button also tell us what it gives."""
    draw = ButtonMixin._download_button

    def button(self: Any, label: str, data: Any, file_name: str | None = None, *rest: Any, **more: Any) -> Any:
        FILES.append((label, file_name or "", data))
        return draw(self, label, data, file_name, *rest, **more)

    ButtonMixin._download_button = button  # type: ignore[method-assign]


def open_page(tree: str, address: str) -> AppTest:
    """Open the page at an address such as `/map?city=x&unit=blocks`."""
    page, _, query = address.partition("?")
    app = AppTest.from_file(str(Path(tree) / "app.py"), default_timeout=900)
    app._page_hash = calc_hash(page.strip("/"))  # switch_page knows pages that are files; those of the project are functions
    for name, value in parse_qsl(query):
        app.query_params[name] = value
    return app.run()


def nodes(block: Any, depth: int = 0) -> Iterator[tuple[int, Any]]:
    """Return every part of a page in its order, each with how deep it lies."""
    for part in block.children.values():
        yield depth, part
        if hasattr(part, "children"):
            yield from nodes(part, depth + 1)


def content(part: Any, limit: int) -> str:
    """Return what one part of a page shows."""
    if part.proto is None:
        return ""
    if part.type in ("dataframe", "arrow_data_frame", "table"):
        return plain_text.short(plain_text.table(part.value), limit)
    if part.type == "bidi_component":
        return message(part.proto, limit)
    plain = {name: value for name, value in MessageToDict(part.proto).items() if name not in PASSED_OVER}
    if part.type == "date_input":
        plain = {name: value for name, value in plain.items() if name not in ("min", "max")}  # ten years around today
    if part.type == "vega_lite_chart":
        return chart(part.proto, plain, limit)
    if "options" in plain:
        plain["chosen"] = getattr(part, "value", None)
    body = plain.pop("body", None)
    return plain_text.short((f"{body}\n" if body is not None else "") + (plain_text.pretty(plain) if plain else ""), limit)


def chart(proto: Any, plain: dict[str, Any], limit: int) -> str:
    """Return what a chart is: its rows, then its signs."""
    plain["spec"] = json.loads(plain["spec"])
    sent = [("rows", proto.data), *((one.name, one.data) for one in proto.datasets)]
    rows = [f"{name}: {arrow(one.data)}" for name, one in sent if one.data]
    return plain_text.short("\n".join(rows), limit) + "\n" + plain_text.short(plain_text.pretty(plain), limit)


def arrow(data: bytes) -> str:
    """Return a table sent to the browser as CSV."""
    with pyarrow.ipc.open_stream(data) as stream:
        return plain_text.table(stream.read_all().to_pandas())


def message(proto: Any, limit: int) -> str:
    """Return what a page sends to a part of its own, such as the map."""
    kind = proto.WhichOneof("data")
    sent = getattr(proto, kind) if kind else None
    if isinstance(sent, bytes) and sent.startswith(plain_text.MAP_MAGIC):
        return f"{proto.component_name}\n{plain_text.map_message(sent, limit)}"
    return f"{proto.component_name}\n{sent}"


def told(job: dict[str, Any], address: str) -> dict[str, str]:
    """Return what the page at an address shows, and what its buttons give, by key."""
    FILES.clear()
    app = open_page(job["tree"], address)
    lines = [f"address {sorted((name, app.query_params[name]) for name in app.query_params)}"]
    lines += [f"{'. ' * depth}{part.type}: {content(part, job['limit'])}" for depth, part in nodes(app._tree)]
    key = f"page:{job['prefix']}{address}"
    found = {key: plain_text.steady("\n".join(lines), job["folders"])}
    for label, name, data in list(FILES):
        if name.endswith(".zip") or (name.endswith(DRAWN) and zlib.crc32(address.encode()) % 15):
            continue  # a ZIP publishes when it is made
        made = data() if callable(data) else data
        held = made if isinstance(made, bytes) else str(made).encode()
        found[f"{key} button:{label} {name}"] = plain_text.file(name, held, job["folders"], job["limit"])
    return found


def main() -> None:
    """Open the pages of a job."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    keep_files()
    found: dict[str, str] = {}
    for address in job["asked"]:
        began = time.perf_counter()
        try:
            found |= told(job, address)
        except Exception as fault:
            where = traceback.format_exc().splitlines()[-1]
            found[f"page:{job['prefix']}{address}"] = plain_text.steady(f"{type(fault).__name__}: {where}", job["folders"])
        print(f"{time.perf_counter() - began:.1f} s {address}", file=sys.stderr, flush=True)
    Path(job["out"]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
