"""One reader for each kind of file, each with the same limits: text tables, workbooks, GeoJSON, GeoPackage, Parquet, shapefiles."""
