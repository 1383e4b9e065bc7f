"""`set`, `duplicates --merge`, `library copy`, `init`; libraries over HTTP and Zotero's own."""

from __future__ import annotations

from tests.recordings.scenario import (
    EMBEDDED,
    Edit,
    InNote,
    InZotero,
    Meanwhile,
    NewItem,
    Run,
    Scenario,
    Where,
)
from tests.recordings.scenarios.texts import (
    LENSES,
    OTHER,
    PROJECT,
    PUSHED,
    SOUP,
    TITLE,
    digest,
)

LIBRARIES = (
    Scenario(
        "set",
        "Fields and the summary of one item are edited; what Zotero lacks is refused.",
        {**PROJECT, "summary.md": "- Lenses, small.\n"},
        (
            Run("set {key:Small Lenses for Large Skies} date=2021 pages=1-9 --dry-run"),
            Run("set {key:Small Lenses for Large Skies} date=2021 pages=1-9"),
            Run(
                "set {key:Small Lenses for Large Skies} authors='Ada Lovelace; Alan Turing' --json"
            ),
            Run("set {key:Small Lenses for Large Skies} --note summary.md"),
            Run("set {key:Small Lenses for Large Skies} colour=red"),
            Run("set ZZZZ2222 title=Nothing"),
            Run("undo --yes"),
            Run("sync --yes"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "duplicates-merge",
        "Two items are merged as Zotero does it; the next sync follows, and undo takes it back.",
        PROJECT,
        (
            Run("duplicates"),
            Run("duplicates --merge LENSE222 {key:Small Lenses for Large Skies} --dry-run"),
            Run("duplicates --merge LENSE222 {key:Small Lenses for Large Skies}"),
            Run("duplicates --merge LENSE222 {key:Small Lenses for Large Skies} --yes"),
            Run("sync"),
            Run("undo --yes"),
            Run("undo --yes"),
            Run("status --check"),
        ),
        given=(
            *PUSHED,
            NewItem(
                "LENSE222",
                {
                    "title": "Small Lenses for Large Skies.",
                    "url": "https://arxiv.org/abs/2201.10001",
                    "pages": "1-9",
                    "tags": [{"tag": "mine"}],
                },
            ),
        ),
    ),
    Scenario(
        "library-copy",
        "A library is copied to another address; the project goes on there.",
        PROJECT,
        (
            Run(f"library copy embedded:{EMBEDDED} embedded:copy.sqlite --dry-run"),
            Run(f"library copy embedded:{EMBEDDED} embedded:copy.sqlite --switch --yes"),
            Run("sync"),
            Run("undo --dry-run"),
            Run(f"library copy embedded:{EMBEDDED} embedded:copy.sqlite"),
            Run("undo --yes"),
            Run("sync"),
            Run("redo --yes"),
            Run("sync"),
        ),
        given=(*PUSHED, NewItem("ATHER222", {"title": "Something Else"})),
        libraries=(EMBEDDED, "copy.sqlite"),
    ),
    Scenario(
        "init",
        "A configuration is written for the files that are named, and never written over.",
        {"papers.md": digest(LENSES, SOUP), "papers.zh.md": digest(LENSES, SOUP)},
        (
            Run("init papers.md papers.zh.md refs.bib"),
            Run("init papers.md"),
            Run("push papers.md --yes"),
            Run("init --fresh"),
            Run("push papers.md --yes"),
        ),
    ),
    Scenario(
        "web-push",
        "A library over HTTP is pushed into and pulled from; the requests are counted.",
        PROJECT,
        (
            Run("push --dry-run"),
            Run("push --yes --stats"),
            InZotero(TITLE, {"title": "Small Lenses"}),
            Run("sync --stats"),
            Run("undo --yes"),
        ),
        where=Where.WEB,
    ),
    Scenario(
        "web-stale-item",
        "An item that changes while a run writes is planned again.",
        PROJECT,
        (
            Edit("papers.md", "Task: astronomy", "Task: optics"),
            Edit("papers.md", "Task: cooking", "Task: soup"),
            Meanwhile(InZotero(TITLE, {"title": "Small Lenses"})),
            Run("sync"),
            Run("status --check"),
        ),
        given=PUSHED,
        where=Where.WEB,
    ),
    Scenario(
        "web-stale-set",
        "An item that changes while `set` writes is left as it is.",
        PROJECT,
        (
            Meanwhile(InZotero(TITLE, {"title": "Small Lenses"})),
            Run("set {key:Small Lenses for Large Skies} title='Large Lenses'"),
            Meanwhile(InZotero(OTHER, {"title": "Cooking Soup"})),
            Run("remove --yes"),
            Run("status --check"),
        ),
        given=PUSHED,
        where=Where.WEB,
    ),
    Scenario(
        "desktop-push",
        "Zotero on this computer asks for permission once, and gives its own keys.",
        PROJECT,
        (Run("push --dry-run"), Run("push --yes"), Run("sync --stats")),
        where=Where.DESKTOP,
    ),
    Scenario(
        "desktop-sync",
        "Edits of a digest and of the Zotero on this computer are synced and undone.",
        PROJECT,
        (
            Edit("papers.md", "Task: astronomy", "Task: optics"),
            InZotero(OTHER, {"title": "Cooking Soup"}),
            InNote(TITLE, "see more", "see a lot more"),
            Run("sync --dry-run"),
            Run("sync"),
            Run("undo --yes"),
            Run("status --check"),
        ),
        given=PUSHED,
        where=Where.DESKTOP,
    ),
    Scenario(
        "desktop-remove",
        "What push made in the Zotero on this computer goes into its trash.",
        PROJECT,
        (Run("remove --dry-run"), Run("remove"), Run("undo --yes"), Run("status --check")),
        given=PUSHED,
        where=Where.DESKTOP,
    ),
)
