"""Law 5 at the door: a run whose plan goes too far is refused, whoever carries it out."""

from __future__ import annotations

from zoterodigest.core.reconcile.guard import GuardStop
from zoterodigest.core.values.record import SECTION
from zoterodigest.errors import ZoterodigestError


class TooMuch(ZoterodigestError):
    """The guard stopped a plan that removes or changes suspiciously much (law 5)."""

    exit_code = 5

    def __init__(self, stop: GuardStop) -> None:
        entries = "1 entry" if stop.count == 1 else f"{stop.count:,} entries"
        name, option = stop.name.removeprefix(SECTION), f"--max-changes {stop.count}"
        change = f"{name} would change in {entries}"
        if not stop.name:
            change, option = f"{entries} would lose values, or go as a whole", "--allow-removals"
        super().__init__(
            f"{change}: more than the {stop.limit:,} that a run may without being told",
            f"Nothing was written. If it is meant so, add {option}.",
        )
        self.stop = stop
