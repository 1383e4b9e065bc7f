"""An undo as planned: what is to be turned back, and how both ends stand after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from zoterodigest.core.links.link import LockFile
from zoterodigest.core.plan.history import Run
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.contents import Contents
from zoterodigest.sync.apply.changes import Results, Sent
from zoterodigest.sync.gathering.foreseeing import contents_after
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.sources import core_entries, source_with
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.undo.reverting import Declined


@dataclass(frozen=True, slots=True)
class Undoing:
    """An undo as planned; nothing has been written. What is `declined` stays as it is.

    `lock` is the lock file as it is to be if everything can be written. `goes_on` tells that an
    earlier undo of the run did not finish: this one does, whatever is declined. `is_redo` tells
    that the run was an undo: what that one took back is done again.
    """

    workspace: Workspace
    gathered: Gathered
    run: Run
    sent: Sent
    lock: LockFile
    declined: tuple[Declined, ...] = ()
    command: str = "undo"
    goes_on: bool = False
    is_redo: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to turn back."""
        return self.lock == self.gathered.lock and not self.sent

    @property
    def contents_after(self) -> Contents:
        """What the library holds once all is turned back."""
        return contents_after(self.gathered.contents, self.sent.items, self.workspace.zotero)

    @property
    def gathered_after(self) -> Gathered:
        """What would be gathered once all is turned back, with the links as they are."""
        files: dict[str, bytes] = {file.key: file.after or b"" for file in self.sent.files}
        back = tuple(
            source_with(read, files[read.key], self.workspace) if read.key in files else read
            for read in self.gathered.sources
        )
        entries = core_entries(back, self.workspace, with_notes=True)
        return replace(self.gathered, entries=entries, contents=self.contents_after)

    def written(self, results: Results) -> Sent:
        """Return what is turned back by now: all but what failed."""
        return Sent(
            tuple(one for one in self.sent.items if one.key not in results.failed),
            tuple(one for one in self.sent.collections if one.key not in results.failed),
            tuple(file for file in self.sent.files if file.key not in results.unwritten),
        )

    def failed(self, results: Results) -> Iterator[Declined]:
        """Yield what could not be written, by its item or file."""
        by_key = self.gathered.contents.by_key
        names = {one.key: one.name for one in self.sent.collections}
        titles = {one.key: one.title for one in self.run.objects}
        for key, reason in sorted(results.failed.items()):
            item = (by_key[key].json.parent or key) if key in by_key else key
            yield Declined(titles.get(key) or names.get(key, key), str(reason), item)
        for key, error in sorted(results.unwritten.items()):
            yield Declined("", str(error), key)
