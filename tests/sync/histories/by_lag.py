"""What happens where one library lags: people edit what two entries share, and sync one digest."""

from __future__ import annotations

from dataclasses import replace

from tests.sync.histories import by_markdown, by_tool, by_zotero
from tests.sync.histories.by_markdown import Pick
from tests.sync.histories.model import letter_of, work_of
from tests.sync.histories.stage import DIGESTS, PEOPLE, Clone, Stage
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.workspace import open_workspace

_SHARED_WORKS, _SHARED_LETTERS = {1, 3}, "tkla"


def edit_markdown(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Edit a digest or a .bib, mostly where other entries of the item show the same."""
    by_markdown.edit(stage, clone, pick, _is_shared if pick[2] % 5 else None)


def edit_zotero(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Edit an item, mostly what several entries show of it."""
    by_zotero.edit(stage, clone, pick, _is_shared if pick[2] % 5 else None)


def _is_shared(token: str) -> bool:
    return letter_of(token) in _SHARED_LETTERS and work_of(token) in _SHARED_WORKS


def sync_one(stage: Stage, clone: Clone, pick: Pick) -> None:
    """Sync one digest alone, or have that killed."""
    names = [name for name in (*DIGESTS, PEOPLE) if (clone.root / name).exists()]
    if not names:
        return
    name, whole = names[pick[0] % len(names)], clone.workspace
    part = replace(open_workspace([clone.root / name], clone.root), library=clone.library)
    stage.tell(f"only {name}")
    clone.__dict__["workspace"] = part
    try:
        if pick[1] % 4:
            by_tool.run(stage, clone, intent.SYNC)
        else:
            by_tool.be_killed(stage, clone, (2, pick[2], pick[0]))
    finally:
        clone.__dict__["workspace"] = whole
