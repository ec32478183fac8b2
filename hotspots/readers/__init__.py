"""Files to tables: sniffing, column mapping, dates, coordinates, words, and the account of every row."""
