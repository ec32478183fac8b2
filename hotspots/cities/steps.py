"""The steps of an import, told one by one with their number."""

from __future__ import annotations

from collections.abc import Callable

from hotspots.readers.sections import CityFile
from hotspots.words import Told, told

Progress = Callable[[str], None]


class Steps:
    """Tells each step of the import of a city: `step 2 of 4: reading homicides.csv`. No share of the time is promised.

    The steps are known from the city.toml: the blocks, the incidents (the file, then its dates and places), the published
    totals, and the publication.
    """

    def __init__(self, city_file: CityFile, progress: Progress | None) -> None:
        self.total = 1 + (city_file.blocks is not None) + 2 * (city_file.incidents is not None) + bool(city_file.area_counts)
        self.done = 0
        self.progress = progress

    def __call__(self, step: Told) -> None:
        """Tell the next step."""
        self.done += 1
        if self.progress:
            self.progress(told("step {k} of {n}: {step}", k=self.done, n=self.total, step=step))

    def passed_on(self, step: str) -> None:
        """Pass on a step that another process has numbered."""
        self.done += 1
        if self.progress:
            self.progress(step)
