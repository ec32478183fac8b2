"""city.toml: its keys, the check of one that a person wrote, and the one that is worked out where nobody wrote it."""
