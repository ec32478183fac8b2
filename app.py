"""The dashboard's table of contents: `streamlit run app.py`. Each page is one file in `hotspots/dashboard/pages`."""

import streamlit as st

from hotspots.dashboard import frame
from hotspots.dashboard.pages import clusters, concentration, data, methods, overview, trends
from hotspots.dashboard.pages import map as map_page
from hotspots.words import mark

frame.settings()
PAGES = [
    frame.page(overview, mark("Overview")),
    frame.page(map_page, mark("Map"), "map"),
    frame.page(trends, mark("Trends"), "trends"),
    frame.page(clusters, mark("Clusters"), "clusters"),
    frame.page(concentration, mark("Concentration"), "concentration"),
    frame.page(data, mark("Data"), "data"),
    frame.page(methods, mark("Methods"), "methods"),
]
st.navigation(PAGES, position="top").run()
