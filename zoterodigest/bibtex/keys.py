"""Citation keys: kept where one stands, made by a formula where none does, none twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from zoterodigest.bibtex.formula import Formula, evaluate, main_creators, safe_key
from zoterodigest.bibtex.rules import BibRules
from zoterodigest.bibtex.work import Data, Work
from zoterodigest.core.names import is_user_name


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
    items: Sequence[tuple[Data, Work]],
    formula: Formula,
    rules: BibRules,
    *,
    fixed: Mapping[str, str] = {},
) -> tuple[CitationKey, ...]:
    """Return the keys of `items` in their order, unique without regard to case.

    `fixed` holds the keys given earlier, by item key. Which work gets which letter does not depend
    on the order of `items`.
    """
    stated = [_stated(data, fixed) for data, _ in items]
    bases = [
        (safe_key(known[0]) if known else evaluate(formula, work, rules))
        or safe_key(str(data.get("key") or "item"))
        for known, (data, work) in zip(stated, items, strict=True)
    ]
    texts = _unique(bases, _Order(items, stated))
    return tuple(
        CitationKey(text, known[1], stated=known[0] if known[0] != text else "")
        if known
        else CitationKey(text, KeySource.NEW, is_provisional(work))
        for text, known, (_, work) in zip(texts, stated, items, strict=True)
    )


def is_provisional(work: Work) -> bool:
    """Tell whether a key made of this work may change: no author or year, or user names."""
    creators = main_creators(work)
    if not creators or not work.year:
        return True
    return any(each.is_body and is_user_name(each.last) for each in creators)


_Stated = tuple[str, KeySource] | None
_EXTRA_KEY = re.compile(r"^\s{0,8}Citation Key\s?:\s?(\S+)\s*$", re.I | re.M)


def _stated(data: Data, fixed: Mapping[str, str]) -> _Stated:
    if native := str(data.get("citationKey") or "").strip():
        return native, KeySource.NATIVE
    extra = data.get("extra")
    if extra and (line := _EXTRA_KEY.search(str(extra))):
        return line[1], KeySource.EXTRA
    if earlier := fixed.get(str(data.get("key") or "")):
        return earlier, KeySource.FIXED
    return None


@dataclass(frozen=True, slots=True)
class _Order:
    """The order in which works with one key get letters: the same in whatever order they come."""

    items: Sequence[tuple[Data, Work]]
    stated: Sequence[_Stated]

    def __call__(self, at: int) -> tuple[int, tuple[str, ...]]:
        data, work = self.items[at]
        known = self.stated[at]
        names = " ".join(f"{each.last} {each.first}" for each in work.creators[:3])
        eprint = work.eprint.id if work.eprint else ""
        facts = (work.fact(name) for name in ("title", "doi", "url", "date"))
        identity = (eprint, *facts, work.container, names, str(data.get("key") or ""))
        return _RANKS[known[1] if known else KeySource.NEW], identity


_RANKS = {source: rank for rank, source in enumerate(KeySource)}


def _unique(bases: Sequence[str], order: _Order) -> list[str]:
    """Return the bases, with letters behind all of one base but the first in order."""
    texts = list(bases)
    groups: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        groups.setdefault(text.lower(), []).append(at)
    taken = set(groups)
    for lower in sorted(name for name, group in groups.items() if len(group) > 1):
        counts: dict[str, int] = {}
        for at in sorted(groups[lower], key=order)[1:]:
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
