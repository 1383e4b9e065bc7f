"""The run of `doctor`: examine, and tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from zoterodigest.cli.base.invocation import Invocation
from zoterodigest.cli.base.network import chosen
from zoterodigest.cli.base.screen import counted, emit, hanging, styled, visible
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.sync.doctor.examination import examine
from zoterodigest.sync.doctor.finding import Check, Finding

FINE, FAILED = 0, 1


def show(asked: Invocation) -> int:
    """Examine the project of the digests, else of the current folder; return the exit code."""
    with busy("Looking at project and library"):
        checks = tuple(examine(Path(), asked.files, chosen(asked.address)))
    if asked.as_json:
        emit_json(as_data(checks))
    else:
        emit(as_text(checks))
    return FAILED if any(one.findings for one in checks) else FINE


def as_text(checks: Sequence[Check]) -> Iterator[str]:
    """Yield each check with what it found, then the counts."""
    room = max(cell_len(one.name) for one in checks) + 2
    for one in checks:
        yield from hanging(f"{one.name:<{room}}", _state(one))
        for finding in one.findings:
            yield from _finding(finding)
    number = sum(len(one.findings) for one in checks)
    skipped = sum(bool(one.skipped) for one in checks)
    rest = f", {skipped:,} skipped" if skipped else ""
    yield ""
    yield f"{counted(len(checks), 'check')}{rest}: {_found(number)}"


def as_data(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks as JSON can hold them; a check that was not skipped says null there."""
    return {
        "checks": [
            {
                "check": one.name,
                "is_well": one.is_well,
                "skipped": one.skipped or None,
                "findings": [
                    {"what": each.what, "why": each.why, "remedy": each.remedy}
                    for each in one.findings
                ],
            }
            for one in checks
        ]
    }


def _state(one: Check) -> str:
    if one.skipped:
        return f"skipped: {visible(one.skipped)}"
    return "fine" if one.is_well else _found(len(one.findings))


def _found(number: int) -> str:
    return counted(number, "finding") if number else "nothing is wrong"


def _finding(finding: Finding) -> Iterator[str]:
    sign = styled("*", "red")
    first, *others = hanging("  * ", visible(finding.what))
    yield first.replace("*", sign, 1)
    yield from others
    if finding.why:
        yield from hanging("    why  ", visible(finding.why))
    if finding.remedy:
        yield from hanging("    do   ", visible(finding.remedy))
