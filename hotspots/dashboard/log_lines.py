"""The log as lines of JSON that hold nothing of a victim: HOTSPOTS_LOG=json.

A line says when, how grave, who says it, what and where in the program. What came with a fault is left out, for the text of a fault can be
a value out of the data, as is all that other libraries fill into their sentences; addresses lose their choices, which can be a place.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
import warnings
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import streamlit.logger
import uvicorn.config

from hotspots import settings

OURS = "hotspots"
LITERAL = (OURS, "streamlit", "uvicorn")  # whose sentences are fixed texts into which values are filled apart
FORMS = ("text", "json")
LOG = logging.getLogger(__name__)
_PLAIN = re.compile(r"(?:/[a-z_-]{1,40})*")


def asked_for() -> bool:
    """Return whether the log is to be lines of JSON; a form that is none stops the start."""
    form = settings.value("HOTSPOTS_LOG")
    if form not in FORMS:
        raise SystemExit(f"HOTSPOTS_LOG is {form!r}; use one of {', '.join(FORMS)}. Nothing was started.")
    return form == "json"


def begin() -> None:
    """Let everything that this process logs be such lines, where that is asked for; what a library's logger writes too."""
    if not asked_for():
        return
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(logging.INFO)
    for name in ("default", "access"):
        uvicorn.config.LOGGING_CONFIG["formatters"][name] = {"()": JsonLines}
    logging.getLogger("uvicorn.access").addFilter(lambda _: False)  # `watched` has a line for each request
    own = streamlit.logger.setup_formatter

    def ours(logger: logging.Logger) -> None:
        own(logger)
        for one in logger.handlers:
            one.setFormatter(JsonLines())

    streamlit.logger.setup_formatter = ours
    streamlit.logger.update_formatter()
    sys.excepthook = _ended
    threading.excepthook = _thread_ended
    warnings.showwarning = _warned


class JsonLines(logging.Formatter):
    """One line for each record."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "said": said(record),
            "where": f"{record.module}:{record.lineno}",
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line |= fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def said(record: logging.LogRecord) -> str:
    """Return the sentence of a record without what may be data: ours with what was filled in, up to the end of its first line.

    >>> said(logging.LogRecord("hotspots.x", 40, "x.py", 1, "a page failed, reference %s", ("12ab",), None))
    'a page failed, reference 12ab'
    >>> said(logging.LogRecord("streamlit.x", 40, "x.py", 1, "cannot show %s", ("a name",), None))
    'cannot show %s'
    >>> said(logging.LogRecord("asyncio", 40, "x.py", 1, "Task failed: ValueError('a name')", None, None))
    ''
    """
    base = record.name.partition(".")[0]
    if base not in LITERAL and not record.args:
        return ""
    return (record.getMessage() if base == OURS else str(record.msg)).partition("\n")[0]


def fault(raised: BaseException) -> dict[str, Any]:
    """Return what a fault is and through which lines of the program it came; not its text."""
    came = traceback.extract_tb(raised.__traceback__)
    trace = [f"{'/'.join(Path(step.filename).parts[-2:])}:{step.lineno} {step.name}" for step in came]
    cause = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)
    return {"fault": type(raised).__qualname__, "trace": trace, **({"after": type(cause).__qualname__} if cause else {})}


def plain(path: str) -> str:
    """Return the part of a path that says what was asked for and no more: words, up to the first that has something else in it.

    >>> plain("/cases"), plain("/_stcore/upload_file/4f2a/9b"), plain("/media/0a1b.csv"), plain("/../x")
    ('/cases', '/_stcore/upload_file', '/media', '/')
    """
    found = _PLAIN.match(path)
    return (found[0] if found else "") or "/"


def _ended(kind: type[BaseException], raised: BaseException, trace: TracebackType | None) -> None:
    LOG.critical("the program ended", exc_info=(kind, raised, trace))


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        LOG.error("a thread ended", exc_info=ended.exc_value)


def _warned(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, file: TextIO | None = None, line: str | None = None
) -> None:
    LOG.warning("%s at %s:%d", category.__name__, "/".join(Path(filename).parts[-2:]), lineno)
