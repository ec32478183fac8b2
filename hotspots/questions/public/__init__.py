"""Questions to a release: what the public edition may ask."""
