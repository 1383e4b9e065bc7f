"""`resolve`: conflicts decided, reports acknowledged."""

from __future__ import annotations

from tests.recordings.scenario import Edit, InNote, InZotero, NewItem, Run, Scenario
from tests.recordings.scenarios.texts import (
    OTHER,
    PROJECT,
    PUSHED,
    SYNCED,
    TITLE,
    TWO_WAY_PROJECT,
)

_AT_BOTH_ENDS = (
    *PUSHED,
    Edit("papers.md", TITLE, "Small Lenses"),
    InZotero(TITLE, {"title": "Large Skies"}),
    Edit("papers.md", "stirred downhill", "stirred gently"),
    InNote(OTHER, "stirred downhill", "stirred hard"),
)

DECIDING = (
    Scenario(
        "resolve-keep-zotero",
        "One conflict is decided for the library; the other one stays.",
        PROJECT,
        (
            Run("conflicts"),
            Run("resolve {id} --keep zotero --dry-run"),
            Run("resolve {id} --keep zotero"),
            Run("conflicts"),
        ),
        given=_AT_BOTH_ENDS,
    ),
    Scenario(
        "resolve-keep-markdown",
        "All conflicts are decided for the digest, and undone.",
        PROJECT,
        (
            Run("resolve --all --keep markdown --dry-run"),
            Run("resolve --all --keep markdown --json"),
            Run("conflicts"),
            Run("undo --yes"),
            Run("conflicts"),
        ),
        given=_AT_BOTH_ENDS,
    ),
    Scenario(
        "resolve-edit",
        "A person writes a third value in their editor.",
        {**PROJECT, "write-title": "echo Immense Skies > $1\n"},
        (
            Run("conflicts"),
            Run("resolve {id} --edit --dry-run"),
            Run("resolve {id} --edit"),
            Run("status --check"),
        ),
        given=_AT_BOTH_ENDS[:3],
        environment={"EDITOR": "sh write-title", "VISUAL": "sh write-title"},
    ),
    Scenario(
        "resolve-field",
        "Only the field that is named is decided; wrong IDs and fields are refused.",
        PROJECT,
        (
            Run("resolve --keep zotero"),
            Run("resolve zzzz --keep zotero"),
            Run("resolve --all --keep zotero --field venue"),
            Run("resolve --all --keep zotero --field summary"),
            Run("conflicts"),
        ),
        given=_AT_BOTH_ENDS,
    ),
    Scenario(
        "resolve-acknowledge",
        "A report that somebody acknowledges is only counted, until they forget that.",
        PROJECT,
        (
            Run("status"),
            Run("resolve {id} --acknowledge --dry-run"),
            Run("resolve {id} --acknowledge"),
            Run("status --check"),
            Run("status --all"),
            Run("undo --dry-run"),
            Run("resolve {id} --forget"),
            Run("status --check"),
            Run("resolve --all --acknowledge"),
        ),
        given=(
            NewItem(
                "LENSE222",
                {"title": "Lenses, Differently", "url": "https://arxiv.org/abs/2201.10001"},
            ),
            Run("push --yes"),
        ),
    ),
    Scenario(
        "resolve-keep-bib",
        "A conflict between a .bib and the library is decided for the .bib.",
        TWO_WAY_PROJECT,
        (
            Edit("refs.bib", "{Small Lenses for Large Skies}", "{Small Lenses}"),
            InZotero(TITLE, {"title": "Large Skies"}),
            Run("sync"),
            Run("conflicts"),
            Run("resolve {id} --keep bib --dry-run"),
            Run("resolve {id} --keep bib"),
            Run("status --check"),
        ),
        given=SYNCED,
    ),
)
