"""Entries that are read when somebody asks what they say.

Where an entry stands depends on the rest of its digest, and is found out in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.frozen import dataclass

if TYPE_CHECKING:  # as in `document`
    from zoterodigest.digest.format.format import DigestFormat
    from zoterodigest.digest.format.pattern import Match

_READ = frozenset(
    {"span", "slots", "reading", "unreadable", "problems", "regions", "room", "shape"}
    | {"keys", "kept", "annotations"}
)

Reader = Callable[[], DigestEntry]

BROKEN = "broken"
"""How an entry is judged that is broken: that one is read at once."""
SLIPS = "slips"
"""How an entry is judged in which slips of the person's keep fields from being read."""


class LaterEntry(DigestEntry):
    """An entry of which only lines and headings are known, and how it was `judged`.

    Of two with one `key` all that is read later is the same, but for where it stands.
    """

    __slots__ = ("_read", "judged", "key")
    _read: Reader | None
    judged: str
    key: str

    def __init__(
        self, place: tuple[DigestFormat, int, int], key: str, judged: str, read: Reader
    ) -> None:
        """Keep what is known: format, first and last line, and what `read` will give."""
        # One by one: with a loop over names, 10,000 entries take 0.1 s more.
        put = object.__setattr__
        form, first, last = place
        put(self, "format", form)
        put(self, "first", first)
        put(self, "last", last)
        put(self, "key", key)
        put(self, "judged", judged)
        put(self, "broken", read().broken if BROKEN in judged else "")
        put(self, "_read", read)

    def under(self, texts: tuple[str, ...], keys: tuple[str, ...]) -> LaterEntry:
        """Return it with the headings that it stands under."""
        object.__setattr__(self, "headings", texts)
        object.__setattr__(self, "heading_keys", keys)
        return self

    def __getattr__(self, name: str) -> Any:
        """Read the entry: it is called for what has no value yet."""
        if name not in _READ or self._read is None:
            raise AttributeError(name)
        entry = self._read()
        self.now(entry)
        return getattr(entry, name)

    def now(self, entry: DigestEntry) -> LaterEntry:
        """Return it with all that was read, so that nothing has to be read later."""
        for one in _READ:
            object.__setattr__(self, one, getattr(entry, one))
        object.__setattr__(self, "_read", None)
        return self

    @property
    def is_read(self) -> bool:
        """Whether it holds all that it says."""
        return self._read is None


def has_slips(entry: DigestEntry) -> bool:
    """Tell, without reading a known entry, whether a slip keeps a field of it from being read."""
    if isinstance(entry, LaterEntry):
        return SLIPS in entry.judged
    return any(problem.is_slip for problem in entry.problems)


def is_same_area(one: DigestEntry, other: DigestEntry) -> bool:
    """Tell, without reading them, whether two entries are known to say the same."""
    if not (isinstance(one, LaterEntry) and isinstance(other, LaterEntry)):
        return False
    return one.key == other.key


@dataclass(frozen=True, slots=True)
class KnownAreas:
    """How areas were judged, by key: in earlier readings, and all that were `seen` in this one.

    `document` is the same digest as read in full, if it has been. `heads` are those of the lines of
    all readings; None if there is to be no other one.
    """

    judged: Mapping[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    document: Document | None = None
    heads: dict[tuple[str, bytes], Match | None] | None = field(default_factory=dict)


def area_key(what: tuple[object, ...], data: bytes) -> str:
    """Return the key of an area: a print of `what` its reading depends on, and of its bytes."""
    return blake2b(repr(what).encode("utf-8", "surrogatepass") + data, digest_size=10).hexdigest()
