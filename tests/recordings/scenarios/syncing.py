"""`push`, `pull` and `sync`."""

from __future__ import annotations

from tests.builders import a_file, a_highlight
from tests.recordings.scenario import Edit, InNote, InZotero, NewItem, Run, Scenario, Write
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

SYNCING = (
    Scenario(
        "push-first",
        "A first push shows its plan, writes, and has nothing to do when it is repeated.",
        TWO,
        (Run("push papers.md --dry-run"), Run("push papers.md"), Run("push papers.md")),
    ),
    Scenario(
        "push-edits",
        "Edits of a digest, a new entry among them, reach the library.",
        PROJECT,
        (
            Edit("papers.md", "Task: astronomy", "Task: optics"),
            Edit("papers.md", "Many of them see more.", "Many of them see much more."),
            Edit("papers.md", "*arXiv 2023*", "*ICML 2023*"),
            Edit("papers.md", "stirred downhill.\n", f"stirred uphill.\n\n{WEATHER}"),
            Run("push --dry-run"),
            Run("push"),
            Run("status --check"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "push-adopts",
        "Works that are in the library already are adopted and gain what they lack.",
        PROJECT,
        (Run("push --dry-run"), Run("push --yes"), Run("status --check")),
        given=(
            NewItem(
                "LENSE222", {"title": "Small lenses", "url": "https://arxiv.org/abs/2201.10001"}
            ),
            NewItem("THERE222", {"title": "Something Else", "tags": [{"tag": "mine"}]}),
        ),
    ),
    Scenario(
        "push-some",
        "Only the entries that are named go, without their notes; the rest goes later.",
        PROJECT,
        (
            Run("push --only id:2201.10001 --no-notes --dry-run"),
            Run("push --only id:2201.10001 --no-notes"),
            Run("push"),
        ),
    ),
    Scenario(
        "pull-edits",
        "Edits made in Zotero come into the digest.",
        PROJECT,
        (
            InZotero(TITLE, {"title": "Small Lenses for Very Large Skies"}),
            InZotero(OTHER, {"date": "2024", "tags": [{"tag": "task:soup"}, {"tag": "mine"}]}),
            InNote(OTHER, "downhill", "slowly downhill"),
            Run("pull --dry-run"),
            Run("pull"),
            Run("status --check"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "pull-new-item",
        "An item that was added to the digest's collection becomes an entry.",
        PROJECT,
        (
            Run("pull --dry-run"),
            Run("pull"),
            Run("status --check"),
            Run("undo --yes"),
            Run("status --check"),
        ),
        given=(
            *PUSHED,
            NewItem(
                "ADDED222",
                {
                    "itemType": "conferencePaper",
                    "title": "Added by Hand",
                    "proceedingsTitle": "ICML",
                    "date": "2024",
                    "url": "https://arxiv.org/abs/2405.10005",
                    "collections": ["papers"],
                },
            ),
        ),
    ),
    Scenario(
        "pull-fill",
        "A field that a digest leaves empty is filled in only if it is named.",
        {
            "papers.md": "| Title | Venue | Year |\n|---|---|---|\n"
            "| [Small Lenses for Large Skies](https://arxiv.org/abs/2201.10001) | | 2022 |\n"
            "| [Cooking Soup](https://arxiv.org/abs/2301.10003) | ICML | 2023 |\n",
            "zoterodigest.toml": CONFIGURED,
        },
        (
            InZotero(
                TITLE,
                {
                    "itemType": "conferencePaper",
                    "proceedingsTitle": "International Conference on Machine Learning",
                },
            ),
            Run("pull"),
            Run("pull --fill venue --dry-run"),
            Run("pull --fill venue"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "sync-both-ways",
        "Edits of different fields and bullets are merged, and the .bib follows.",
        BIB_PROJECT,
        (
            Edit("papers.md", "Task: astronomy", "Task: optics"),
            Edit("papers.md", "- Small lenses see", "- Small round lenses see"),
            InZotero(TITLE, {"title": "Small Lenses for Very Large Skies"}),
            InNote("Small Lenses for Very Large Skies", "see more", "see a lot more"),
            Run("plan --diff"),
            Run("sync --dry-run"),
            Run("sync"),
            Run("sync"),
        ),
        given=SYNCED,
    ),
    Scenario(
        "sync-conflict",
        "One field edited at both ends is a conflict; the other edits go on.",
        PROJECT,
        (
            Edit("papers.md", TITLE, "Small Lenses"),
            Edit("papers.md", "Task: cooking", "Task: soup"),
            InZotero(TITLE, {"title": "Large Skies"}),
            Run("sync --dry-run"),
            Run("sync"),
            Run("conflicts"),
            Run("status --check"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "sync-dropped-and-trashed",
        "A deleted entry's item goes to the archive, a trashed item's entry leaves the digest.",
        {
            "papers.md": digest(LENSES, SOUP, WEATHER),
            "zoterodigest.toml": CONFIGURED + 'when_dropped = "archive"\nwhen_trashed = "remove"\n',
        },
        (
            Write("papers.md", digest(SOUP, WEATHER)),
            InZotero(OTHER, {"deleted": 1}),
            Run("sync --dry-run"),
            Run("sync --json"),
            Run("status --check"),
            Run("undo --yes"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "sync-annotations",
        "Annotations come into an entry of a list, and go with their file, but for an edited one.",
        {
            "papers.md": digest(LENSES, SOUP),
            "zoterodigest.toml": f"{CONFIGURED}annotations = true\n",
        },
        (
            Run("sync --dry-run"),
            Run("sync"),
            Edit("papers.md", "All of them", "Most of them"),
            Run("status --check"),
            InZotero("PDF", {"deleted": 1}),
            Run("sync"),
            Run("status"),
            Run("undo --yes"),
        ),
        given=(
            NewItem("LENSE222", {"title": TITLE, "url": "https://arxiv.org/abs/2201.10001"}),
            *SYNCED,
            NewItem("FILE2222", dict(a_file("LENSE222").data)),
            NewItem("MARK2222", dict(a_highlight(text="All of them", comment="So?").data)),
            NewItem("MARK3333", dict(a_highlight(text="See <b>more</b>", color="#ff6666").data)),
        ),
    ),
    Scenario(
        "sync-moves",
        "An entry follows its item to the heading of another collection.",
        {
            "papers.md": "# Papers\n\n## Lenses\n\n- [Small Lenses for Large Skies]"
            "(https://arxiv.org/abs/2201.10001), CVPR 2022.\n- [Cooking Soup with Gradients]"
            "(https://arxiv.org/abs/2301.10003), ICML 2023.\n\n## Food\n\n- [Baking Bread]"
            "(https://arxiv.org/abs/2301.10009), ICLR 2023.\n",
            "zoterodigest.toml": CONFIGURED,
        },
        (
            Run("pull --dry-run"),
            Run("sync"),
            Run("undo --yes"),
        ),
        given=(*PUSHED, InZotero(OTHER, {"collections": ["Food"]})),
    ),
)
