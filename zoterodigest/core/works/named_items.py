"""Items as notes name them: by their key in a library, and by their citation key."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from zoterodigest.core.values.record import CITEKEY, Entry, Item, text_in
from zoterodigest.core.works.catalogue import Adopt, Ambiguous, Match, OnlyTrashed, successors
from zoterodigest.core.works.work import KnownWork, naming, work_of
from zoterodigest.regex import lazy_regex

_GROUPS = "groups/"
_NOT_IN_NAMES = lazy_regex(r'[*"\\/<>:|?]')


def key_here(item_key: str, group: str) -> str:
    """Return the key that a note states if it is of this library, else "".

    `group` is the ID of the group whose library this is, "" for a library that is no group's. A
    key without a group is one of the user's own library, never of a group.
    """
    if not item_key.startswith(_GROUPS):
        return "" if group else item_key
    owner, _, key = item_key.removeprefix(_GROUPS).partition("/")
    return key if owner == group else ""


def stated_item(entry: Entry, group: str, parents: Mapping[str, str]) -> str:
    """Return the key of the item that a note states, itself or by one of its attachments, else "".

    `parents` are the items of attachments, by the attachments' keys.
    """
    return key_here(entry.item_key, group) or _item_of_attachment(entry, group, parents)


def _item_of_attachment(entry: Entry, group: str, parents: Mapping[str, str]) -> str:
    return parents.get(key_here(entry.attachment_key, group), "")


class NamedItems:
    """The items of a library by key and by citation key, for entries that name them.

    Only the entry of a note states either. `files` are entries as a whole: they may be called by
    a citation key. `parents` are the items of attachments, by the attachments' keys.
    """

    def __init__(
        self,
        items: Sequence[Item],
        group: str,
        parents: Mapping[str, str],
        files: frozenset[str] = frozenset(),
    ) -> None:
        self._items = items
        self._parents = parents
        self._files = files
        self._group = group
        self._by_key = {item.key: item for item in items}
        self._successors: dict[str, str] | None = None
        self._by_citekey: dict[str, list[Item]] | None = None
        self._by_name: dict[str, list[Item]] | None = None

    def find(self, entry: Entry, work: KnownWork) -> Match | None:
        """Return the item that `entry` names; None for none.

        The item's own key goes before that of an attachment, and this before the citation key.
        One that has another identifier than the entry may be another work: a note may have been
        copied with its key. The person decides.
        """
        named = self._named(entry)
        if not named:
            return None
        live = [item for item in named if not item.is_trashed]
        if not live:
            return OnlyTrashed(named[0].key)
        same = [item for item in live if not work_of(item).contradicts(work)]
        if len(same) > 1:  # two items with one citation key
            shared = naming(work.identifiers)
            same = [item for item in same if item.identifiers & shared] or same
        keys = tuple(sorted(item.key for item in same or live))
        return Adopt(keys[0]) if same and len(keys) == 1 else Ambiguous(keys)

    def stale_key(self, entry: Entry) -> str:
        """Return the key that `entry` states although no item that it names was found, else "".

        An attachment that stands by itself is known, and has no item.
        """
        is_known = key_here(entry.attachment_key, self._group) in self._parents
        return entry.item_key or ("" if is_known else entry.attachment_key)

    def states_key_of(self, entry: Entry, item: Item) -> bool:
        """Tell whether `entry` states the key of `item`, or of one that was merged into it."""
        key = key_here(entry.item_key, self._group)
        return bool(key) and (key == item.key or key in item.replaces)

    def states_attachment_of(self, entry: Entry, item: Item) -> bool:
        """Tell whether `entry` states the key of an attachment of `item`."""
        return _item_of_attachment(entry, self._group, self._parents) == item.key

    def states_citekey_of(self, entry: Entry, item: Item) -> bool:
        """Tell whether `entry` states the citation key of `item`."""
        return bool(entry.key) and entry.key.casefold() == _citekey(item).casefold()

    def _named(self, entry: Entry) -> list[Item]:
        if entry.digest.is_bib:
            return []
        found = self._of_key(key_here(entry.item_key, self._group)) or self._of_key(
            _item_of_attachment(entry, self._group, self._parents)
        )
        # A trashed item that the key names gives way to a live one of its citation key.
        if found is not None and not found.is_trashed:
            return [found]
        called = self._of_citekey(entry.key) if entry.key else []
        if not called and entry.digest in self._files:
            called = self._of_name(entry.digest)
        live = [item for item in called if not item.is_trashed]
        return live or ([found] if found else called)

    def _of_key(self, key: str) -> Item | None:
        if not key:
            return None
        item = self._by_key.get(key)
        if item is not None and not item.is_trashed:
            return item
        if self._successors is None:
            self._successors = successors(self._items)
        return self._by_key.get(self._successors.get(key, key))

    def _of_citekey(self, citekey: str) -> list[Item]:
        """Return the items with this citation key; if none has it, without case."""
        if self._by_citekey is None:
            self._by_citekey = _by_citekey(self._items)
        folded = self._by_citekey.get(citekey.casefold(), [])
        return [item for item in folded if _citekey(item) == citekey] or folded

    def _of_name(self, file: str) -> list[Item]:
        """Return the items whose citation key a file is called by, whole or behind an `@`."""
        if self._by_name is None:
            self._by_name = _by_citekey(self._items, as_in_a_name)
        stem = file.rpartition("/")[2].rpartition(".")[0]
        words = stem.rpartition("@")[2].split()
        for name in (stem, *words[: 1 if "@" in stem else 0]):
            if found := self._by_name.get(as_in_a_name(name).casefold()):
                return found
        return []


def _by_citekey(
    items: Iterable[Item], spelled: Callable[[str], str] = str
) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if citekey := _citekey(item):
            found[spelled(citekey).casefold()].append(item)
    return found


def as_in_a_name(citekey: str) -> str:
    """Return a citation key as the name of a file has it: signs that names can't have become `_`.

    Systems write letters with accents in names in two ways.
    """
    return _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", citekey))


def _citekey(item: Item) -> str:
    return text_in(item.fields, CITEKEY)
