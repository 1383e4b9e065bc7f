"""docs/json.md names what each command prints with `--json`, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, at_a_terminal
from tests.cli.test_earlier_state import waiting as waiting

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
COMMANDS = (
    *("status", "plan", "conflicts", "duplicates", "published --offline", "log", "undo -n"),
    *("citekeys list", "citekeys check", "citekeys set --all -n", "doctor", "unlink -n"),
    "formats list",
    *(
        "inspect notes.md refs.bib",
        "lint",
        "stats",
        "convert notes.md --to list",
        "enrich --offline -n",
        "sync --yes",
        "remove -n",
    ),
)
CONDITIONAL = ("after a run", "not with `status`", "with `--apply`", "with a .bib", "if a run")
_OF_ANY_NAME = {"actions", "reports", "entries", "counts", "before", "after", "library", "fields"}
_OF_ANY_NAME |= {
    "new_tags",
    "other_fields",
    "remarks",
    "changed",
    "aliases",
    "kept",
    "takes",
    "formats",
    "stop",
}
"""Fields whose members have the names of an action, of an item's field, of a kind."""


def _section(command: str) -> str:
    for section in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        names = section.partition("\n")[0].split(", ")
        if any(command == name or command.startswith(f"{name} ") for name in names):
            return section
    raise AssertionError(f"docs/json.md has no section on {command}")


def _names_in(value: Any) -> Iterator[str]:
    """Yield the names of objects below the fields of `value`."""
    match value:
        case dict():
            yield from value
            for name, member in value.items():
                if name not in _OF_ANY_NAME:
                    yield from _names_in(member)
        case list():
            for member in value:
                yield from _names_in(member)


def test_the_page_names_what_each_command_prints_also_at_a_terminal(
    zoterodigest: Zoterodigest, waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There, colors, links and progress could come between.
    at_a_terminal(monkeypatch)
    for command in COMMANDS:
        printed = json.loads(zoterodigest(*command.split(), "--json").out)
        section = _section(command)
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.M))
        always = {name for name, what in rows.items() if not what.startswith(CONDITIONAL)}

        assert always <= {*printed} <= {*rows}, command
        rest = {name: each for name, each in printed.items() if name not in _OF_ANY_NAME}
        named = {*re.findall(r"`([\w-]+)`", PAGE.partition("\n## ")[0] + section)}
        assert sorted({*_names_in(list(rest.values()))} - named) == [], command
