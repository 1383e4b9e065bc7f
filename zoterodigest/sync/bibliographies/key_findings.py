"""Findings about citation keys: what is wrong with them, and what is only to be known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import Enum

from zoterodigest.bibtex.keys import safe_key, why_provisional
from zoterodigest.frozen import dataclass
from zoterodigest.library.records.works import Reference
from zoterodigest.sync.bibliographies.aliases import Aliases


class Matter(Enum):
    """What a finding is about; a wrong key spoils a bibliography."""

    DOUBLED = "doubled"
    UNSAFE = "unsafe"
    EXTRA = "extra"
    PROVISIONAL = "provisional"
    ALIAS = "alias"

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to do something about it."""
        return self in (Matter.DOUBLED, Matter.UNSAFE, Matter.EXTRA)


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """Something about the citation key of an item, as a sentence without its subject."""

    item: str
    title: str
    key: str
    matter: Matter
    text: str


def findings_about(
    items: Sequence[Reference], aliases: Sequence[Aliases]
) -> tuple[KeyFinding, ...]:
    """Return what is to be said of the citation keys of `items`, what is wrong first."""
    found = [
        *_doubled(items),
        *(each for one in items for each in _of_one(one)),
        *(each for one in aliases for each in alias_differences(items, one)),
    ]
    order = list(Matter)
    return tuple(sorted(found, key=lambda one: (order.index(one.matter), one.key, one.item)))


def alias_differences(items: Sequence[Reference], aliases: Aliases) -> Iterator[KeyFinding]:
    """Yield the items that have another citation key than the one they stand under in a .bib."""
    for one in items:
        key, alias = one.work.stated_citekey, aliases.keys.get(one.work.key, "")
        if key and alias and key != alias:
            place = f"{aliases.bibliography}:{aliases.lines[alias]}"
            yield _finding(one, key, Matter.ALIAS, f"stands as {alias} in {place}")


def _doubled(items: Sequence[Reference]) -> Iterator[KeyFinding]:
    same: dict[str, list[Reference]] = defaultdict(list)
    for one in items:
        if key := one.work.stated_citekey:
            # BibTeX compares keys without case.
            same[key.casefold()].append(one)
    for group in same.values():
        for one in group if len(group) > 1 else ():
            others = ", ".join(other.work.key for other in group if other is not one)
            text = f"is also the key of {others}"
            yield _finding(one, one.work.stated_citekey, Matter.DOUBLED, text)


def _of_one(one: Reference) -> Iterator[KeyFinding]:
    key = one.work.stated_citekey
    native, extra = one.work.citekey, one.work.extra_citekey
    if key and safe_key(key) != key:
        text = f"holds signs that no .bib can; an export writes {one.key.text}"
        yield _finding(one, key, Matter.UNSAFE, text)
    if native and extra and native != extra:
        text = f"is not the {extra} of its Extra, which Zotero itself would export"
        yield _finding(one, key, Matter.EXTRA, text)
    reason = "" if key else why_provisional(one.work)
    if reason:
        yield _finding(one, one.key.text, Matter.PROVISIONAL, f"may still change: {reason}")


def _finding(one: Reference, key: str, matter: Matter, text: str) -> KeyFinding:
    return KeyFinding(one.work.key, one.work.fact("title"), key, matter, text)
