"""Edits that a person makes in a library between two runs: `python -m benchmarks.changes`.

In a process of its own, as the process that measures must stay small.
"""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path

from zoterodigest.library.connect import embedded
from zoterodigest.library.port import BATCH_SIZE, LibraryItem


def edit_items(library: Path, count: int) -> None:
    """Edit the titles of some items."""
    with embedded(library) as opened:
        items = [one for one in opened.read().items if one.json.title and not one.json.is_part]
        edited = (
            LibraryItem(one.key, one.version, {**one.data, "title": f"{one.json.title} in Zotero"})
            for one in items[len(items) // 2 :]
        )
        opened.write(list(islice(edited, count)))


def add_item(library: Path, count: int) -> None:
    """Add items that have nothing to do with any digest."""
    with embedded(library) as opened:
        opened.write(
            [
                LibraryItem(f"FRGN{number:04}".replace("0", "A").replace("1", "B"), 0, data)
                for number in range(count)
                for data in [{"itemType": "book", "title": f"A Book on Gardens {number}"}]
            ]
        )


def fill(library: Path, items: Path) -> None:
    """Fill a new library with the items of a JSON file."""
    stored = json.loads(items.read_text("utf-8"))
    with embedded(library) as opened:
        for start in range(0, len(stored), BATCH_SIZE):
            opened.write([_new(data) for data in stored[start : start + BATCH_SIZE]])


def _new(data: dict[str, object]) -> LibraryItem:
    key = str(data["key"]).translate(str.maketrans("01", "WX"))
    return LibraryItem(key, 0, {name: one for name, one in data.items() if name != "key"})


def dump(library: Path, path: Path) -> None:
    """Write the items, notes, attachments and collections of a library as JSON."""
    with embedded(library) as opened:
        everything = opened.read()
    collections = [
        {"key": one.key, "name": one.name, "parentCollection": one.parent or False}
        for one in everything.collections
    ]
    items = [{**one.data, "key": one.key} for one in everything.items]
    path.write_text(json.dumps({"collections": collections, "items": items}), encoding="utf-8")


if __name__ == "__main__":
    _, name, library, other = sys.argv
    match name:
        case "edit":
            edit_items(Path(library), int(other))
        case "add":
            add_item(Path(library), int(other))
        case "fill":
            fill(Path(library), Path(other))
        case _:
            dump(Path(library), Path(other))
