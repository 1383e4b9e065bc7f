"""The program: `zoterodigest`, and `python -m zoterodigest`."""

from __future__ import annotations

import gc
import sys


def start() -> int:
    """Run the program and return its exit code; Ctrl-C never ends it with a traceback."""
    try:
        # To import it takes most of the time in which a person sees that the command was wrong.
        from zoterodigest.cli.main import main

        return main()
    except KeyboardInterrupt:
        return 130
    finally:
        # Python would look through all objects as it ends: a seventh of a sync that finds nothing.
        gc.freeze()


if __name__ == "__main__":
    sys.exit(start())
