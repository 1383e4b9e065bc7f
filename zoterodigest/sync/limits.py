"""Law 5 at the door: a run whose plan goes too far is refused, whoever carries it out."""

from __future__ import annotations

from zoterodigest.core.guard import GuardStop
from zoterodigest.core.record import SECTION
from zoterodigest.errors import ZoterodigestError


class TooMuch(ZoterodigestError):
    """The guard stopped a plan that removes or changes suspiciously much (law 5)."""

    exit_code = 5

    def __init__(self, stop: GuardStop) -> None:
        limit = f"more than the {stop.limit:,} that a run may without being told"
        entries = "1 entry" if stop.count == 1 else f"{stop.count:,} entries"
        option = f"--max-changes {stop.count}" if stop.name else "--allow-removals"
        name = stop.name.removeprefix(SECTION)
        change = f"{name} would change in" if stop.name else "values would be removed from"
        super().__init__(
            f"{change} {entries}, {limit}",
            f"Nothing was written. If it is meant so, add {option}.",
        )
        self.stop = stop
