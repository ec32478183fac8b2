"""What a unit is and is called: blocks, districts, squares, hexagons, street segments; their residents and their neighbours."""

from hotspots.geography.place_names import names, own_names

__all__ = ["names", "own_names"]
