"""Reporting many failures: those of one file with one reason are counted on one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zoterodigest.cli.base.screen import tell_failure
from zoterodigest.sync.run.failures import Failure

_MOST = 3
"""How many failures with one reason are listed one by one."""


def tell_failures(failures: Iterable[Failure]) -> None:
    """Write what failed; what a find-and-replace does to every entry fails once."""
    for parts in failure_lines(failures):
        tell_failure(*parts)


def failure_lines(failures: Iterable[Failure]) -> Iterator[tuple[str, str, str]]:
    """Yield where, which and why; the rest of many with one reason by their number."""
    groups: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        file, _, _ = failure.where.rpartition(":")
        groups.setdefault((file or failure.where, failure.reason), []).append(failure)
    for (file, reason), group in groups.items():
        few = len(group) <= _MOST + 1
        for failure in group if few else group[:_MOST]:
            yield failure.where, failure.title, failure.reason
        if not few:
            yield file, f"{len(group) - _MOST:,} more", reason
