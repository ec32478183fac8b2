"""What every answer of the server tells the browser to refuse, whatever stands in a page: scripts, pictures and requests from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Streamlit's page is made of its own files; only styles are written into it, and pictures that the page itself draws.
POLICY: dict[str, str] = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
ALWAYS: dict[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def own_scripts() -> list[str]:
    """Return the hashes of the scripts that stand in Streamlit's own page: these may run, and no other that is written into a page."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    hashes = [hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page)]
    return [f"'sha256-{base64.b64encode(one).decode()}'" for one in hashes]


class Headers:
    """Add them to every answer. `framed`: other sites may show these pages in a frame, as they do cards; `encrypted`: TLS for a year."""

    def __init__(self, app: ASGIApp, *, framed: bool, encrypted: bool = False) -> None:
        self.app = app
        policy = {**POLICY, "script-src": " ".join([POLICY["script-src"], *own_scripts()])}
        if not framed:
            policy["frame-ancestors"] = "'none'"
        self.headers = {**ALWAYS, "Content-Security-Policy": "; ".join(f"{name} {allowed}" for name, allowed in policy.items())}
        if not framed:
            self.headers["X-Frame-Options"] = "DENY"
        if encrypted:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the headers that the answer does not set itself."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    answer.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)
