"""Identifiers compared: whether two sets of them name two works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from zoterodigest.core.values.identity import Identifier


def contradict(one: Iterable[Identifier], other: Iterable[Identifier]) -> bool:
    """Tell whether two sets of identifiers name two works: one scheme, other values.

    The address of a page contradicts nothing, as a work may have several pages.
    """
    return bool(_schemes(one, other))


def contradicting(
    one: frozenset[Identifier], other: frozenset[Identifier]
) -> tuple[Identifier, ...]:
    """Return the identifiers by which two sets name two works, sorted."""
    schemes = _schemes(one, other)
    return tuple(sorted(each for each in one | other if each.scheme in schemes))


def naming(identifiers: Iterable[Identifier]) -> frozenset[Identifier]:
    """Return the identifiers that name a work for certain: the address of a page does not."""
    return frozenset(each for each in identifiers if not each.is_page)


def _schemes(one: Iterable[Identifier], other: Iterable[Identifier]) -> set[str]:
    first, second = _by_scheme(one), _by_scheme(other)
    common = first.keys() & second.keys()
    return {scheme for scheme in common if not first[scheme] & second[scheme]}


def _by_scheme(identifiers: Iterable[Identifier]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for identifier in naming(identifiers):
        found[identifier.scheme].add(identifier.value)
    return found
