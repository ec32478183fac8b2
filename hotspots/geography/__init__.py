"""What a unit is and is called: blocks, districts, squares, hexagons, street segments; their residents and their neighbours."""
