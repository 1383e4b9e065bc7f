"""Citation keys: kept where one stands, made by a formula where none does, none twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import Enum

from zoterodigest.bibtex.facts.rules import BibRules
from zoterodigest.bibtex.facts.work import Work
from zoterodigest.bibtex.keys.formula import Formula, evaluate, main_creators, safe_key
from zoterodigest.core.values.names import is_user_name


class KeySource(Enum):
    """Where a citation key comes from; the first that has one decides."""

    NATIVE = "the item's citation key"
    EXTRA = "a line of the item's Extra"
    FIXED = "an earlier export"
    NEW = "the formula"


@dataclass(frozen=True, slots=True)
class CitationKey:
    """The key of one work.

    `stated` is the key that stands in the library or the lock file where it cannot be used as it
    stands: it is another work's already, or holds signs that no .bib can. A provisional key may
    change: authors or the year are missing, or the authors are user names.
    """

    text: str
    source: KeySource
    is_provisional: bool = False
    stated: str = ""


def citation_keys(
    works: Sequence[Work],
    formula: Formula,
    rules: BibRules,
    *,
    fixed: Mapping[str, str] = {},
    taken: Set[str] = frozenset(),
) -> tuple[CitationKey, ...]:
    """Return the keys of `works` in their order, unique without regard to case.

    `fixed` holds the keys given earlier, by item key; no new key is one of those `taken`. Which
    work gets which letter does not depend on the order of `works`.
    """
    stated = [_stated(work, fixed) for work in works]
    bases = [
        (safe_key(known[0]) if known else evaluate(formula, work, rules))
        or safe_key(work.key or "item")
        for known, work in zip(stated, works, strict=True)
    ]
    new = frozenset(at for at, known in enumerate(stated) if not known)
    reserved = _Reserved(frozenset(key.lower() for key in taken), new)
    texts = _unique(bases, _Order(works, stated), reserved)
    return tuple(
        CitationKey(text, known[1], stated=known[0] if known[0] != text else "")
        if known
        else CitationKey(text, KeySource.NEW, is_provisional(work))
        for text, known, work in zip(texts, stated, works, strict=True)
    )


def is_provisional(work: Work) -> bool:
    """Tell whether a key made of this work may change: no author or year, or user names."""
    return bool(why_provisional(work))


def why_provisional(work: Work) -> str:
    """Return what a work lacks for its key to be lasting; empty if it lacks nothing."""
    creators = main_creators(work)
    if not creators:
        return "no author" if work.year else "no author and no year"
    if not work.year:
        return "no year"
    is_account = any(each.is_body and is_user_name(each.last) for each in creators)
    return "an author is a user name" if is_account else ""


_Stated = tuple[str, KeySource] | None


def _stated(work: Work, fixed: Mapping[str, str]) -> _Stated:
    if work.citekey:
        return work.citekey, KeySource.NATIVE
    if work.extra_citekey:
        return work.extra_citekey, KeySource.EXTRA
    if earlier := fixed.get(work.key):
        return earlier, KeySource.FIXED
    return None


@dataclass(frozen=True, slots=True)
class _Order:
    """The order in which works with one key get letters: the same in whatever order they come."""

    works: Sequence[Work]
    stated: Sequence[_Stated]

    def __call__(self, at: int) -> tuple[int, tuple[str, ...]]:
        work = self.works[at]
        known = self.stated[at]
        names = " ".join(f"{each.last} {each.first}" for each in work.creators[:3])
        facts = (work.fact(name) for name in ("title", "doi", "url", "date"))
        identity = (work.arxiv, *facts, work.container, names, work.key)
        return _RANKS[known[1] if known else KeySource.NEW], identity


_RANKS = {source: rank for rank, source in enumerate(KeySource)}


@dataclass(frozen=True, slots=True)
class _Reserved:
    """Keys in lower case that no `new` work, by its place, may have as they are."""

    keys: frozenset[str]
    new: frozenset[int]

    def forbids(self, key: str, at: int) -> bool:
        return key in self.keys and at in self.new


def _unique(bases: Sequence[str], order: _Order, reserved: _Reserved) -> list[str]:
    """Return the bases, with letters behind all of one base but the first in order."""
    texts = list(bases)
    groups: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        groups.setdefault(text.lower(), []).append(at)
    taken = {*groups, *reserved.keys}
    doubled = (name for name, group in groups.items() if len(group) > 1 or name in reserved.keys)
    for lower in sorted(doubled):
        counts: dict[str, int] = {}
        group = sorted(groups[lower], key=order)
        for at in group if reserved.forbids(lower, group[0]) else group[1:]:
            texts[at] = _with_letters(texts[at], taken, counts)
            taken.add(texts[at].lower())
    return texts


def _with_letters(base: str, taken: set[str], counts: dict[str, int]) -> str:
    """Return the base with the first letters behind it that are free; `counts` are those used."""
    for number in _from(counts.get(base.lower(), 0)):
        key = base + _letters(number)
        if key.lower() not in taken:
            counts[base.lower()] = number + 1
            return key
    raise AssertionError("there is always a further number")


def _from(number: int) -> Iterator[int]:
    while True:
        yield number
        number += 1


def _letters(number: int) -> str:
    """Return a for 0, z for 25, aa for 26."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
