"""What `export` can export without a library: the works of digests, and items in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.screen import counted, tell
from zoterodigest.core.values.record import Names
from zoterodigest.core.works.catalogue import Catalogue
from zoterodigest.core.works.work import work_of
from zoterodigest.foreign import OBJECTS, BadJson, each_object, read_json_as
from zoterodigest.library.item_json import Data, ItemJson
from zoterodigest.library.records.works import with_unnamed_authors
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.project.files import BadInput, read_file


def items_of_digests(asked: Invocation) -> Iterator[Data]:
    """Yield an item for each work of the digests; a work in several digests comes once.

    Entries without a title are left out, and counted.
    """
    # A library and a file of items need nothing of digests.
    from zoterodigest.digest.read.detect import read_document
    from zoterodigest.library.records.items import new_item
    from zoterodigest.project.digests import formats_for, read_digest

    zotero = ZoteroMapping()
    seen = Catalogue()
    untitled = 0
    for path in asked.files:
        formats = formats_for(path, asked.format_name)
        document = read_document(path.name, read_digest(path).data, formats, zotero.venues)
        for entry in document.core_entries():
            work = work_of(entry)
            if not work.title and not entry.is_unreadable:
                untitled += 1
                continue
            # A work that may be one of those before comes once, as a push makes one item of it.
            if (work.title or work.identifiers) and not seen.holds(work):
                authors, data = entry.fields.get("authors"), new_item(entry.fields, zotero)
                is_cut = isinstance(authors, Names) and authors.truncated
                yield with_unnamed_authors(data) if is_cut else data
            seen.add(f"{path}:{entry.place.start_line}", work)
    if untitled:
        number = counted(untitled, "entry has no title", "entries have no title")
        tell([f"{number}: not exported. `zoterodigest push` looks titles up for the library."])


def items_in(path: Path) -> Iterator[Data]:
    """Yield the items of a file of Zotero API items, but those in the trash."""
    for item in _objects_in(path):
        data = item.get("data", item)
        if isinstance(data, dict) and not ItemJson(data).is_trashed:
            yield data


def _objects_in(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON array in a file, never all at once; raise `BadInput`."""
    given: bytes | None = None
    if str(path) == "-":
        given = sys.stdin.buffer.read()
    elif not path.is_file():  # a pipe can be read only once
        given = read_file(path).data
    count = 0
    try:
        with path.open("rb") if given is None else BytesIO(given) as stream:
            for found in each_object(stream.read):
                yield found
                count += 1
        return
    except (OSError, ValueError, RecursionError):  # read whole, to tell what is wrong and where
        source = read_file(path).data if given is None else given
    hint = 'Give an array of Zotero API items: [{"itemType": "journalArticle", …}].'
    try:
        items = read_json_as(OBJECTS, source)
    except BadJson as error:
        raise BadInput(path, error.reason, hint, position=error.position) from error
    yield from items[count:]
