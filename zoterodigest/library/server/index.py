"""What a server works out of a library once, and keeps until something is written.

Most is a column: what a function says of each item, in the order of the items. After a write, only
the items that were written are asked again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

from zoterodigest.bibtex.facts.rules import bib_rules
from zoterodigest.bibtex.keys import CitationKey, KeyClaim, key_claim, parse_formula, unique_keys
from zoterodigest.library.embedded.embedded import Details
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.works import read_work

T = TypeVar("T")
_RESULTS_KEPT = 16
_PART = 1_000


class LibraryIndex:
    """A snapshot of a library, with what is asked of it for request after request.

    `details` are of the same library. What the index `before` holds of items that have not changed
    is taken over. Items go by their positions in `items`.
    """

    def __init__(
        self, snapshot: Snapshot, details: Details, before: LibraryIndex | None = None
    ) -> None:
        self.snapshot = snapshot
        self.items = snapshot.items
        self.details = details
        self._columns: dict[Hashable, list[Any]] = {}
        self._results: dict[Hashable, Any] = {}
        if before is not None and before._columns:
            self._take_over(before)

    def column(self, of: Callable[[LibraryItem], T]) -> Sequence[T]:
        """Return what the function `of` says of each item."""
        if of not in self._columns:
            self._columns[of] = list(map(of, self.items))
        return self._columns[of]

    def fill(self, columns: Iterable[Callable[[LibraryItem], object]]) -> None:
        """Work out several columns in one go, by the JSON of each item, which is not kept.

        Column by column, with the JSON kept for the next one, 100,000 items take a quarter more
        time and 650 MiB of memory in place of 320.
        """
        missing: dict[Hashable, list[Any]] = {of: [] for of in columns if of not in self._columns}
        for start in range(0, len(self.items), _PART):
            part = self.items[start : start + _PART]
            plain = [LibraryItem(it.key, it.version, dict(it.data.items())) for it in part]
            for of, column in missing.items():
                assert callable(of)
                column.extend(map(of, plain))
        self._columns |= missing

    def result(self, of: Hashable, found: Callable[[], T]) -> T:
        """Return what `found` returns for the question `of`; it is kept for the next request.

        A client that comes for page after page asks the same for each.
        """
        known = self._results.pop(of) if of in self._results else found()
        while len(self._results) >= _RESULTS_KEPT:
            del self._results[next(iter(self._results))]
        self._results[of] = known  # as the last to be forgotten
        return cast("T", known)

    def _take_over(self, before: LibraryIndex) -> None:
        # By identity: an item that has not changed is the same object in both snapshots.
        places = {id(item): at for at, item in enumerate(before.items)}
        known = [places.get(id(item)) for item in self.items]
        for of, column in before._columns.items():
            assert callable(of)
            self._columns[of] = [
                of(item) if at is None else column[at]
                for at, item in zip(known, self.items, strict=True)
            ]

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """The position of each item by its key."""
        return {item.key: at for at, item in enumerate(self.items)}

    @cached_property
    def live(self) -> Sequence[int]:
        """The positions of what does not lie in the trash itself."""
        return [at for at, is_gone in enumerate(self.column(is_trashed)) if not is_gone]

    @cached_property
    def tops(self) -> Sequence[int]:
        """For each item the position of the one at the top above it, which may be itself."""
        above = [self.positions.get(key, -1) for key in self.column(key_above)]
        tops = []
        for at in range(len(self.items)):
            while above[at] >= 0:
                at = above[at]
            tops.append(at)
        return tops

    @cached_property
    def below(self) -> Mapping[str, Sequence[int]]:
        """The positions of the children of an item, by its key."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, key in enumerate(self.column(key_above)):
            if key:
                found[key].append(at)
        return found

    @cached_property
    def within(self) -> Mapping[str, Sequence[int]]:
        """The positions of what lies in a collection, by its key, with children of its items."""
        found: dict[str, list[int]] = defaultdict(list)
        places = self.column(collection_keys)
        for at, top in enumerate(self.tops):
            for key in places[top]:
                found[key].append(at)
        return found

    @cached_property
    def child_counts(self) -> Counter[str]:
        """How many children an item has, by its key; those in the trash don't count."""
        return Counter(key for key in self._live(key_above) if key)

    @cached_property
    def member_counts(self) -> Counter[str]:
        """How many items a collection has, by its key; those in the trash don't count."""
        return Counter(key for keys in self._live(collection_keys) for key in keys)

    @cached_property
    def collection_counts(self) -> Counter[str | None]:
        """How many collections lie in a collection, by its key."""
        return Counter(one.parent for one in self.snapshot.collections)

    @cached_property
    def citation_keys(self) -> Mapping[str, CitationKey]:
        """The citation keys of the works by the items' keys; they are unique in the library."""
        claims = {
            item.key: claim
            for item, claim in zip(self.items, self.column(_claim), strict=True)
            if claim is not None
        }
        return dict(zip(claims, unique_keys([*claims.values()]), strict=True))

    def _live(self, of: Callable[[LibraryItem], T]) -> Sequence[T]:
        found = zip(self.column(of), self.column(is_trashed), strict=True)
        return [value for value, is_gone in found if not is_gone]


def key_above(item: LibraryItem) -> str:
    """Return the key of the item above; "" for none."""
    return str(item.data.get("parentItem") or "")


def collection_keys(item: LibraryItem) -> tuple[str, ...]:
    """Return the keys of the collections an item is in."""
    return tuple(map(str, item.data.get("collections", ())))


def is_trashed(item: LibraryItem) -> bool:
    """Tell whether an item lies in the trash itself."""
    return item.is_trashed


def _claim(item: LibraryItem) -> KeyClaim | None:
    if item.json.is_part:
        return None
    rules = bib_rules()
    work = read_work({**item.data, "key": item.key}, rules)
    return key_claim(work, parse_formula(rules.key_formula), rules)
