"""Statistics that know no city: intervals, normal range, E-test, random allocation, many tests at once, level shifts; work side by side."""
