"""Keying: citation keys that a person gives to items, one by one or to all that have none."""

from __future__ import annotations

from collections.abc import Mapping

from zoterodigest.bibtex.keys import KeySource, safe_key
from zoterodigest.core.links.link import LockFile
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.works import Reference
from zoterodigest.sync.apply.applying import apply
from zoterodigest.sync.apply.changes import NOTHING_FAILED, Changes, Results, Sent
from zoterodigest.sync.apply.sending import Progress
from zoterodigest.sync.bibliographies.aliases import Aliases
from zoterodigest.sync.bibliographies.citation import keyed_items, live_items, with_key_noted
from zoterodigest.sync.gathering.gather import Gathered, gather
from zoterodigest.sync.gathering.others import keys_in_notes
from zoterodigest.sync.gathering.workspace import Workspace


class RefusedKey(ZoterodigestError):
    """An item cannot be given this citation key."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class CitationKeys:
    """All live items of a library with their citation keys, and the aliases in each .bib."""

    workspace: Workspace
    gathered: Gathered
    items: tuple[Reference, ...]
    aliases: tuple[Aliases, ...] = ()

    @property
    def item_of(self) -> Mapping[str, str]:
        """The key of the item of each citation key."""
        return {one.key.text: one.work.key for one in self.items}


@dataclass(frozen=True, slots=True)
class NewKey:
    """A citation key that an item is to be given; `is_ours` if a formula made it."""

    item: str
    title: str
    key: str
    is_ours: bool


def read_keys(workspace: Workspace) -> CitationKeys:
    """Return the citation keys of the workspace's library; its digests are not read."""
    workspace = workspace.library_alone
    return keys_of(workspace, gather(workspace))


def keys_of(workspace: Workspace, gathered: Gathered) -> CitationKeys:
    """Return the citation keys of what was read; an item without one has that of its note."""
    contents = gathered.contents
    noted = keys_in_notes(workspace, gathered)
    named, aliases = keyed_items(live_items(contents), workspace, gathered, contents, noted=noted)
    return CitationKeys(workspace, gathered, named, aliases)


def lasting_keys(keys: CitationKeys) -> tuple[NewKey, ...]:
    """Return the new keys of all items that have none, but for those that may still change."""
    return tuple(_new_key(one, one.key.text) for one in keys.items if one.is_lasting)


def chosen_key(keys: CitationKeys, item: str, key: str) -> NewKey | None:
    """Return the key that a person chose for the item `item`; None if it has that key already.

    Raises `RefusedKey` for one that no .bib can hold, or that stands for another item.
    """
    safe = safe_key(key)
    if not key or safe != key:
        hint = (
            f"{safe} would be one."
            if safe
            else "A citation key has letters, digits and the signs _ - : + . / only."
        )
        raise RefusedKey(f"{key!r} is no citation key that every .bib can hold", hint)
    for one in keys.items:
        # A key that is only proposed gives way to one that a person chose.
        is_other = one.work.key != item and one.key.source is not KeySource.NEW
        if is_other and key.casefold() in {one.key.text.casefold(), one.key.stated.casefold()}:
            title = one.work.fact("title")
            raise RefusedKey(
                f"{key} is the citation key of {one.work.key} ({title})",
                "Two works with one key cannot be told apart, also if only its case differs.",
            )
    chosen = next(one for one in keys.items if one.work.key == item)
    if chosen.work.citekey == key:
        return None
    return _new_key(chosen, key, is_ours=False)


def _new_key(one: Reference, key: str, *, is_ours: bool = True) -> NewKey:
    return NewKey(one.work.key, one.work.fact("title"), key, is_ours)


def write_keys(keys: CitationKeys, new: tuple[NewKey, ...], progress: Progress) -> Results:
    """Write new keys, each into its item as it was read; the history can take them back.

    With no new keys it writes down what a killed run achieved.
    """
    gathered = keys.gathered
    if not new and not gathered.recovers:
        return NOTHING_FAILED
    rows = {row.id: row for row in gathered.lock.rows}
    ours = {one.item: one.key for one in new if one.is_ours}
    linked = [row for row in rows.values() if row.links_digest and row.item in ours]
    # Reversed: of several rows of an item the first one notes the key.
    first = {row.item: row for row in sorted(linked, key=lambda row: row.id, reverse=True)}
    keyed = [with_key_noted(row, ours[row.item]) for row in first.values()]
    rows |= {row.id: row for row in keyed}
    versions = {key: one.version for key, one in gathered.contents.by_key.items()}
    items = (LibraryItem(it.item, versions[it.item], {"citationKey": it.key}) for it in new)
    changes = Changes(
        keys.workspace,
        gathered,
        "citekeys",
        Sent(tuple(items)),
        LockFile("", tuple(rows.values()), gathered.lock.collection_rows, gathered.lock.exported),
        # By these the lock file knows which keys are ours, also after a kill.
        intended=LockFile(rows=tuple(keyed)),
    )
    return apply(changes, progress)
