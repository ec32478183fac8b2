"""The restricted edition, on the store: frame, address, caches, pages."""
