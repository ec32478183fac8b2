"""The dashboard's table of contents: `streamlit run app.py`. Each page is one file in `hotspots/dashboard/restricted/pages`.

With HOTSPOTS_EDITION=public it is the table of contents of `hotspots/dashboard/public`, and nothing else is imported.
"""

import streamlit as st

from hotspots import settings


def restricted() -> None:
    """Show the pages of the restricted edition."""
    from hotspots.dashboard import shell
    from hotspots.dashboard.restricted import frame
    from hotspots.words import mark

    shell.settings("auto")
    pages = {
        "": [
            frame.page("overview", mark("Overview"), first=True),
            frame.page("map", mark("Map")),
        ],
        mark("When"): [
            frame.page("change", mark("Change")),
            frame.page("trends", mark("Trends")),
        ],
        mark("Where"): [
            frame.page("compare", mark("Compare")),
            frame.page("concentration", mark("Concentration")),
            frame.page("clusters", mark("Clusters")),
        ],
        mark("Who"): [
            frame.page("people", mark("Who was killed")),
        ],
        mark("What to do"): [
            frame.page("repeats", mark("Repeats")),
            frame.page("priorities", mark("Priorities")),
            frame.page("interventions", mark("Did it work?")),
            frame.page("publish", mark("Publish")),
        ],
        mark("About"): [
            frame.page("data", mark("Data")),
            frame.page("import_", mark("Import"), cityless=True),
            frame.page("methods", mark("Methods")),
        ],
    }
    st.navigation(frame.contents(pages), position="top").run()


if __name__ != "__main__":  # the server that `streamlit run` starts asks what to serve, and to whom
    from hotspots.dashboard import door

    app = st.App(__file__, middleware=door.guarded())
elif settings.edition() == "public":  # chosen before anything of the restricted edition is imported
    from hotspots.dashboard.public import contents

    contents.show()
else:
    restricted()
