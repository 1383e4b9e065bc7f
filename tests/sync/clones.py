"""Clones of one project on several computers: what git and Zotero bring from one to the other."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.sync.world import World

LIBRARY = Path(".zoterodigest", "library.sqlite")


def cloned(world: World) -> World:
    """Return a clone `there` with a copy of the same library, which it has not seen yet."""
    root = world.root.parent / "there"
    shutil.copytree(world.root, root)
    clone = World(root, list(world.digests))
    clone.lose_memory()
    return clone


def pull_git(source: World, target: World) -> None:
    """Bring the committed files from one clone to the other."""
    for name in (*source.digests, "zoterodigest.lock"):
        shutil.copy(source.root / name, target.root / name)


def sync_zotero(source: World, target: World) -> None:
    """Bring the library of one clone to the other, as Zotero's own sync does."""
    shutil.copy(source.root / LIBRARY, target.root / LIBRARY)
