"""Homicides block by block: counts, rates, density and change."""

__version__ = "0.1.0"
