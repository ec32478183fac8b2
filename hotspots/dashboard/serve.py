"""The dashboard with everything loaded before the first reader comes: `streamlit run hotspots/dashboard/serve.py`.

`streamlit run app.py` shows the same pages; there the first reader waits while libraries and data are loaded.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from PIL import Image

from hotspots import settings
from hotspots.dashboard import door, shell, watched

QUIET = 30  # seconds to leave to the first reader before more is made ready


@asynccontextmanager
async def warmed(_: st.App) -> AsyncIterator[None]:
    """Load what the first reader will ask for; the server answers once this is done."""
    settings.one_thread()
    warm()
    rehearse()
    if settings.worker()[0]:
        threading.Thread(target=end_with_parent, daemon=True).start()
    later = threading.Timer(QUIET, warm_later)
    later.daemon = True
    later.start()
    async with watched.announced():
        yield
    later.cancel()


def warm() -> None:
    """Import and make what the edition that runs shows first."""
    if settings.edition() == "public":
        from hotspots.dashboard.public import contents, opened

        _ = contents
        opened.warm()
        return
    from hotspots.dashboard.restricted import cached
    from hotspots.dashboard.restricted.pages import map, overview, trends
    from hotspots.store import StoreError

    _ = (map, overview, trends)  # imported here so that nobody waits for it
    gc.collect()
    gc.freeze()  # the libraries stay: looking through them for what nobody needs took a twentieth of a reader's time
    with suppress(StoreError):  # such as a database that does not answer: the page says so
        cached.warm()


def warm_later() -> None:
    """Make what takes longest and nobody asks for first."""
    if settings.edition() != "public":
        from hotspots.dashboard.restricted import cached

        cached.warm_later(many=bool(settings.worker()[0]))


def end_with_parent() -> None:
    """End where the process that started this one is gone, however it went: nothing can be read from it any more."""
    while sys.stdin.buffer.read(1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def rehearse() -> None:
    """Let Streamlit do now what it does once, at the first element that it draws, and let Pillow learn to read pictures."""
    Image.preinit()
    log = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    log.disabled = True  # it would warn that nobody sees this element, which is meant
    try:
        st.html("<i></i>")
    finally:
        log.disabled = False


shell.wear_colours()
app = st.App(settings.dashboard_folder() / "app.py", lifespan=warmed, middleware=door.guarded(), routes=shell.routes())
