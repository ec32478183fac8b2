"""What stands in a column: dates and clocks, places, numbers, the words for both, and values that stand for none."""
