"""`export`, `citekeys set`, and syncs that write a .bib."""

from __future__ import annotations

from tests.recordings.scenario import Edit, InZotero, Run, Scenario, Write
from tests.recordings.scenarios.texts import (
    BIB_PROJECT,
    LENSES,
    OTHER,
    PROJECT,
    PUSHED,
    SOUP,
    SYNCED,
    TITLE,
    TWO,
    TWO_WAY_PROJECT,
    WEATHER,
    digest,
)

_MINE = """\
% mine
@inproceedings{lovelace2022,
  title     = {Small Lenses for Large Skies},
  author    = {Lovelace, Ada},
  booktitle = {CVPR},
  year      = 2022,
  eprint    = {2201.10001},
}

@book{knuth,
  title = {The Art of Computer Programming},
  author = {Donald E. Knuth},
  year = 1968,
}
"""
_PEOPLE = {"creators": [{"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"}]}

BIBLIOGRAPHIES = (
    Scenario(
        "export-digest",
        "A digest is exported without a library: shown, into a new file, into one that is there.",
        {**TWO, "mine.bib": _MINE},
        (
            Run("export papers.md"),
            Run("export papers.md -o new.bib --dry-run"),
            Run("export papers.md -o new.bib"),
            Run("export papers.md -o new.bib"),
            Run("export papers.md -o mine.bib"),
            Run("export papers.md -o mine.bib --overwrite --dry-run"),
            Run("export papers.md -o mine.bib --overwrite"),
            Run("export papers.md -o mine.bib --overwrite --yes"),
            Run("undo --yes"),
        ),
    ),
    Scenario(
        "export-project",
        "The bibliographies of a project follow the library; an edit in the .bib stays.",
        BIB_PROJECT,
        (
            Run("export --dry-run"),
            Run("export"),
            Run("export"),
            InZotero(TITLE, {"date": "2021", **_PEOPLE}),
            Edit("refs.bib", "title = {Cooking Soup", "title = {Cooking {Soup}"),
            Run("export --dry-run"),
            Run("export"),
            Run("undo --yes"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "export-prune",
        "Exported entries whose items are trashed leave a .bib only with `--prune`.",
        PROJECT,
        (
            InZotero(OTHER, {"deleted": 1}),
            Run("export -o refs.bib"),
            Run("export -o refs.bib --prune --dry-run"),
            Run("export -o refs.bib --prune"),
            Run("undo --yes"),
            Run("export -o refs.bib --add-only --prune"),
        ),
        given=(*PUSHED, Run("export -o refs.bib")),
    ),
    Scenario(
        "export-overwrite",
        "Overwriting asks, shows what goes, and can be undone.",
        {**PROJECT, "mine.bib": _MINE},
        (
            Run("export -o mine.bib"),
            Run("export -o mine.bib --overwrite --dry-run"),
            Run("export -o mine.bib --overwrite --yes"),
            Run("undo --dry-run"),
            Run("undo --yes"),
            Run("export --to csljson -o refs.json"),
            Run("export --to csljson -o refs.json"),
            Run("export --to csljson -o refs.json --overwrite --yes"),
        ),
        given=PUSHED,
    ),
    Scenario(
        "citekeys-set",
        "Citation keys are written into items; one that another item has is refused.",
        PROJECT,
        (
            Run("citekeys list"),
            Run("citekeys set {key:Cooking Soup with Gradients} soup --dry-run"),
            Run("citekeys set {key:Cooking Soup with Gradients} soup"),
            Run("citekeys set {key:Small Lenses for Large Skies} soup"),
            Run("citekeys set --all --dry-run"),
            Run("citekeys set --all --yes --json"),
            Run("citekeys check"),
            Run("undo --yes"),
            Run("status --check"),
        ),
        given=(*PUSHED, InZotero(TITLE, _PEOPLE)),
    ),
    Scenario(
        "sync-bib",
        "Edits of a .bib that is synced both ways reach the library and the digest.",
        TWO_WAY_PROJECT,
        (
            Edit("refs.bib", "title = {Small Lenses for Large Skies}", "title = {Small Lenses}"),
            Edit("refs.bib", "year = {2023}", "year = {2024}"),
            Run("sync --dry-run"),
            Run("sync"),
            Run("status --check"),
            Run("undo --yes"),
        ),
        given=SYNCED,
    ),
    Scenario(
        "sync-bib-prune",
        "Entries of works that leave a digest leave the .bib where `prune` says so.",
        {
            **BIB_PROJECT,
            "zoterodigest.toml": BIB_PROJECT["zoterodigest.toml"] + "prune = true\n",
        },
        (
            Write("papers.md", digest(SOUP, WEATHER)),
            Run("sync --dry-run"),
            Run("sync"),
            Write("papers.md", digest(LENSES, SOUP, WEATHER)),
            Run("sync"),
        ),
        given=SYNCED,
    ),
)
