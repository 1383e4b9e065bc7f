"""The command `doctor`: look at project and library, and report problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, command
from zoterodigest.cli.base.projects import chosen
from zoterodigest.cli.base.screen import counted, hanging, styled, visible
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.show.encoder import emit_result, picked
from zoterodigest.sync.doctor.checked_project import Check, Finding
from zoterodigest.sync.doctor.examination import examine


@command("files address as_json")
def doctor(asked: Invocation) -> int:
    """Find problems and the commands that fix them.

    doctor checks the configuration, formats, digests, bibliographies, lock file, state folder,
    packages, caches, the library, its API key, and all links and notes. In vaults it looks for
    missing files, broken front matter, keys of lost items, big notes and marks of other tools. It
    also looks for conflict copies, and for papers that appear twice. A check that fails doesn't
    stop the others. doctor changes nothing.

    \b
    Examples:
      zoterodigest doctor
      zoterodigest doctor --json

    The exit code is 1 if something is wrong.
    """
    with busy("Looking at project and library"):
        checks = tuple(examine(Path(), asked.files, chosen(asked.address)))
    emit_result(asked, _text(checks), _data(checks))
    return FAILED if any(one.findings for one in checks) else FINE


def _text(checks: Sequence[Check]) -> Iterator[str]:
    """Yield each check with what it found, then the counts."""
    room = max(cell_len(one.name) for one in checks) + 2
    for one in checks:
        state = "fine" if one.is_well else _found(len(one.findings))
        state = f"skipped: {visible(one.skipped)}" if one.skipped else state
        yield from hanging(f"{one.name:<{room}}", state)
        for finding in one.findings:
            yield from _finding(finding)
        for remark in one.remarks:
            yield from hanging("  note   ", visible(remark))
    number = sum(len(one.findings) for one in checks)
    skipped = sum(bool(one.skipped) for one in checks)
    rest = f", {skipped:,} skipped" if skipped else ""
    yield ""
    yield f"{counted(len(checks), 'check')}{rest}: {_found(number)}"


def _data(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks as JSON can hold them; a check that was not skipped says null there."""
    found = (
        picked(one, check="name")
        | picked(one, "is_well")
        | {"skipped": one.skipped or None}
        | picked(one, "remarks", "findings")
        for one in checks
    )
    return {"checks": [*found]}


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
