"""README.md tells the truth: its commands and options exist, its console examples run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, zoterodigest

__all__ = ["zoterodigest"]  # the fixture

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROMPT = "$ zoterodigest "


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def _examples() -> list[tuple[str, list[str]]]:
    """Return each command of the console examples with the lines shown of its output."""
    examples: list[tuple[str, list[str]]] = []
    for line in "".join(_blocks("console")).splitlines():
        if line.startswith(PROMPT):
            examples.append((line.removeprefix(PROMPT), []))
        else:
            examples[-1][1].append(line)
    return examples


def test_the_console_examples_run_and_show_what_they_say(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (digest,) = _blocks("markdown")
    (tmp_path / "papers.md").write_text(digest, encoding="utf-8")

    for command, shown in _examples():
        ran = zoterodigest(*shlex.split(command))

        assert (ran.code, ran.err) == (0, ""), command
        lines = iter(ran.out.splitlines())
        assert [line for line in shown if line not in lines] == [], command


def _help(zoterodigest: Zoterodigest, command: str = "") -> str:
    return zoterodigest(*([command] if command else []), "--help").out


def test_the_table_of_commands_is_complete(zoterodigest: Zoterodigest) -> None:
    listed = re.findall(r"^  (\w+)  ", _help(zoterodigest).partition("\nCommands:\n")[2], re.M)
    table = "\n".join(line for line in README.splitlines() if line.startswith("| `"))

    named = set(re.findall(r"`(\w+)(?: [^`]*)?`", table))

    assert set(listed) <= named
    assert named - {"zoterodigest"} <= set(listed)


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))))
def test_every_option_it_names_exists(zoterodigest: Zoterodigest, option: str) -> None:
    commands = ("inspect", "push", "status", "unlink", "remove", "export", "ls", "show", "init")

    helps = [_help(zoterodigest, command) for command in commands]

    assert any(re.search(rf"{option}\b", text) for text in helps)


def test_the_files_it_links_to_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)

    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
