"""The dashboard's table of contents: `streamlit run app.py`. Each page is one file in `hotspots/dashboard/restricted/pages`.

With HOTSPOTS_EDITION=public it is the table of contents of `hotspots/dashboard/public`, and nothing else is imported.
"""

import streamlit as st

from hotspots import settings

settings.one_thread()


def restricted() -> None:
    """Show the pages of the restricted edition."""
    from hotspots.dashboard import shell
    from hotspots.dashboard.restricted import address, admission, frame
    from hotspots.words import mark

    address.listen()
    cases = not frame.only_totals()
    pages = {
        "": [
            frame.page("overview", mark("This place"), first=True),
            frame.page("wall", mark("On the wall"), shown=False, whole=True),
        ],
        mark("What changed"): [
            frame.page("change", mark("More than usual?"), shown=cases),
            frame.page("trends", mark("Over the years")),
        ],
        mark("Where to begin"): [
            frame.page("priorities", mark("The first places"), shown=cases),
            frame.page("map", mark("Every measure on the map")),
            frame.page("clusters", mark("More than chance explains"), shown=cases),
            frame.page("concentration", mark("How few places"), shown=cases),
            frame.page("compare", mark("Places side by side"), shown=cases),
        ],
        mark("People"): [
            frame.page("cases", mark("Cases"), shown=cases, needs="cases"),
            frame.page("people", mark("Who was killed"), shown=cases),
            frame.page("repeats", mark("What may be retaliation"), shown=cases, needs="windows"),
        ],
        mark("What was done"): [
            frame.page("interventions", mark("Did it work?")),
        ],
        mark("About the data"): [
            frame.page("data", mark("Data"), everywhere=True),
            frame.page("methods", mark("Methods")),
            frame.page("import_", mark("Import"), cityless=True, needs="import", everywhere=True),
            frame.page("erase", mark("Erase"), cityless=True, needs="erase", everywhere=True),
            frame.page("record", mark("Who saw what"), cityless=True, needs="record", everywhere=True, shown=admission.asked_for()),
            frame.page("publish", mark("Publish"), needs="publish", everywhere=True, narrowed=False),
        ],
    }
    shown = st.navigation(frame.contents(pages), position="top", expanded=True)
    shell.settings("auto")
    shown.run()


if __name__ != "__main__":  # the server that `streamlit run` starts asks what to serve, and to whom
    from hotspots.dashboard import door, shell

    shell.wear_colours()
    app = st.App(__file__, middleware=door.guarded(), routes=shell.routes())
elif settings.edition() == "public":  # chosen before anything of the restricted edition is imported
    from hotspots.dashboard.public import contents

    contents.show()
else:
    from hotspots.dashboard.restricted import cached

    with cached.one_run():
        restricted()
