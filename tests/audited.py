"""Ask PyPI, through pip-audit, which pinned versions have known holes; say plainly where it could not be asked.

    python tests/audited.py requirements.lock

The exit status is 0 only where each version was asked about and none has a hole. pip-audit by itself leaves out what the service does not
know and ends as if all were well (`--strict` mends that), and shows a page of Python where the service cannot be reached.
"""

from __future__ import annotations

import subprocess
import sys

UNASKED = "Not audited: PyPI could not be asked. Run this again where it can be reached."


def audit(lock: str, *more: str) -> int:
    """Audit a lock file, print what was found, and return the exit status."""
    how = ["--strict", "--disable-pip", "--progress-spinner", "off", "--requirement", lock]
    done = subprocess.run([sys.executable, "-m", "pip_audit", *how, *more], capture_output=True, text=True)
    failed = done.stderr.partition("Traceback (most recent call last)")
    print(done.stdout + failed[0], end="", file=sys.stderr if done.returncode else sys.stdout)
    if done.returncode:
        print(f"{UNASKED}\n{done.stderr.strip().splitlines()[-1]}" if failed[1] else "Failed, for the reason above.", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(audit(*sys.argv[1:]))
