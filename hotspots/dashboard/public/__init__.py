"""The public edition: its own frame, address, caches and pages, all made from releases. Nothing here knows the store."""
