"""The doubt whether less than is served may take its place."""

from __future__ import annotations

from dataclasses import dataclass

from hotspots.readers.faults import DoubtError
from hotspots.words import Told, told


@dataclass(eq=False)
class ShrinkError(DoubtError):
    """What was read holds clearly less than the `version` that is served: `falls` says what fell, from how much to how much."""

    version: int
    falls: tuple[Told, ...]

    def _sentence(self) -> Told:
        return told(
            "what was read holds less than version {version}, which is served: {falls}. Is that right?",
            version=self.version,
            falls=Told("; ".join(f"{{fall{k}}}" for k in range(len(self.falls))), {f"fall{k}": fall for k, fall in enumerate(self.falls)}),
        )
