"""`python -m screens.input`: the process of the input methods."""

import sys

from screens.input.worker import main

if __name__ == "__main__":
    sys.exit(main())
