"""Places with more homicides than chance explains, told apart from noise; and descriptions of how alike neighbours are."""

from hotspots.geography.adjacency import RULES, Contiguity, contiguity, neighbours
from hotspots.statistics.clusters.association import gi_star, local_i, morans_i
from hotspots.statistics.clusters.circles import FEWEST_EVENTS, SIMULATIONS, Scan, circular_scan
from hotspots.statistics.clusters.detectable import detectable_risk
from hotspots.statistics.clusters.emerging_classes import CLASS_WORDS, Emergence, emergence, mann_kendall
from hotspots.statistics.clusters.exact_window import BASELINES, LEVEL, METHODS, Calibration, Windows, events_in, null_calibration, windows
from hotspots.statistics.clusters.lasting import REDRAWS, SHARE, Redrawing
from hotspots.statistics.clusters.maps import (
    CALIBRATED,
    COMPARED,
    DESCRIPTIVE,
    FEW_IN_WINDOW,
    advice,
    calibration,
    descriptive,
    hot_places,
    sizes,
    together,
    too_few,
)
from hotspots.statistics.clusters.measures import (
    HOT_WORDS,
    MEASURES,
    emerging,
    getis_ord,
    hot_spot,
    hot_spot_state,
    local_moran,
    scan,
    window_test,
    window_test_state,
)
from hotspots.statistics.clusters.outbreaks import DAYS, RADIUS, space_time_scan
from hotspots.statistics.clusters.power import ADVICE, Advice, sparse
from hotspots.statistics.clusters.smoothed import local_shrinkage, local_shrunk_rate, local_shrunk_state

__all__ = [
    "ADVICE", "BASELINES", "CALIBRATED", "CLASS_WORDS", "COMPARED", "DAYS", "DESCRIPTIVE", "FEWEST_EVENTS", "FEW_IN_WINDOW", "HOT_WORDS",
    "LEVEL", "MEASURES", "METHODS", "RADIUS", "REDRAWS", "RULES", "SHARE", "SIMULATIONS", "Advice", "Calibration", "Contiguity",
    "Emergence", "Redrawing", "Scan", "Windows", "advice", "calibration", "circular_scan", "contiguity", "descriptive", "detectable_risk",
    "emergence", "emerging", "events_in", "getis_ord", "gi_star", "hot_places", "hot_spot", "hot_spot_state", "local_i",
    "local_moran", "local_shrinkage", "local_shrunk_rate", "local_shrunk_state", "mann_kendall", "morans_i", "neighbours",
    "null_calibration", "scan", "sizes", "space_time_scan", "sparse", "together", "too_few", "window_test", "window_test_state",
    "windows",
]  # fmt: skip
