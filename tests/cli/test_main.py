"""The program as a whole: exit codes, errors in sentences, help, pipes and terminals."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
import typer

from tests.cli.conftest import EXAMPLES, Zoterodigest
from zoterodigest import __version__
from zoterodigest.__main__ import start
from zoterodigest.cli import main as program
from zoterodigest.cli.app import app, command_called

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable, "-W", "ignore"]


def test_the_version_is_printed(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("--version")

    assert (ran.code, ran.out) == (0, f"zoterodigest {__version__}\n")


@pytest.mark.parametrize("arguments", [["frobnicate"], ["inspect", "--nonsense"], ["show"]])
def test_wrong_usage_exits_2(zoterodigest: Zoterodigest, arguments: list[str]) -> None:
    ran = zoterodigest(*arguments)

    assert ran.code == 2
    assert "Usage: zoterodigest" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["\x1b[31m\u202e"],
        ["status", "--\x1b[31m\u202e"],
        ["citekeys", "list", "too", "\x1b[31m\u202e"],
        ["status", "--max-changes", "\x1b[31m\u202e"],
    ],
)
def test_wrong_usage_is_told_without_what_a_terminal_would_obey(
    zoterodigest: Zoterodigest, arguments: list[str]
) -> None:
    ran = zoterodigest(*arguments)

    assert ran.code == 2
    assert ran.err.startswith("Usage: zoterodigest")
    assert ran.err.replace("\n", "").isprintable()


def test_a_current_folder_that_was_removed_is_no_bug(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    ran = zoterodigest("status")

    assert ran.code == program.BAD_INPUT
    assert ran.err.startswith("error: the current folder does not exist any more\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_below_the_output_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        code = program.main(["docs"])
        monkeypatch.undo()
        with suppress(OSError):
            full.close()

    assert code == program.BAD_INPUT
    assert capsys.readouterr().err.startswith(
        "error: the output could not be written: No space left on device\n"
    )


def test_a_blank_name_of_a_file_is_no_bug(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("status", " ")

    assert (ran.code, "no name of a file" in ran.err) == (program.BAD_INPUT, True)


def test_a_closed_output_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)

    assert program.main(["docs"]) == 0
    sys.stdout.close()


def test_without_arguments_it_helps(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest()

    assert "Usage: zoterodigest" in ran.out + ran.err
    assert "First steps:" in ran.out + ran.err


def test_the_help_lists_the_commands_and_the_exit_codes(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("--help")

    assert ran.code == 0
    assert "zoterodigest inspect papers.md" in ran.out
    assert "2 usage" in ran.out
    assert max(map(len, ran.out.split("\n"))) <= 80


def test_the_help_lists_each_command_once_in_its_group(zoterodigest: Zoterodigest) -> None:
    shown = zoterodigest("--help").out
    groups = re.findall(r"^([A-Z][a-z ]+):\n((?:  +\S.*\n)+)", shown, re.M)

    titles = ["Options", "Sync", "Papers in", "Bibliography", "Decide", "Look", "Set up"]
    assert [title for title, _ in groups] == titles
    listed = [name for _, text in groups[1:] for name in re.findall(r"^  (\S+)  ", text, re.M)]
    assert sorted(listed) == sorted({*_commands()} - {"merge-lock"})


@pytest.mark.parametrize("words", [["sync"], ["formats", "learn"], [], ["help"]])
def test_help_with_a_command_shows_the_help_of_it(
    zoterodigest: Zoterodigest, words: list[str]
) -> None:
    assert zoterodigest("help", *words).out == zoterodigest(*words, "--help").out


def _commands() -> list[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    return list(group.commands)


@pytest.mark.parametrize(
    "arguments",
    [("watch", "--once", "--pause"), ("watch", "--pause", "--resume"), ("ls", "--year", "2-1")],
)
def test_what_does_not_go_together_is_wrong_usage(
    zoterodigest: Zoterodigest, arguments: tuple[str, ...]
) -> None:
    assert zoterodigest(*arguments).code == 2


@pytest.mark.parametrize("command", ["ls", "set", "show", "tag"])
def test_an_argument_that_may_be_repeated_has_brackets_once(
    zoterodigest: Zoterodigest, command: str
) -> None:
    assert "[[" not in zoterodigest(command, "--help").out.splitlines()[0]


@pytest.mark.parametrize("command", _commands())
def test_every_command_explains_itself_within_80_columns(
    zoterodigest: Zoterodigest, command: str
) -> None:
    ran = zoterodigest(command, "--help")

    assert ran.code == 0
    assert f"Usage: zoterodigest {command}" in ran.out
    assert max(map(len, ran.out.split("\n"))) <= 80
    assert not re.search(r"<\w+\[|<int", ran.out), "a type of Python is shown"


@pytest.mark.parametrize("command", _commands())
def test_the_list_of_commands_shows_the_first_line_of_the_help_of_each(command: str) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)

    first_line = (command_called(command).help or "").partition("\n")[0]

    assert group.commands[command].help == first_line


@pytest.mark.parametrize("typed", [("stauts",), ("help", "stauts"), ("citekeys", "lsit")])
def test_who_mistypes_a_command_gets_the_one_that_is_meant(
    zoterodigest: Zoterodigest, typed: tuple[str, ...]
) -> None:
    ran = zoterodigest(*typed)

    assert ran.code == 2
    meant = {"stauts": "status", "lsit": "list"}[typed[-1]]
    assert re.search(rf"Did you mean .*'{meant}'", ran.err)


def test_a_value_that_an_option_does_not_take_is_refused_with_those_that_it_takes(
    zoterodigest: Zoterodigest,
) -> None:
    ran = zoterodigest("export", "--to", "bibtx")

    assert ran.code == 2
    said = "Invalid value for '--to': 'bibtx' is not one of 'bibtex', 'biblatex', 'csljson'.\n"
    assert ran.err.endswith(f"Error: {said}")


def _fail(**_: object) -> None:
    raise KeyError("a \x1b[31m key")


def test_a_bug_is_one_sentence_and_where_to_report_it(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoterodigest.cli.app.app", _fail)

    ran = zoterodigest()

    assert ran.code == program.BUG
    assert ran.err.startswith("error: this is a bug in zoterodigest")
    assert "\nhint: Please report it" in ran.err
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err


def test_a_bug_shows_where_it_happened_on_request(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoterodigest.cli.app.app", _fail)
    monkeypatch.setenv("ZOTERODIGEST_DEBUG", "1")

    ran = zoterodigest()

    assert "Traceback" in ran.err


def test_a_path_that_the_system_refuses_is_bad_input_and_no_bug(
    zoterodigest: Zoterodigest,
) -> None:
    ran = zoterodigest("push", "a" * 5_000)

    assert ran.code == program.BAD_INPUT
    assert ran.err.startswith("error: ")
    assert "File name too long" in ran.err
    assert "bug" not in ran.err


def _interrupt(**_: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_run_is_quiet(
    zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoterodigest.cli.app.app", _interrupt)

    ran = zoterodigest()

    assert (ran.code, ran.out, ran.err) == (130, "", "")


def test_ctrl_c_while_it_starts_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "zoterodigest.cli.main", Interrupted("main"))

    assert start() == 130
    assert capsys.readouterr() == ("", "")


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def test_starting_imports_none_of_the_heavy_libraries() -> None:
    script = "import sys, zoterodigest.cli.main; print(*sorted(sys.modules))"

    ran = subprocess.run(
        [*PYTHON, "-c", script], env=_environment(), capture_output=True, text=True, check=True
    )

    heavy = {"pydantic", "lxml", "pyzotero", "rich", "re2", "arxiv", "requests", "bibtexparser"}
    assert heavy.isdisjoint(ran.stdout.split())


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    digest = EXAMPLES / "quoted-notes.md"
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [*PYTHON, "-m", "zoterodigest", "inspect", str(digest)],
            stdout=writer,
            stderr=subprocess.PIPE,
            env=_environment(),
            check=False,
        )
    finally:
        os.close(writer)

    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [(["--json"], "核心创新".encode()), ([], "目标".encode("ascii", "backslashreplace"))],
)
def test_a_locale_without_the_characters_is_no_error(arguments: list[str], shown: bytes) -> None:
    digest = EXAMPLES / "world-models.zh.md"

    ran = subprocess.run(
        [*PYTHON, "-m", "zoterodigest", "inspect", str(digest), *arguments],
        capture_output=True,
        env=_environment(PYTHONIOENCODING="ascii"),
        check=True,
    )

    assert shown in ran.stdout
    assert ran.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(
    ("more", "is_coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
    ],
)
def test_a_terminal_is_coloured_unless_it_asks_not_to_be(
    more: dict[str, str], is_coloured: bool
) -> None:
    import pty

    terminal, program_end = pty.openpty()
    with open(terminal, "rb", buffering=0) as screen:  # noqa: PTH123  (a descriptor)
        subprocess.run(
            [*PYTHON, "-m", "zoterodigest", "formats"],
            stdout=program_end,
            env=_environment(**more),
            check=True,
        )
        os.close(program_end)
        shown = screen.read(4000)

    assert (b"\x1b[1m" in shown) is is_coloured


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("inspekt", " Did you mean 'inspect'?"),
        ("hlep", " Did you mean 'help'?"),
        ("search", " Did you mean 'ls'?"),
        ("serch", " Did you mean 'ls'?"),
        ("Histroy", " Did you mean 'log'?"),
        ("diff", " Did you mean 'plan --diff'?"),
        ("stat", " Did you mean 'stats' or 'status'?"),
        ("xyzzy", ""),
    ],
)
def test_a_command_that_is_not_there_names_the_one_that_may_be_meant(
    zoterodigest: Zoterodigest, typed: str, meant: str
) -> None:
    ran = zoterodigest(typed)

    assert ran.code == 2
    assert ran.err.endswith(f"Error: No such command '{typed}'.{meant}\n")
