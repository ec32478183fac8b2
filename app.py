"""The dashboard's table of contents: `streamlit run app.py`. Each page is one file in `hotspots/dashboard/pages`."""

import streamlit as st

from hotspots.dashboard import frame
from hotspots.dashboard.pages import map as map_page
from hotspots.dashboard.pages import trends
from hotspots.words import mark

frame.settings()
PAGES = [
    frame.page(map_page, mark("Map"), "map", first=True),
    frame.page(trends, mark("Trends"), "trends"),
]
st.navigation(PAGES, position="top").run()
