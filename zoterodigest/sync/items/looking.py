"""Where an item can be looked at: the page of its work, its PDF, its entries in digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.values.file_keys import SourceKey
from zoterodigest.core.values.record import Entry
from zoterodigest.core.works.pairing import PairingScope, UnreadText, pair
from zoterodigest.library.item_json import ItemJson
from zoterodigest.library.port import LibraryItem
from zoterodigest.mapping import venue_table
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.lock.parts import items_of_files, rows_in_digest
from zoterodigest.sync.new_papers.inserting import open_digest


def page_of(item: ItemJson) -> str:
    """Return the address of an item's work: by its DOI, else at arXiv, else its own; or ""."""
    if doi := _identifier(item, "doi"):
        return f"https://doi.org/{doi}"
    if arxiv := _identifier(item, "arxiv"):
        return f"https://arxiv.org/abs/{arxiv}"
    scheme, _, place = item.url.strip().partition("://")
    # A browser obeys other schemes too, and anybody in a group can write this field. What opens
    # links for us knows the two in lower case only.
    is_page = place and scheme.lower() in ("https", "http")
    return f"{scheme.lower()}://{place}" if is_page else ""


def arxiv_pdf(item: ItemJson) -> str:
    """Return the address of an item's PDF at arXiv; "" if arXiv has none."""
    arxiv = _identifier(item, "arxiv")
    return f"https://arxiv.org/pdf/{arxiv}" if arxiv else ""


def _identifier(item: ItemJson, scheme: str) -> str:
    return min((one.value for one in item.identifiers if one.scheme == scheme), default="")


def attached_pdf(items: Sequence[LibraryItem], key: str) -> str:
    """Return the key of the first PDF file that hangs on the item `key`; "" for none."""
    files = (
        one.key
        for one in items
        if one.json.parent == key
        and not one.is_trashed
        and one.json.text("contentType") == "application/pdf"
        and one.json.text("linkMode") != "linked_url"
    )
    return min(files, default="")


def entries_of_item(project: ProjectFolder, key: str) -> Iterator[tuple[Path, int]]:
    """Yield the files with an entry that is linked with the item `key`, each with its line, in the
    order in which the configuration names them.
    """
    data = read_if_present(project.lock_path)
    found = {source for source, item in items_of_files(data, project.lock_path) if item == key}
    tables = project.configuration.digests
    places = {rules.path: place for place, rules in enumerate(tables)}

    def place_of(source: SourceKey) -> tuple[int, str]:
        return places.get(project.former_rules(source).path, len(tables)), source

    for source in sorted(found, key=place_of):
        path = project.root / source
        if source.is_bib or not path.exists():
            continue
        for entry, row in entries_with_rows(project, path):
            if row is not None and row.item == key:
                yield path, entry.place.start_line


def entries_with_rows(project: ProjectFolder, path: Path) -> Iterator[tuple[Entry, LockRow | None]]:
    """Yield the entries of a digest, each with its row if it is linked; raise `BadInput`."""
    document = open_digest(project, path, venue_table()).document
    data = read_if_present(project.lock_path)
    rows = rows_in_digest(data, document.name, project.lock_path)
    entries = document.core_entries()
    paired = pair(entries, rows, PairingScope(frozenset({document.name})), UnreadText()).rows
    for at, entry in enumerate(entries):
        row = paired.get(at)
        yield entry, row if row is not None and row.links_digest else None
