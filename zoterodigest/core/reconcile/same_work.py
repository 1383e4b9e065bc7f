"""One work twice: items of two links that an identifier shows to be one paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from zoterodigest.core.plan.plan import Link
from zoterodigest.core.plan.reports import SameWork
from zoterodigest.core.values.identity import Identifier


def same_works(links: Sequence[Link]) -> Iterator[SameWork]:
    """Yield each identifier that items of several links share: merging them is for the person.

    The address of a page names no work for certain and does not count.
    """
    found: dict[Identifier, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        if link.item is not None:
            for identifier in link.entry.identifiers | link.item.identifiers:
                if not identifier.is_page:
                    found[identifier][link.item.key].append(link.row.id)
    told: set[tuple[str, ...]] = set()
    for identifier, by_key in sorted(found.items()):
        keys = tuple(sorted(by_key))
        if len(keys) > 1 and keys not in told:
            told.add(keys)
            yield SameWork(identifier, keys, tuple(id_ for key in keys for id_ in by_key[key]))
