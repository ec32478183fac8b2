"""One file for each page of the public edition, with one function: `render`."""
