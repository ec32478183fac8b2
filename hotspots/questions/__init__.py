"""What a page, a brief, a digest or a command asks: one function for each question, from the reader's choices to an `Answer`. No
Streamlit. `restricted` asks a city's own data, `public` a release alone.
"""
