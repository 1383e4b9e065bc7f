"""What this instance of a library last showed (V), against what the lock file says now.

The lock file travels between machines and commits; a library may lag behind it. Per link and field
an instance remembers the last base at which item and entry were in step here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zoterodigest.core.link import Base, Row


@dataclass(frozen=True, slots=True)
class Seen:
    """What an instance remembers: its rows by id, with the bases of V, and by collection the keys
    of the items that lay in it.
    """

    rows: Mapping[str, Row] = field(default_factory=dict)
    collections: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recall:
    """What is remembered of one link where it differs from the lock file.

    `waits` are fields at which the library still is as it was last seen, while the lock file has
    moved on: nothing travels. Those in `bases` have moved at both: they merge over what was seen.
    """

    waits: frozenset[str] = frozenset()
    bases: Mapping[str, Base] = field(default_factory=dict)


NOTHING = Recall()
"""Nothing differs from the lock file."""
