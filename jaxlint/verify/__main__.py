"""`python -m jaxlint.verify`."""

from __future__ import annotations

import sys

from jaxlint.verify.command import main

if __name__ == "__main__":
    sys.exit(main())
