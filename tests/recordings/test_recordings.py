"""What every writing command prints, exits with and leaves behind is as it was recorded.

`pytest tests/recordings --update-golden` records anew; review the difference like code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tests.cli.conftest import Zoterodigest
from tests.golden_files import GoldenFiles
from tests.recordings.play import play
from tests.recordings.scenario import Run, Scenario
from tests.recordings.scenarios import SCENARIOS
from zoterodigest.cli.app import app, command_called

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_run_does_what_is_recorded(
    scenario: Scenario,
    zoterodigest: Zoterodigest,
    tmp_path: Path,
    golden: GoldenFiles,
) -> None:
    recording = play(scenario, tmp_path, zoterodigest)

    golden.check(GOLDEN / f"{scenario.name}.txt", recording)


def test_every_recording_has_its_scenario() -> None:
    names = [scenario.name for scenario in SCENARIOS]

    assert len(set(names)) == len(names)
    assert {path.stem for path in GOLDEN.iterdir()} == set(names)


def test_every_command_that_writes_is_recorded() -> None:
    runs = [step.command for one in SCENARIOS for step in one.steps if isinstance(step, Run)]

    missing = [
        command
        for command in (*writing_commands(), "init")
        if not any(f"{run} ".startswith(f"{command} ") for run in runs)
    ]

    assert missing == []


def writing_commands() -> Iterator[str]:
    """Yield the commands that can be tried first: those are the ones that write."""
    group: Any = get_command(app)
    for name in sorted(group.commands):
        yield from _that_write(command_called(name), name)


def _that_write(command: Any, name: str) -> Iterator[str]:
    if hasattr(command, "commands"):
        for sub, one in sorted(command.commands.items()):
            yield from _that_write(one, f"{name} {sub}")
    elif any("--dry-run" in parameter.opts for parameter in command.params):
        yield name
