"""Runs that fail in part, or are not begun."""

from __future__ import annotations

from tests.recordings.scenario import (
    Edit,
    InZotero,
    NewItem,
    Run,
    Scenario,
    Writable,
    Write,
    WriteProtected,
)
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
    WITH_BIB,
    digest,
)

_DIGESTS = 'library = "{library}"\n\n[[digest]]\npath = "one.md"\n\n[[digest]]\npath = "two.md"\n'
_TWO_DIGESTS = {"one.md": digest(LENSES), "two.md": digest(SOUP), "zoterodigest.toml": _DIGESTS}

FAILURES = (
    Scenario(
        "sync-unwritable-digest",
        "A digest that cannot be written stops no other; the next run completes it.",
        _TWO_DIGESTS,
        (
            InZotero(TITLE, {"title": "Small Lenses"}),
            InZotero(OTHER, {"title": "Cooking Soup"}),
            Edit("two.md", "Task: cooking", "Task: soup"),
            WriteProtected("one.md"),
            Run("sync"),
            Run("status --check"),
            Writable(),
            Run("sync"),
        ),
        given=(Run("push --yes"),),
    ),
    Scenario(
        "undo-unwritable-digest",
        "An undo skips a digest that cannot be written; the next undo completes it.",
        _TWO_DIGESTS,
        (
            WriteProtected("one.md"),
            Run("undo --yes"),
            Run("status --check"),
            Writable(),
            Run("undo --yes"),
        ),
        given=(
            Run("push --yes"),
            InZotero(TITLE, {"title": "Small Lenses"}),
            InZotero(OTHER, {"title": "Cooking Soup"}),
            Run("pull --yes"),
        ),
    ),
    Scenario(
        "unwritable-bib",
        "A .bib that cannot be written is named by sync and export; the next run completes it.",
        BIB_PROJECT,
        (
            InZotero(TITLE, {"date": "2021"}),
            WriteProtected("refs.bib"),
            Run("sync"),
            Run("export"),
            Run("undo --yes"),
            Writable(),
            Run("sync"),
        ),
        given=SYNCED,
    ),
    Scenario(
        "unwritable-for-add",
        "Papers that cannot be written into a digest: the run says why, and fails.",
        {**PROJECT, "more.bib": "@misc{me, title={Bread}, author={Doe, Jane}, year=2020}\n"},
        (WriteProtected("papers.md"), Run("add more.bib --offline"), Run("status --check")),
        given=PUSHED,
    ),
    Scenario(
        "unwritable-lock-file",
        "The lock file cannot be written: the next run goes on from the journal.",
        PROJECT,
        (
            Edit("papers.md", "Task: astronomy", "Task: optics"),
            WriteProtected("zoterodigest.lock"),
            Run("push"),
            Run("status"),
            Writable(),
            Run("sync"),
            Run("status --check"),
            Run("undo --yes"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "push-refused-item",
        "What the library refuses is named and tried again; the rest is written.",
        {
            "papers.md": digest(LENSES, SOUP.replace(OTHER, f"Soup {'and more soup ' * 5_000}")),
            "zoterodigest.toml": CONFIGURED,
        },
        (Run("push --dry-run"), Run("push"), Run("status --check"), Run("push")),
    ),
    Scenario(
        "sync-guard",
        "A plan that changes one field in too many entries is stopped.",
        PROJECT,
        (
            Edit("papers.md", "Task: astronomy", "Task: optics"),
            Edit("papers.md", "Task: cooking", "Task: soup"),
            Run("sync --max-changes 1 --dry-run"),
            Run("sync --max-changes 1"),
            Run("sync --max-changes 2"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "sync-emptied-digest",
        "All entries of a digest are deleted: their links end, their items stay.",
        PROJECT,
        (
            Write("papers.md", "# Notes\n"),
            Run("sync"),
            Run("sync"),
            Run("status --check"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "no-consent",
        "Nothing is written without consent.",
        PROJECT,
        (
            Run("push"),
            Run("duplicates --merge ATHER222 THERE222"),
            Run("push --yes"),
            Run("undo"),
        ),
        given=(
            NewItem("ATHER222", {"title": "Something Else"}),
            NewItem("THERE222", {"title": "Something Other"}),
        ),
    ),
    Scenario(
        "ambiguous-entry",
        "Two items may be the work: nothing is created for the entry.",
        PROJECT,
        (
            Run("push --yes --dry-run"),
            Run("push --yes"),
            Run("status --check"),
            Run("sync --json"),
        ),
        given=(
            NewItem("LENSE222", {"title": TITLE, "url": "https://arxiv.org/abs/2201.10001"}),
            NewItem("SKIES222", {"title": "Skies", "url": "https://arxiv.org/abs/2201.10001"}),
        ),
    ),
    Scenario(
        "bad-input",
        "A digest, a configuration or a lock file that cannot be used ends a run before it writes.",
        PROJECT,
        (
            Run("push nothing.md"),
            Write("zoterodigest.toml", "librari = 1\n"),
            Run("sync"),
            Write("zoterodigest.toml", WITH_BIB.replace("{library}", "embedded:lib.sqlite")),
            Run("sync"),
            Write("zoterodigest.toml", CONFIGURED),
            Edit("zoterodigest.lock", "version 2\n", "version 99\n"),
            Run("undo --yes"),
            Run("remove"),
        ),
        given=PUSHED,
    ),
)
