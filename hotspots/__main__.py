"""`python -m hotspots`."""

import sys

from hotspots.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
