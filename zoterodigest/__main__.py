"""`python -m zoterodigest`."""

from __future__ import annotations

import sys

from zoterodigest.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
