"""`gateway` on the command line. Every verb takes --config FILE, --state DIR and --json.

Exit status: 0 done, 1 a failure or a finding, 2 wrong usage. Results go to stdout, everything else to stderr.
"""

from __future__ import annotations

import sys

from gateway.commands import main

if __name__ == "__main__":
    sys.exit(main())
