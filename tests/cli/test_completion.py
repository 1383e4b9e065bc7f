"""Shells complete commands and options: each asks the program itself what comes next."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from tests.made_once import made_once
from tests.terminal import Terminal
from zoterodigest.cli.base.completion import (
    collections_like,
    items_like,
    items_or_tags_like,
    join_words_of_bash,
    tags_like,
)
from zoterodigest.cli.show.library_list import SortKey

ROOT = Path(__file__).resolve().parents[2]

# How the script for each shell asks, as typer defines it.
ASKED = {
    "bash": lambda text: {
        "COMP_WORDS": text.replace(" ", "\n"),
        "COMP_CWORD": str(text.count(" ")),
    },
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

    def make() -> None:
        (tmp_path / "papers.md").write_text(a_digest(("Attention Is All You Need", "1706.03762")))
        assert zoterodigest("push", "papers.md", "--yes", "--offline").code == 0
        assert zoterodigest("tag", "attention", "+to read").code == 0

    made_once(tmp_path, make)
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


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("shell", "completed"),
    [("bash", r"to\ read"), ("zsh", "to read"), ("fish", "to read"), ("pwsh", "to` read")],
)
def test_a_tag_is_completed_as_its_shell_takes_it(
    monkeypatch: pytest.MonkeyPatch, shell: str, completed: str
) -> None:
    monkeypatch.setenv("_ZOTERODIGEST_COMPLETE", f"complete_{shell}")

    assert tags_like("to") == [completed]


@pytest.mark.usefixtures("library")
def test_a_tag_in_quotes_is_completed_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ZOTERODIGEST_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", 'zoterodigest\ntag\n"+to')

    assert items_or_tags_like("+to") == [("+to read", "")]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("tag", ["$(id)", "`id`", "a\\b", 'a"b', "it's", "a!b", "a\nb", "’; id"])
def test_a_tag_that_a_shell_could_run_is_not_completed(
    zoterodigest: Zoterodigest, tag: str
) -> None:
    before = tags_like("")

    assert zoterodigest("tag", "attention", f"+{tag}").code == 0

    assert tags_like("") == before


def test_a_title_beside_its_key_runs_nothing_and_breaks_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    title = r"""Evil \$(id) "; id; " `id` 'x' [/b] title"""
    (tmp_path / "papers.md").write_text(a_digest((title, "1706.03762")))
    assert zoterodigest("push", "papers.md", "--yes", "--offline").code == 0

    ((_, shown),) = items_like("")

    assert shown == "Evil (id) ”; id; ” ‘id‘ ’x’ (/b) title"


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


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """The program as a shell finds it; without a question about completion it says its words."""
    path = tmp_path / "zoterodigest"
    program = f'exec {sys.executable} -W ignore -m zoterodigest "$@"'
    path.write_text(
        f'#!/bin/sh\n[ -z "$_ZOTERODIGEST_COMPLETE" ] || {program}\necho "words: $*"\n', "utf-8"
    )
    path.chmod(0o755)
    return path


def _script(shell: str, command: Path) -> dict[str, str]:
    """Put the script for a shell beside the command; return the environment of that shell."""
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell}")
    undetected = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    script = _run("--show-completion", shell, **undetected)
    (command.parent / "script").write_text(script, "utf-8")
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "HOME": str(command.parent), "PYTHONPATH": str(ROOT), "TERM": "dumb"}
    return {**os.environ, **own}


def test_the_script_for_bash_completes_in_bash(command: Path) -> None:
    environment = _script("bash", command)
    asks = 'COMP_WORDS=(zoterodigest check); COMP_CWORD=1; $F "$1"; echo "${COMPREPLY[@]}"'
    finds = "F=$(complete -p zoterodigest | sed 's/.*-F \\([^ ]*\\).*/\\1/')"

    ran = subprocess.run(
        ["bash", "--norc", "-c", f"source ./script\n{finds}\n{asks}", "bash", str(command)],
        **_in(command, environment),
    )

    assert ran.stdout.split() == ["check-cites"]


@pytest.mark.deep
@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (r"+to\ re", "+to read"),
        ("'+to re", "+to read"),
        ("+TO", "+to read"),
        ("+task:image", "+task:image restoration"),
        (r"+task:image\ r", "+task:image restoration"),
        ("'+task:im", "+task:image restoration"),
    ],
)
def test_bash_completes_the_rest_of_a_tag_that_is_begun(
    command: Path, typed: str, completed: str
) -> None:
    terminal = Terminal(command.parent, _script("bash", command))

    with terminal.running(["bash", "--norc", "-i"]) as bash:
        bash.type("source ./script; bind 'set bell-style none'; echo RE''ADY\n")
        bash.until("READY\\s")
        bash.type(f"zoterodigest tag KEY {typed}\t")
        bash.until(re.escape(completed[-4:]))
        bash.type("\n")

        assert bash.until("words: .*").split(maxsplit=3)[3].strip() == completed


@pytest.mark.usefixtures("library")
def test_a_tag_is_completed_from_the_parts_that_bash_makes_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = ["zoterodigest", "tag", "KEY", "+task", ":", r"image\ re", "--yes"]
    monkeypatch.setenv("_ZOTERODIGEST_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(parts))
    monkeypatch.setenv("COMP_CWORD", "5")

    join_words_of_bash()

    assert (os.environ["COMP_WORDS"], os.environ["COMP_CWORD"]) == (
        "zoterodigest\ntag\nKEY\n+task:image\\ re",
        "3",
    )
    ((word, _),) = items_or_tags_like("+task:image re")
    assert word == r"image\ restoration"
    assert word.startswith("image re"), "typer would leave it out"


@pytest.mark.deep
def test_the_script_for_fish_completes_in_fish(command: Path) -> None:
    environment = _script("fish", command)
    asks = "source script; complete -C 'zoterodigest unli'"

    ran = subprocess.run(["fish", "--no-config", "-c", asks], **_in(command, environment))

    assert ran.stdout.split("\t")[0] == "unlink"


@pytest.mark.deep
def test_the_script_for_zsh_completes_in_zsh(command: Path) -> None:
    terminal = Terminal(command.parent, _script("zsh", command))

    with terminal.running(["zsh", "-f", "-i"]) as zsh:
        zsh.type("autoload -U compinit; compinit -D; source ./script; echo RE''ADY\n")
        zsh.until("READY\\s")
        zsh.type("zoterodigest unli\t")
        zsh.until("unlink")
        zsh.type("\n")

        assert zsh.until("words: .*").split() == ["words:", "unlink"]


def _in(command: Path, environment: dict[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {"cwd": command.parent, "env": environment}
    return {**given, "capture_output": True, "text": True, "check": True}
