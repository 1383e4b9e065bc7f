"""Recognising a library that a lock file knows under another identity.

The library of a Zotero without an account goes by a name that only one machine knows. That name
is of no use once the person signs in, on a second machine, or when that machine has lost it. What
the library holds then tells whether it is the one the lock file links with.
"""

from __future__ import annotations

from collections.abc import Iterator

from zoterodigest.core.values.keys import is_our_item
from zoterodigest.library.address import is_named_here, is_personal
from zoterodigest.library.port import Library
from zoterodigest.project.lock.lock import LockFile

_MOST = 10
"""Keys to look for, of which one is enough: each that is not there may cost a request."""


def is_recognised(library: Library, lock: LockFile) -> bool:
    """Tell whether `library` is the one that `lock` links with, by what it holds.

    That is asked only where one of both identities is a name for a Zotero without an account, and
    the other one that name or an account: no copy of such a library keeps its keys.
    """
    identities = (lock.identity, library.identity)
    if not any(map(is_named_here, identities)):
        return False
    if not all(is_named_here(one) or is_personal(one) for one in identities):
        return False
    keys = evidence_of(lock)
    return bool(keys and library.fetch(keys))


def evidence_of(lock: LockFile) -> tuple[str, ...]:
    """Return keys of what `lock` links with that no other library holds."""
    keys = tuple(dict.fromkeys(_evidence(lock)))
    return keys[:: len(keys) // _MOST + 1]


def _evidence(lock: LockFile) -> Iterator[str]:
    for row in lock.rows:
        if not row.links_digest:
            continue
        # The key of an item that we create may be derived from its identifier, and is then the
        # same in every library; without an identifier it is derived from a title unknown here.
        if row.identifiers and not is_our_item(row.item, row.identifiers, ""):
            yield row.item
        if row.note:  # random, or derived from the row's random id
            yield row.note
