"""Shells complete commands and options: each asks the program itself what comes next."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from zoterodigest.cli.base.completion import (
    collections_like,
    items_like,
    items_or_tags_like,
    tags_like,
)
from zoterodigest.cli.show.library_list import SortKey

ROOT = Path(__file__).resolve().parents[2]

# How the script for each shell asks, as typer defines it.
ASKED = {
    "bash": lambda text: {"COMP_WORDS": text, "COMP_CWORD": str(text.count(" "))},
    "zsh": lambda text: {"_TYPER_COMPLETE_ARGS": text},
    "fish": lambda text: {
        "_TYPER_COMPLETE_ARGS": text,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    },
}


def _run(*arguments: str, **more: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    program = "import sys; from zoterodigest.cli.main import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stderr == ""
    return ran.stdout


def _completed(shell: str, text: str) -> str:
    return _run(_ZOTERODIGEST_COMPLETE=f"complete_{shell}", **ASKED[shell](text))


@pytest.fixture
def library(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """A folder with a trial library of one tagged paper."""
    (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
    assert zoterodigest("push", "papers.md", "--yes", "--offline").code == 0
    assert zoterodigest("tag", "attention", "+to read").code == 0
    return tmp_path


@pytest.mark.usefixtures("library")
def test_keys_and_tags_of_the_library_are_completed(zoterodigest: Zoterodigest) -> None:
    (item,) = json.loads(zoterodigest("ls", "--json").out)
    key, title = item["key"], "Attention Is All You Need"

    assert (key, title) in items_like(key[:3].lower())
    assert items_like("nothing") == []
    assert tags_like("TO") == ["to read"]
    assert items_or_tags_like("-to") == [("-to read", "")]
    assert items_or_tags_like(key) == [(key, title)]


@pytest.mark.usefixtures("library")
def test_collections_are_completed_by_name() -> None:
    assert collections_like("PAP") == ["papers"]
    assert collections_like("x") == []


def test_what_has_few_values_is_completed() -> None:
    assert _completed("bash", "zoterodigest ls --sort ").split() == [one.value for one in SortKey]
    assert _completed("bash", "zoterodigest docs rec").split() == ["recipes"]


@pytest.mark.usefixtures("zoterodigest")
def test_where_there_is_no_library_nothing_is_completed_or_said(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert (items_like(""), tags_like("")) == ([], [])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("shell", ASKED)
def test_a_command_begun_is_completed(shell: str) -> None:
    found = _completed(shell, "zoterodigest unl")

    assert "unlink" in found
    assert "undo" not in found


def test_options_of_a_command_and_commands_of_a_command_are_completed() -> None:
    assert "--max-changes" in _completed("bash", "zoterodigest sync --max").split()
    assert _completed("bash", "zoterodigest formats l").split() == ["list", "learn"]


def test_the_script_for_bash_completes_in_bash(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    script = _run("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    command = tmp_path / "zoterodigest"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m zoterodigest "$@"\n', "utf-8")
    command.chmod(0o755)
    asks = 'COMP_WORDS=(zoterodigest check); COMP_CWORD=1; $F "$1"; echo "${COMPREPLY[@]}"'
    finds = "F=$(complete -p zoterodigest | sed 's/.*-F \\([^ ]*\\).*/\\1/')"

    ran = subprocess.run(
        [bash, "--norc", "-c", f"{script}\n{finds}\n{asks}", "bash", str(command)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.split() == ["check-cites"]
