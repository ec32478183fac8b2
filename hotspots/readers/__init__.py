"""Files → tables → checked layers, with an account of every row."""
