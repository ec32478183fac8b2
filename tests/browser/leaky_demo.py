"""A page that leaks: a table with a column that nobody sees, and a file. The scan of the wire must find both."""

from __future__ import annotations

import pandas as pd
import streamlit as st

st.title("A page that leaks")
rows = pd.DataFrame({"case": ["zzcase00001q"], "shown": [1]})
st.dataframe(rows, column_config={"case": None})
st.download_button("File", data=b"\x1f\x8b" + b"zzaddress 1", file_name="leak.bin")
