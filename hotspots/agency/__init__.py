"""The agency that runs the dashboard: its name, logo and colours, and who of its people may see and do what; each out of one file."""

from hotspots.agency.access import EVERYTHING, RIGHTS, ROLES, Access, AccessError, Rule, Table, access_of, refused, table
from hotspots.agency.looks import Agency, AgencyError, agency, contrast, read, worn

__all__ = [
    "EVERYTHING",
    "RIGHTS",
    "ROLES",
    "Access",
    "AccessError",
    "Agency",
    "AgencyError",
    "Rule",
    "Table",
    "access_of",
    "agency",
    "contrast",
    "read",
    "refused",
    "table",
    "worn",
]
