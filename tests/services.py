"""Services on this machine that answer as the published documentation of Socrata, CKAN, Carto and ArcGIS says, and fail on demand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Service:
    """What a test sets, and what it sees: `asked` are the queries. `first` are answers given before any other: (status, headers, body)."""

    rows: list[dict[str, Any]]
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    first: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    break_at: int | None = None  # the offset at which the line breaks
    lie: int = 0  # rows more that it counts
    most: int = 50  # rows that ArcGIS gives at most
    address: str = ""

    def answer(self, path: str, query: dict[str, str]) -> Any:
        if path.endswith("/query"):
            return self.arcgis(query)
        if path.endswith("/datastore_search"):
            offset, limit = int(query["offset"]), int(query.get("limit", 100))
            assert query["resource_id"] == "res-1"
            return {"success": True, "result": {"records": self.rows[offset : offset + limit], "total": len(self.rows) + self.lie}}
        if path.endswith("/sql"):
            return self.carto(query["q"])
        if "$select" in query:
            return [{"n": str(len(self.rows) + self.lie)}]
        offset = int(query.get("$offset", 0))
        assert query["$order"] in ("id", ":id")  # without an order pages may overlap
        return self.rows[offset : offset + int(query.get("$limit", 1000))]

    def carto(self, said: str) -> Any:
        if "count(*)" in said:
            return {"rows": [{"n": len(self.rows) + self.lie}], "total_rows": 1}
        limit, offset = map(int, re.search(r"ORDER BY id LIMIT (\d+) OFFSET (\d+)", said).groups())
        return {"rows": self.rows[offset : offset + limit], "time": 0.01, "total_rows": limit}

    def arcgis(self, query: dict[str, str]) -> Any:
        if "returnCountOnly" in query:
            return {"count": len(self.rows) + self.lie}
        start, limit = int(query["resultOffset"]), min(int(query["resultRecordCount"]), self.most)
        assert query["orderByFields"] == "id"
        part = self.rows[start : start + limit]
        said = {
            "fields": [{"name": "id", "type": "esriFieldTypeString"}, {"name": "day", "type": "esriFieldTypeDate"}],
            "features": [{"attributes": row, "geometry": {"x": -79.4, "y": 43.7}} for row in part],
        }
        return said | ({"exceededTransferLimit": True} if start + limit < len(self.rows) else {})


@contextmanager
def serving(rows: list[dict[str, Any]]) -> Iterator[Service]:
    """Serve the rows on this machine while the block runs."""
    service = Service(rows)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            service.asked.append((parts.path, query, dict(self.headers)))
            if service.first:
                self.give(*service.first.pop(0))
                return
            offset = query.get("$offset") or query.get("offset") or query.get("resultOffset")
            body = json.dumps(service.answer(parts.path, query)).encode()
            if service.break_at is not None and offset == str(service.break_at):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
                return
            mark = '"' + hashlib.sha256(body).hexdigest()[:12] + '"'
            if self.headers.get("If-None-Match") == mark:
                self.give(304, {"ETag": mark}, b"")
            else:
                self.give(200, {"ETag": mark}, body)

        def give(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    service.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
