"""A plain script on pyzotero: `python -m benchmarks.plain_pyzotero URL FILE`.

It creates the collections, items, notes and attachments of a JSON file, batch after batch, and
keeps nothing in sync: the least that anybody would do who writes it by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyzotero import zotero

_BATCH = 50
"""The Web API takes no more objects in a request."""


def create_all(url: str, path: Path) -> None:
    """Create everything that the file at `path` holds."""
    endpoint, _, number = url.partition("/users/")
    library = zotero.Zotero(number, "user", "benchmarks")
    library.endpoint = endpoint
    stored = json.loads(path.read_text("utf-8"))
    keys: dict[str, str] = {}
    for one in stored["collections"]:
        parent = keys.get(one["parentCollection"], False)
        made = library.create_collections([{"name": one["name"], "parentCollection": parent}])
        keys[one["key"]] = made["success"]["0"]
    for is_child in (False, True):
        ours = [one for one in stored["items"] if ("parentItem" in one) is is_child]
        for batch in _batches(ours):
            made = library.create_items([_template(one, keys) for one in batch])
            keys |= {batch[int(place)]["key"]: key for place, key in made["success"].items()}


def _batches(items: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _template(item: dict[str, Any], keys: dict[str, str]) -> dict[str, Any]:
    left_out = ("key", "version", "dateAdded", "dateModified", "relations")
    data = {name: value for name, value in item.items() if name not in left_out}
    if "parentItem" in data:
        data["parentItem"] = keys[data["parentItem"]]
    if "collections" in data:
        data["collections"] = [keys[one] for one in data["collections"]]
    return data


if __name__ == "__main__":
    create_all(sys.argv[1], Path(sys.argv[2]))
