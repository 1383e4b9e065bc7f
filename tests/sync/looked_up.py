"""Projects whose library lacks what a source knows, and runs that fill it in."""

from __future__ import annotations

from pathlib import Path

from tests.sync.digests import daily, row
from tests.sync.world import World
from zoterodigest.core.plan.found import LookupResult
from zoterodigest.core.values.record import Members, Names, Value
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import FillIn
from zoterodigest.sync.gathering.workspace import Workspace
from zoterodigest.sync.run.run import Options, prepare

SYNC = Options(intent.SYNC)
FULL = Names(("Ada Lovelace", "Alan Turing", "Grace Hopper"))
MANY = 26  # of each kind: more than one batch

_PEOPLE = """\
## Papers for 2024-12-05

| Title | Authors | Summary |
|-------|---------|---------|
"""


def found_for(workspace: Workspace) -> dict[str, LookupResult]:
    """Return what a source says of each item that is linked."""
    fields: dict[str, Value] = {
        "authors": FULL,
        "abstract": "We look.",
        "date": "2024-01-01",
        "categories": Members(("cs.CV",)),
        "comment": "9 pages",
    }
    said = LookupResult(fields, dict.fromkeys(fields, "arXiv"))
    return {link.row.item: said for link in prepare(workspace, SYNC).plan.links}


def enriching(world: World) -> Options:
    """Return how a run is done that fills in what the source says."""
    return Options(FillIn(found_for(world.workspace())))


def enrich(world: World) -> None:
    """Fill in what the source says."""
    world.push(enriching(world))


def listed(number: int, authors: str) -> str:
    """Return a row of a table that names authors."""
    arxiv = f"2401.{10000 + number}"
    return (
        f"| Lenses of Size {number} for Skies (Read more on [arXiv](https://arxiv.org/abs/{arxiv})"
        f" or [HuggingFace](https://huggingface.co/papers/{arxiv}))| {authors} | It looks up. |\n"
    )


def to_be_enriched(root: Path) -> World:
    """A project in sync: user names, authors behind "et al.", empty places for comments."""
    root.mkdir()
    world = World(root)
    cut, users = "Ada Lovelace, Alan Turing, et al.", "ada_l, turing42"
    rows = (listed(number, users if number % 2 else cut) for number in range(MANY))
    world.markdown("notes.md", _PEOPLE + "".join(rows))
    world.markdown("list.md", daily(map(row, range(1_000, 1_000 + MANY))))
    world.push(SYNC)
    return world
