"""The dashboard with everything loaded before the first reader comes: `streamlit run hotspots/dashboard/serve.py`.

`streamlit run app.py` shows the same pages; there the first reader waits while libraries and data are loaded.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from hotspots.dashboard import cached
from hotspots.dashboard.pages import map, overview, trends

FIRST = (map, overview, trends)  # imported here so that nobody waits for it


@asynccontextmanager
async def warmed(_: st.App) -> AsyncIterator[None]:
    """Load what the first reader will ask for; the server answers once this is done."""
    cached.warm()
    threading.Thread(target=cached.warm_later, daemon=True).start()
    yield


app = st.App(Path(__file__).resolve().parents[2] / "app.py", lifespan=warmed)
