"""Checks and what they find; a check that breaks is a finding and stops no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zoterodigest.errors import ZoterodigestError


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, why it matters, and what mends it, if anything does."""

    what: str
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, or why it could not be looked at (`skipped`)."""

    name: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""

    @property
    def is_well(self) -> bool:
        """Whether it was looked at and nothing is wrong."""
        return not self.findings and not self.skipped


def check(name: str, findings: Iterable[Finding], why: str) -> Check:
    """Return the check of this name with its findings; an error is one, and ends them."""
    return Check(name, tuple(told(findings, why)))


def told(findings: Iterable[Finding], why: str) -> Iterator[Finding]:
    """Yield `findings`; an error that comes in between is the last one, and matters for `why`."""
    try:
        yield from findings
    except ZoterodigestError as error:
        yield Finding(str(error), why, error.hint)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        yield Finding(f"{where}{reason}", why, "Check the path and its permissions.")
