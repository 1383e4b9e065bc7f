"""What is known of a library between runs, so that only what changed is read again.

It lies in a cache folder of this machine, one file for each library, readable by its owner alone,
and may be lost at any time. Notes with something private are not kept: they are read anew.
"""

from __future__ import annotations

import html
import json
import logging
from contextlib import suppress
from dataclasses import astuple
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from zoterodigest.foreign import BadJson, JsonObject, read_json_as
from zoterodigest.library.http.reading import KnownObjects, Listing
from zoterodigest.library.key_file import replace_private
from zoterodigest.library.port import Collection, LibraryItem
from zoterodigest.regex import lazy_regex

_LOG = logging.getLogger(__name__)

_FORMAT = 2
_TAGS = lazy_regex(r"<[^<>]*>")


class _CacheFile(JsonObject):
    format: Literal[2]
    version: int
    items: list[tuple[str, int, dict[str, Any], str]]
    withheld: dict[str, int]
    collections: list[tuple[str, int, str, str | None, bool]]


_FILE = TypeAdapter(_CacheFile)


def cache_path(folder: Path, identity: str) -> Path:
    """Return where what is known of the library `identity` is kept."""
    name = blake2b(identity.encode(), digest_size=12).hexdigest()
    return folder / f"library-{name}.json"


def load_known(path: Path) -> KnownObjects:
    """Return what is kept at `path`; nothing if there is nothing that can be read."""
    try:
        kept = read_json_as(_FILE, path.read_bytes())
    except (OSError, BadJson):
        _LOG.debug("Nothing is known of the library yet")  # or what is kept cannot be read
        return KnownObjects()
    items = {each[0]: LibraryItem(*each) for each in kept.items}
    collections = {each[0]: Collection(*each) for each in kept.collections}
    listed = {**{key: one.version for key, one in items.items()}, **kept.withheld}
    versions = {key: one.version for key, one in collections.items()}
    return KnownObjects(Listing(kept.version, listed, versions), items, collections)


def keep_known(path: Path, known: KnownObjects) -> None:
    """Keep at `path` what is known, as far as the system lets us; without it nothing is lost."""
    listing = known.listing
    if listing is None:
        return
    kept = [known.items[key] for key in sorted(listing.items.keys() & known.items.keys())]
    kept = [item for item in kept if not _is_private(item)]
    public = {item.key for item in kept}
    # The versions of private notes are kept: without them the notes would seem to be deleted.
    content = {
        "format": _FORMAT,
        "version": listing.version,
        "items": [[item.key, item.version, item.data, item.parsed_date] for item in kept],
        "withheld": {key: at for key, at in sorted(listing.items.items()) if key not in public},
        "collections": [astuple(known.collections[key]) for key in sorted(listing.collections)],
    }
    with suppress(OSError):
        replace_private(path, json.dumps(content).encode("ascii"), is_durable=False)


def forget_all(folder: Path) -> None:
    """Keep nothing in `folder` any more: with another key a library may show other things."""
    for path in folder.glob("library-*.json"):
        with suppress(OSError):
            path.unlink()


def _is_private(item: LibraryItem) -> bool:
    """Tell whether something in a note is private; the word itself is looked for first."""
    note = str(item.data.get("note", ""))
    letters = "".join(filter(str.isalpha, html.unescape(_TAGS.sub("", note)))).casefold()
    if "private" not in letters:
        return False
    # What reads notes takes 30 ms to import, and few notes have this word.
    from zoterodigest.notes.own import holds_private, note_pieces

    return holds_private(note_pieces(note).pieces)
