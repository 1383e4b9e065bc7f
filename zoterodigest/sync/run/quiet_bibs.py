"""Exports of a run over a part: .bib files on which nothing bears that it looked at.

An export takes in all linked items, in the order of the digests. It is left out of a run that
changes nothing in them: it would find nothing to do. Any other run reads everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from zoterodigest.core.values.file_keys import BibKey, SourceKey
from zoterodigest.sync.gathering.gather import FoundLoud
from zoterodigest.sync.gathering.quiet import own_print
from zoterodigest.sync.run.run import Prepared


def with_unchanged(prepared: Prepared, data: Mapping[BibKey, bytes | None]) -> Prepared:
    """Return a run with its .bib files as they are: no export changes them, or tells of them."""
    # Only a project with a .bib pays for what reads and writes one.
    from zoterodigest.sync.bibliographies.exporting import NewBib

    lock, files = prepared.gathered.lock, prepared.workspace.bibs
    found = (NewBib.unchanged(bib, now := data[bib.key], now or b"", lock) for bib in files)
    return replace(prepared, bibs=tuple(found))


def bear_on_exports(prepared: Prepared, found: FoundLoud) -> bool:
    """Tell whether what a run found may change what an export makes of linked items.

    That are their own data, which of them are linked, in which order, and whether an entry names
    all authors. What is written into notes is no part of a .bib.
    """
    plan, held = prepared.plan, prepared.gathered.contents.by_key
    items = {row.item for row in prepared.gathered.lock.rows}
    written = (held.get(one.item.key) for one in prepared.writes.all)
    return (
        any(one is None or not one.json.is_note for one in written)
        or any(_own_before(found, key) != own_print(found.prints.items, key) for key in items)
        or any(link.before is None or link.waits for link in plan.links)
        or cut_items(prepared) != found.left.cut & items
        or not all(_stand_as_before(found, places) for places in _places(prepared, found))
    )


def _own_before(found: FoundLoud, key: str) -> str:
    known = found.left.marks.items.get(key)
    return own_print(found.left.others if known is None else {key: known.print}, key)


def cut_items(prepared: Prepared) -> frozenset[str]:
    """Return the items whose author lists are cut by "et al."; none if nothing is exported."""
    if not prepared.bibs:
        return frozenset()
    from zoterodigest.sync.bibliographies.works import is_cut

    return frozenset(link.row.item for link in prepared.plan.links if is_cut(link, {}))


def _places(prepared: Prepared, found: FoundLoud) -> Iterator[tuple[SourceKey, Mapping[int, str]]]:
    """Yield each digest with the rows of the entries that a run looked at, by their place."""
    links = {link.index: link.row.id for link in prepared.plan.links}
    rows, first = dict[SourceKey, Mapping[int, str]](), 0
    for read in prepared.gathered.digests:
        places = prepared.gathered.places(read)
        rows[read.key] = {at: links[one] for one, at in enumerate(places, first) if one in links}
        first += len(places)
    # Of a digest that no run has to look at, entries that are in sync may have changed places.
    yield from ((digest, rows.get(digest, {})) for digest in found.prints.entries)


def _stand_as_before(found: FoundLoud, at: tuple[SourceKey, Mapping[int, str]]) -> bool:
    """Tell whether each entry of a digest stands where it stood, also those that were edited."""
    (digest, rows), marks = at, found.left.marks.links
    then, now = found.left.entries.get(digest, ()), found.prints.entries[digest]
    return len(then) == len(now) and all(
        one == other or (place in rows and rows[place] in marks and marks[rows[place]].entry == one)
        for place, (one, other) in enumerate(zip(then, now, strict=True))
    )


def are_clean(prepared: Prepared) -> bool:
    """Tell whether each .bib holds what its exports wrote and nothing else, with nothing to tell.

    Then its citation keys are fixed, and no entry in it is looked for among the items. No item may
    wait for a key that another one has.
    """
    if not prepared.bibs:
        return True
    from zoterodigest.bibtex.tiles.scanner import scan
    from zoterodigest.sync.bibliographies.citation import are_keys_fixed

    if not are_keys_fixed(prepared.plan, prepared.workspace, prepared.gathered):
        return False
    for bib in prepared.bibs:
        now, file = bib.updated, scan(bib.source)
        told = (now.added, now.changed, now.removed, now.kept, now.refused, now.problems)
        ours = sorted(one.key for one in bib.entries if one.prints)
        is_ours = len(ours) == len(bib.entries) and ours == sorted(map(file.key, file.entries))
        if any(told) or now.aliases or bib.missing or bib.failure or not is_ours:
            return False
    return True
