"""The dashboard's table of contents: `streamlit run app.py`. Each page is one file in `hotspots/dashboard/pages`.

With HOTSPOTS_EDITION=public it is the table of contents of `hotspots/dashboard/public`, and nothing else is imported.
"""

import streamlit as st

from hotspots import settings

if settings.edition() == "public":  # chosen before anything of the restricted edition is imported
    from hotspots.dashboard.public import contents

    contents.show()
    st.stop()

from hotspots.dashboard import frame
from hotspots.dashboard.pages import (
    change,
    clusters,
    compare,
    concentration,
    data,
    interventions,
    methods,
    overview,
    people,
    priorities,
    publish,
    repeats,
    trends,
)
from hotspots.dashboard.pages import map as map_page
from hotspots.words import mark

frame.settings()
PAGES = [
    frame.page(overview, mark("Overview")),
    frame.page(map_page, mark("Map"), "map"),
    frame.page(change, mark("Change"), "change"),
    frame.page(trends, mark("Trends"), "trends"),
    frame.page(clusters, mark("Clusters"), "clusters"),
    frame.page(people, mark("Who was killed"), "people"),
    frame.page(compare, mark("Compare"), "compare"),
    frame.page(concentration, mark("Concentration"), "concentration"),
    frame.page(priorities, mark("Priorities"), "priorities"),
    frame.page(repeats, mark("Repeats"), "repeats"),
    frame.page(interventions, mark("Did it work?"), "interventions"),
    frame.page(data, mark("Data"), "data"),
    frame.page(publish, mark("Publish"), "publish"),
    frame.page(methods, mark("Methods"), "methods"),
]
st.navigation(PAGES, position="top").run()
