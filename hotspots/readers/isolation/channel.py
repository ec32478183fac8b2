"""Messages between two processes: one line of JSON each, over a pair of files."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from hotspots.readers.isolation.limits import ANSWER_BYTES


class Channel:
    """Sends and receives plain values."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self.incoming, self.outgoing = incoming, outgoing

    def send(self, message: dict[str, Any]) -> None:
        """Send one message. Raises `OSError` where the other process is gone."""
        self.outgoing.write(json.dumps(message).encode() + b"\n")
        self.outgoing.flush()

    def receive(self) -> dict[str, Any] | None:
        """Return the next message, or None where the other process is gone or says what is no message."""
        try:
            line = self.incoming.readline(ANSWER_BYTES)
            message = json.loads(line) if line.endswith(b"\n") else None
        except (OSError, ValueError, RecursionError):
            return None
        return message if isinstance(message, dict) else None
