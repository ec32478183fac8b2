"""Streamlit's socket without a browser: ask for any page with any sign-in, and see every byte that comes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from websockets.sync.client import connect


def cookie_of(claims: Mapping[str, object], *, origin: str, secret: str) -> str:
    """Return the cookie that Streamlit gives to somebody of whom the provider says this."""
    said = {**claims, "origin": origin, "is_logged_in": True, "provider": "default"}
    return f"_streamlit_user={create_signed_value(secret, '_streamlit_user', json.dumps(said)).decode()}"


def received(address: str, page: str, query: str, *, cookie: str = "", by_name: bool = False) -> bytes:
    """Return all that the server sends when a page is asked for, by the hash of its script or its name, until its script has ended."""
    token, came = generate_xsrf_token_string(), b""
    headers = {"Cookie": "; ".join(one for one in (f"_streamlit_xsrf={token}", cookie) if one)}
    socket = f"{address.replace('http:', 'ws:')}/_stcore/stream"
    asked = BackMsg()
    asked.rerun_script.query_string = query
    asked.rerun_script.page_name = page if by_name else ""
    asked.rerun_script.page_script_hash = "" if by_name else calc_hash(page)
    with connect(socket, origin=address, additional_headers=headers, subprotocols=["streamlit", token], max_size=None) as line:
        line.send(asked.SerializeToString())
        while True:
            piece = line.recv(timeout=60)
            came += piece
            if ForwardMsg.FromString(piece).WhichOneof("type") == "script_finished":
                return came
