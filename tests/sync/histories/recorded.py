"""What runs did: for each number in the history of a clone, what stood there before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from tests.sync.histories.model import tokens_in
from tests.sync.histories.stage import (
    CONFIG,
    LOCK,
    Clone,
    Done,
    Files,
    Stage,
    State,
    library_sight,
    texts_of,
    tokens_of,
)
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.project.log.history import History, history_folder, next_number, read_history

Tokens = Mapping[str, frozenset[str]]
"""Tokens by the file that shows them, or by the key of the object that holds them."""

_TIMES = ("dateAdded", "dateModified")
_SETS = ("collections", "tags")


def recorded(stage: Stage, clone: Clone, carry: Callable[[], object]) -> Done:
    """Do something with the tool, and note what the run did that it leaves in the history."""
    folder = _folder(clone)
    number, before = next_number(folder), state_of(clone)
    met = library_sight(clone.library).set
    carry()
    clone.met |= met | library_sight(clone.library).set
    done = Done(before, state_of(clone))
    used = next_number(folder) - number
    # Several, where a run by a wrong cache came first: each of them has been recorded by itself.
    if used == 1 or (used and (clone.root, number) not in stage.runs):
        stage.runs[clone.root, number] = done
    return done


def state_of(clone: Clone) -> State:
    """Return what a clone and its library hold now."""
    return State(clone.files(), _snapshot(clone.library, clone.library.version()))


@lru_cache(maxsize=16)
def _snapshot(library: EmbeddedLibrary, _version: int) -> Snapshot:
    return library.read()


def history_of(clone: Clone) -> History:
    """Return the history of a clone."""
    return read_history(_folder(clone))


def _folder(clone: Clone) -> Path:
    return history_folder(clone.workspace.project.state_folder)


# --- what stands where


def digests_of(state: State) -> Files:
    """Return the digests and the .bib."""
    return {name: data for name, data in state.files.items() if name not in (LOCK, CONFIG)}


def shown_in(state: State) -> Tokens:
    """Return what stands in each digest or .bib, and in each object that is not in the trash."""
    return _in_files(state) | _by_key(state.library.items)


def held_in(state: State) -> Tokens:
    """Return the same, with what is in the trash."""
    items = (LibraryItem(one.key, 0, {**one.data, "deleted": 0}) for one in state.library.items)
    return _in_files(state) | _by_key(items)


def _in_files(state: State) -> dict[str, frozenset[str]]:
    texts = digests_of(state).items()
    return {name: frozenset(tokens_of(name, data.decode())) for name, data in texts}


def _by_key(items: Iterable[LibraryItem]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for one, _, text in texts_of(items):
        found[one.key] |= tokens_in(text).keys()
    return {key: frozenset(tokens) for key, tokens in found.items()}


def live_in(state: State) -> Mapping[str, object]:
    """Return what is not in the trash: collections, and data of items, by key."""
    collection_rows = (one for one in state.library.collections if not one.is_trashed)
    trashed = {one.key for one in state.library.items if one.is_trashed}
    items = (
        one
        for one in state.library.items
        if trashed.isdisjoint({one.key, str(one.data.get("parentItem", ""))})
    )
    return {
        **{one.key: (one.name, one.parent) for one in collection_rows},
        **{one.key: _comparable(one) for one in items},
    }


def _comparable(item: LibraryItem) -> dict[str, object]:
    data = {name: value for name, value in item.data.items() if value and name not in _TIMES}
    return data | {name: sorted(map(str, data[name])) for name in _SETS if name in data}
