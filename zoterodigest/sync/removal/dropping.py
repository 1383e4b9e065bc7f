"""Dropping: items and notes of entries that left, for the trash if nobody used them (law 8)."""

from __future__ import annotations

from dataclasses import replace

from zoterodigest.core.plan.plan import Plan, TrashItem, TrashNote
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.removal.removal import Kept, Removal, title_of


def without_used(plan: Plan, workspace: Workspace, gathered: Gathered) -> tuple[Plan, list[Kept]]:
    """Return `plan` without trashing what somebody changed or uses, and what is kept for that."""
    rows = {row.id: row for row in gathered.lock.rows}
    items = {item.key: item for item in gathered.contents.items}
    kept: list[Kept] = []
    actions = []
    for action in plan.actions:
        if isinstance(action, TrashItem):
            removal = Removal(workspace, gathered, [rows[action.row_id]])
            if reason := removal.reason_to_keep(action.key):
                kept.append(Kept(title_of(items[action.key]), reason))
                continue
        if isinstance(action, TrashNote):
            row = rows[action.row_id]
            if not Removal(workspace, gathered, [row]).is_untouched(row):
                kept.append(Kept(title_of(items[action.item]), "its doubled note was changed"))
                continue
        actions.append(action)
    return replace(plan, actions=tuple(actions)) if kept else plan, kept
