"""A table → a checked layer: incidents, blocks, published totals, residents, districts and beats."""
