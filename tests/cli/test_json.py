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
from zoterodigest.cli.app import _GROUPS, command_called

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
        *("push -n", "pull -n", "sync --yes"),
        *("set soup title=Soup", "tag soup +read"),
        *("add notes.md --to list.md -n --offline", "check-cites draft.tex refs.bib"),
        *("resolve --all --keep markdown -n", "undo --yes", "redo -n"),
        *("formats check notes.md", "formats learn list.md -n", "inspect --explain 5 notes.md"),
        "library copy embedded:.zoterodigest/library.sqlite embedded:copy.sqlite -n",
        "remove -n",
    ),
)
CONDITIONAL = ("after a run", "not with `status`", "with `--apply`", "with a .bib", "if a run")
_OF_ANY_NAME = {"actions", "reports", "extra", "counts", "before", "after", "library", "fields"}
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
    found = []
    for section in re.split(r"^## ", PAGE, flags=re.M)[1:]:
        names = section.partition("\n")[0].split(", ")
        if any(command == name or command.startswith(f"{name} ") for name in names):
            found.append((max(map(len, names)), section))
    if found:
        return max(found)[1]  # `inspect --explain` has a section of its own
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
    (waiting / "draft.tex").write_text("\\cite{soup}", encoding="utf-8")
    # There, colors, links and progress could come between.
    at_a_terminal(monkeypatch)
    for command in COMMANDS:
        printed = json.loads(zoterodigest(*command.split(), "--json").out)
        section = _section(command)
        rows = {
            name: what
            for cell, what in re.findall(r"^\| (`[^|]*`) \| (.*) \|$", section, re.M)
            for name in re.findall(r"`(\w+)`", cell)
        }
        always = {name for name, what in rows.items() if not what.startswith(CONDITIONAL)}

        assert always <= {*printed} <= {*rows}, command
        rest = {name: each for name, each in printed.items() if name not in _OF_ANY_NAME}
        elsewhere = map(_section, re.findall(r"as in \[(\w+)\]", section))
        texts = PAGE.partition("\n## ")[0], section, *elsewhere
        named = {*re.findall(r"`([\w-]+)`", "".join(texts))}
        assert sorted({*_names_in(list(rest.values()))} - named) == [], command


def test_every_command_with_json_is_on_the_page_and_tried() -> None:
    tried = {command.split()[0] for command in COMMANDS}
    # `ls` and `show` print Zotero's own objects, feeds need arXiv, `open` a browser.
    elsewhere = {"ls", "show", "feed", "open"}
    commands = [name for names in _GROUPS.values() for name in names]
    have = {name for name in commands if _has_json(name)}

    assert have - tried == elsewhere
    headings = " ".join(re.findall(r"^## (.*)$", PAGE, re.M)).replace(",", "").split()
    assert have <= {*headings}


def _has_json(name: str) -> bool:
    made = command_called(name)
    parts = getattr(made, "commands", {}).values() or [made]
    return any("--json" in option.opts for part in parts for option in part.params)
