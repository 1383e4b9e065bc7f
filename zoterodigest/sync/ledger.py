"""The ledger of a run: what has been written so far, and what failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from zoterodigest.library.port import Outcome, Refused, Stale, Unchanged, Written
from zoterodigest.sync.stored_keys import write_as_stored
from zoterodigest.sync.writes import Write

Progress = Callable[[int, int], None]
"""Is told how many objects have been written, and how many there are."""

STALE = "it changed in the library in between"


@dataclass
class Ledger:
    """What has been written so far, and what failed: by key, by row, and by digest."""

    progress: Progress
    total: int
    written: int = 0
    written_digests: int = 0
    written_bibs: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    versions: dict[str, int] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    unwritten: dict[str, str] = field(default_factory=dict)
    succeeded: list[Write] = field(default_factory=list)

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Look at every element of a batch's answer."""
        for outcome in outcomes:
            match outcome:
                case Written(key, version):
                    self.written += 1
                    self.versions[key] = version
                case Unchanged():
                    pass
                case Stale(key):
                    self.stale.add(key)
                case Refused(key, _, message):
                    self.refused[key] = message
        self.progress(self.written, self.total)

    @property
    def failed(self) -> Set[str]:
        """The keys of the objects that were not written."""
        return self.stale | self.refused.keys()

    def go_by(self, keys: Mapping[str, str]) -> None:
        """Know what was created by the keys in the library from now on."""
        self.versions = {keys.get(key, key): at for key, at in self.versions.items()}
        self.succeeded = [write_as_stored(write, keys) for write in self.succeeded]

    def judge(self, write: Write) -> None:
        """Note for the rows of `write` whether it failed."""
        key = write.item.key
        if key not in self.failed:
            self.succeeded.append(write)
            return
        for row_id in write.row_ids:
            self.failures.setdefault(row_id, self.refused.get(key, STALE))
