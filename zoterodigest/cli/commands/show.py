"""The command `show`: items with their fields, tags, attachments and notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from rich.cells import cell_len

from zoterodigest.cli.base.completion import items_like
from zoterodigest.cli.base.options import Invocation, argument, command
from zoterodigest.cli.base.project_context import linking_items
from zoterodigest.cli.base.projects import items_by_citekey, open_library, project_in
from zoterodigest.cli.base.screen import styled, visible, visible_lines, wrapped
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.commands.file_items import item_of_file, place_in_file
from zoterodigest.cli.show.encoder import emit_result
from zoterodigest.cli.show.library_list import api_data, family, note_text, shown_title
from zoterodigest.library.port import Library, LibraryItem, Snapshot
from zoterodigest.library.records.contents import collection_paths
from zoterodigest.sync.gathering.workspace import mapping_of
from zoterodigest.sync.items.finding import item_meant


@command("keys address as_json")
def show(
    asked: Invocation,
    keys: Sequence[str] = argument("KEY|FILE[:LINE]", autocompletion=items_like),
) -> None:
    """Show items with their tags, links and notes.

    KEY is an item key, as in `ls`, a citation key, an arXiv id, a DOI, a web address, or words of
    the title in any case. If several items fit, they are listed. FILE is a note of a vault, and
    FILE:LINE the entry at a line of a list. If a value was looked up, show names its source.

    \b
    Examples:
      zoterodigest show ABCD2345
      zoterodigest show ho2020denoising 1706.03762
      zoterodigest show "attention is all"
      zoterodigest show papers.md:120
    """
    keys = [_key_in_file(key) or key for key in keys]
    with open_library(asked.address) as library, busy("Reading the library"):
        snapshot = library.read()
        sources = _looked_up(library, snapshot)
    read_keys = partial(items_by_citekey, asked.address)
    with busy("Looking for the items"):
        items = [item_meant(snapshot.items, key, read_keys) for key in keys]
    data = [api_data(one, sources.get(one.key)) for item in items for one in family(snapshot, item)]
    texts = (_text(snapshot, item, sources.get(item.key, {})) for item in items)
    with linking_items(asked):
        emit_result(asked, chain.from_iterable(texts), data)


def _key_in_file(what: str) -> str:
    """Return the key of the item that a file or a line of it is linked with; "" for no file."""
    path, line = place_in_file(what)
    return item_of_file(project_in(path.parent), path, line) if path.is_file() else ""


def _looked_up(library: Library, snapshot: Snapshot) -> Mapping[str, Mapping[str, str]]:
    """Return, by item key and field, where values were found that items of `library` have.

    The lock file of the project here says so, if it links with this library.
    """
    from zoterodigest.sync.lookups.credits import rows_in, sources_of

    project = project_in(Path())
    rows = [row for row in rows_in(project.lock_path, library) if row.credits]
    credited = {row.item for row in rows}
    zotero = mapping_of(project)
    items = (item for item in snapshot.items if item.key in credited)
    return {item.key: sources_of(item.key, item.data, rows, zotero) for item in items}


_ELSEWHERE = frozenset(
    {"itemType", "title", "creators", "tags", "collections", "relations", "parentItem", "note"}
    | {"deleted", "key", "version"}
)
_INDENT = 22


def _text(snapshot: Snapshot, item: LibraryItem, sources: Mapping[str, str]) -> Iterator[str]:
    """Yield an item's lines: its type, its fields, its attachments and notes.

    `sources` has, by field of the record, where a value was looked up.
    """
    yield from (styled(line, "bold") for line in wrapped(visible(shown_title(item) or item.key)))
    kind = visible(item.json.item_type or "item")
    trash = ", in the trash" if item.is_trashed else ""
    yield f"{visible(item.key)}, {kind}, version {item.version}{trash}"
    yield ""
    for name, value in _fields(snapshot, item):
        yield from _field(name, value)
    for source in sorted(set(sources.values())):
        found = (name for name, one in sources.items() if one == source)
        yield from _field(f"from {source}", ", ".join(found))
    for one in family(snapshot, item):
        if one.json.is_note:
            yield from _note(one)
    yield ""


def _fields(snapshot: Snapshot, item: LibraryItem) -> Iterator[tuple[str, str]]:
    for creator in item.json.creators:
        yield creator.role or "creator", creator.full_name
    for name, value in item.json.texts():
        if name not in _ELSEWHERE:
            yield name, value
    for tag in sorted(set(item.json.tags)):
        yield "tag", tag
    paths = collection_paths(snapshot.collections)
    for key in item.json.collections:
        yield "collection", " / ".join(paths.get(key, (key,)))
    for name, targets in item.json.relations.items():
        yield name, ", ".join(targets)
    for child in family(snapshot, item)[1:]:
        if child.json.is_attachment:
            texts = map(child.json.text, ("url", "path", "filename"))
            place = next(filter(None, texts), "")
            yield "attachment", f"{child.json.title or 'untitled'}: {place}"


def _field(name: str, value: str) -> Iterator[str]:
    label = visible(name)
    head = " " * 2 + label + " " * max(_INDENT - 2 - cell_len(label), 1)
    lines = [part for line in visible_lines(value) for part in wrapped(line, _INDENT)]
    yield styled(head, "dim") + lines[0].strip()
    yield from lines[1:]


def _note(note: LibraryItem) -> Iterator[str]:
    trash = ", in the trash" if note.is_trashed else ""
    yield ""
    yield styled(f"  note {visible(note.key)}{trash}", "dim")
    for line in visible_lines(note_text(note)):
        marks, _, heading = line.partition(" ")
        # A nested bullet begins with a blank: no marks at all before it.
        if marks and heading and not marks.strip("#"):
            yield from (styled(part, "bold") for part in wrapped(heading, 4))
        else:
            yield from wrapped(line, 4)
