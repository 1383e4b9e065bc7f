"""How often Python looks for objects that hold each other: hardly ever, as a command has few.

Only in a process of our own: the Python API leaves this to its caller.
"""

from __future__ import annotations

import gc

# What a command reads and plans lives until its end and has hardly a cycle, so looking for cycles
# finds nothing, and took a fifth of a sync. One of 10,000 entries makes fewer objects than these,
# which was 6 % of its time. What runs for hours must not lose more in cycles.
_SELDOM = (2_000_000, 50, 50)


def look_seldom() -> None:
    """Have Python look for cycles seldom from now on."""
    gc.set_threshold(*_SELDOM)


def forget_imports() -> None:
    """Never look through what has been imported, if cycles are looked for seldom."""
    if gc.get_threshold() == _SELDOM:
        gc.freeze()
