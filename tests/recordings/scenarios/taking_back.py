"""`undo`, `redo`, `remove` and `unlink`."""

from __future__ import annotations

from tests.recordings.scenario import Edit, InNote, InZotero, Run, Scenario, Where
from tests.recordings.scenarios.texts import (
    BIB_PROJECT,
    CONFIGURED,
    LENSES,
    OTHER,
    PROJECT,
    PUSHED,
    SOUP,
    SYNCED,
    TITLE,
    TWO,
    WEATHER,
    digest,
)

_SYNCED_EDITS = (
    *PUSHED,
    Edit("papers.md", "Task: astronomy", "Task: optics"),
    InZotero(OTHER, {"title": "Cooking Soup"}),
    Run("sync --yes"),
)

TAKING_BACK = (
    Scenario(
        "undo-and-redo",
        "A sync is undone at both ends, its edits are pending again, and redo does it again.",
        PROJECT,
        (
            Run("undo --dry-run"),
            Run("undo --yes"),
            Run("status --check"),
            Run("redo --dry-run"),
            Run("redo --yes"),
            Run("status --check"),
            Run("redo --yes"),
        ),
        given=_SYNCED_EDITS,
    ),
    Scenario(
        "undo-first-push",
        "Undoing a first push trashes all it made; a second undo finds no run.",
        TWO,
        (Run("undo --json --yes"), Run("undo --yes"), Run("status papers.md"), Run("redo --yes")),
        given=PUSHED,
    ),
    Scenario(
        "undo-after-edits",
        "What somebody changed since the run stays, is named, and the exit code is 1.",
        PROJECT,
        (
            Edit("papers.md", "**Cooking Soup**", "**Cooking More Soup**"),
            InZotero(TITLE, {"tags": [{"tag": "task:glass"}, {"tag": "venue:CVPR"}]}),
            Run("undo 2 --dry-run"),
            Run("undo 2 --yes"),
            Run("status --check"),
            Run("undo 9"),
        ),
        given=_SYNCED_EDITS,
    ),
    Scenario(
        "undo-bib",
        "Undoing a first sync removes the .bib that it wrote, and redo restores it.",
        BIB_PROJECT,
        (Run("undo --dry-run"), Run("undo --yes"), Run("redo --yes"), Run("sync")),
        given=SYNCED,
    ),
    Scenario(
        "remove",
        "What push made goes into the trash, but what somebody changed stays.",
        PROJECT,
        (
            InNote(TITLE, "see more", "see a lot more"),
            Run("remove --dry-run"),
            Run("remove"),
            Run("status --check"),
            Run("undo --yes"),
            Run("status --check"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "remove-and-relink",
        "A push with `--relink` creates anew what was removed.",
        PROJECT,
        (Run("remove --json"), Run("push"), Run("push --relink --yes"), Run("status --check")),
        given=PUSHED,
    ),
    Scenario(
        "unlink",
        "Links are forgotten, nothing else changes; `push --relink` links again.",
        PROJECT,
        (
            Run("unlink --dry-run"),
            Run("unlink"),
            Run("status --check"),
            Run("push --relink --yes"),
            Run("undo --yes"),
            Run("undo --yes"),
            Run("status --check"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "hotkeys",
        "What an editor runs for the file at hand: each prints one line.",
        {
            "note.md": digest(LENSES),
            "others.md": digest(SOUP, WEATHER),
            "zoterodigest.toml": CONFIGURED.replace("papers.md", "*.md"),
        },
        (
            Run("open note.md --print"),
            Run("open 2301.10003 --print"),
            Run("open others.md --print"),
            Edit("note.md", "Task: astronomy", "Task: optics"),
            Run("sync note.md --dry-run --brief"),
            Run("sync note.md --brief"),
            Run("sync note.md --brief"),
            Run("undo note.md --dry-run --brief"),
            Run("undo note.md --yes --brief"),
            Run("undo note.md --yes --brief"),
        ),
        given=SYNCED,
        where=Where.WEB,
    ),
)
