"""How long each page takes to be drawn again after a filter was changed: CPU time of one run of the script, nothing asserted."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

PAGES = ("", "map", "change", "trends", "clusters", "people", "compare", "concentration", "priorities", "repeats", "interventions")
FILTERS = ({"from": "2005-01-01"}, {"from": "2006-01-01"}, {"from": "2007-01-01"})  # each new: nothing of it is kept yet
BUNDLED = ({"weapon": "firearm"}, {"weapon": "blade"}, {"sex": "male"})


def redraw(page: str, city: str, filters: tuple[dict[str, str], ...]) -> list[float]:
    """Return the seconds of CPU time of each run with another filter; the page was open before, without one."""
    from opened import open_page

    open_page(page, lang="en", city=city)
    found = []
    for query in filters:
        start = time.process_time()
        app = open_page(page, lang="en", city=city, **query)
        found.append(time.process_time() - start)
        assert not app.exception, page
    return found


def main() -> None:
    """Print a row for each page: the least and the largest of the runs, on the bundled city and, where given, on another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="a folder with a city.toml, such as Chicago; left out: the bundled city alone")
    parser.add_argument("--pages", default=",".join(PAGES[1:]), help="which pages, with commas between")
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory() as store:
        os.environ["HOTSPOTS_STORE"] = store
        from hotspots import cities

        cities.ensure_bundled()
        places = [("puerto-albatros", BUNDLED)]
        if choices.folder:
            places.append((cities.import_folder(Path(choices.folder)).slug, FILTERS))
        for slug, filters in places:
            for page in choices.pages.split(","):
                times = redraw(page, slug, filters)
                print(f"{slug}\t{page or 'overview'}\t{min(times):.2f} to {max(times):.2f} s", flush=True)


if __name__ == "__main__":
    main()
