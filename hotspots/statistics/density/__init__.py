"""Where homicides lie close together: a smooth surface of homicides per km² per year, and its mean over each unit."""

from hotspots.statistics.density.bandwidths import CRITERIA, cross_validated, rule_of_thumb
from hotspots.statistics.density.measures import MEASURES, density, density_state
from hotspots.statistics.density.network import WAYS
from hotspots.statistics.density.places import density_at, mass_inside
from hotspots.statistics.density.relative import RelativeRisk, relative_risk, relative_risk_state, risk_surface
from hotspots.statistics.density.sensitivity import Sensitivity, around, sensitivity
from hotspots.statistics.density.smoothing import EDGES
from hotspots.statistics.density.streets import (
    CROSSINGS,
    Streets,
    along_streets,
    network_density,
    network_density_how,
    network_density_remarks,
    network_density_state,
)
from hotspots.statistics.density.surfaces import KERNELS, RULES, Surface, bandwidth_of, by_unit, surface, usual_bandwidth
from hotspots.statistics.density.window import Window, window_of

__all__ = [
    "CRITERIA", "CROSSINGS", "EDGES", "KERNELS", "MEASURES", "RULES", "WAYS", "RelativeRisk", "Sensitivity", "Streets", "Surface",
    "Window", "along_streets", "around", "bandwidth_of", "by_unit", "cross_validated", "density", "density_at", "density_state",
    "mass_inside", "network_density", "network_density_how", "network_density_remarks", "network_density_state", "relative_risk",
    "relative_risk_state", "risk_surface", "rule_of_thumb", "sensitivity", "surface", "usual_bandwidth", "window_of",
]  # fmt: skip
