"""`conflicts` and `resolve`: what they show, ask, write, and their exit codes."""

from __future__ import annotations

import io
import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran, Zoterodigest, a_digest, edited_item
from tests.cli.test_push import ATTENTION, RESNET
from tests.made_once import made_once
from zoterodigest.cli.show.differences import WordChange, changed_words
from zoterodigest.cli.show.written_values import (
    NotTaken,
    read_written,
    with_markers,
    written,
)
from zoterodigest.core.plan.run_options import End
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
)
from zoterodigest.library.connect import connect

BY_ADA, BY_BEN = "Residual Nets", "Deep Residual Learning"


@pytest.fixture
def digest(zoterodigest: Zoterodigest, tmp_path: Path) -> Path:
    """Return a pushed digest, the title of one of its papers edited at both ends."""
    path = tmp_path / "papers.md"

    def make() -> None:
        path.write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
        zoterodigest("push", "papers.md", "--yes")
        edit(path, RESNET[0], BY_ADA)
        edited_item(tmp_path, RESNET[0], title=BY_BEN)

    made_once(tmp_path, make)
    return path


def edit(digest: Path, old: str, new: str) -> None:
    text = digest.read_text(encoding="utf-8")
    assert old in text
    digest.write_text(text.replace(old, new), encoding="utf-8")


def listed(zoterodigest: Zoterodigest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zoterodigest("conflicts", "--json").out)
    return found


def open_id(zoterodigest: Zoterodigest) -> str:
    (conflict,) = listed(zoterodigest)["conflicts"]
    return str(conflict["id"])


def titles(zoterodigest: Zoterodigest, digest: Path) -> tuple[bool, bool, bool]:
    """Tell whether the digest holds Ada's, whether it holds Ben's, and whether Zotero has Ben's."""
    text = digest.read_text(encoding="utf-8")
    return BY_ADA in text, BY_BEN in text, BY_BEN in zoterodigest("ls").out


# --- conflicts -----------------------------------------------------------------------------------


def test_conflicts_are_listed_with_base_and_both_ends(
    zoterodigest: Zoterodigest, digest: Path
) -> None:
    ran = zoterodigest("conflicts")

    assert ran.code == 3
    shown = [line.split() for line in ran.out.splitlines()]
    for label, value in (("base", RESNET[0]), ("markdown", BY_ADA), ("zotero", BY_BEN)):
        assert [label, *value.split()] in shown
    assert f"papers.md:{line_of(digest)}" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_conflicts_can_show_each_word_in_which_the_values_differ(
    zoterodigest: Zoterodigest, digest: Path
) -> None:
    ran = zoterodigest("conflicts", "--diff")

    assert ran.code == 3
    lines = [line.strip() for line in ran.out.splitlines()]
    assert f"base      {RESNET[0]}" in lines
    (markdown,) = (line for line in lines if line.startswith("markdown"))
    (zotero,) = (line for line in lines if line.startswith("zotero"))
    assert "{+Nets+}" in markdown
    assert "[-for Image Recognition-]" in zotero


def test_an_identifier_that_was_cleared_in_zotero_is_not_called_changed_at_both_ends(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    edited_item(tmp_path, ATTENTION[0], extra="", url="", DOI="", archiveID="")

    for command in ("conflicts", "status"):
        shown = " ".join(zoterodigest(command).out.split())
        assert "An identifier was cleared in Zotero. Both sides keep their value" in shown
        assert "hanged on both sides" not in shown


def line_of(digest: Path) -> int:
    lines = digest.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if BY_ADA in line)


def test_conflicts_as_json_hold_whole_values(zoterodigest: Zoterodigest, digest: Path) -> None:
    (conflict,) = listed(zoterodigest)["conflicts"]

    assert conflict["field"] == "title"
    assert [conflict[end] for end in ("base", "markdown", "zotero")] == [RESNET[0], BY_ADA, BY_BEN]
    assert conflict["row"].startswith(f"zd-{conflict['id']}")
    assert (conflict["digest"], conflict["line"]) == ("papers.md", line_of(digest))


def test_without_conflicts_it_says_so_and_exits_with_0(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")

    assert zoterodigest("conflicts") == Ran(0, "No conflicts.\n", "")


def test_fields_apart_are_counted_and_listed_when_asked(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    (tmp_path / "zoterodigest.lock").unlink()
    edited_item(tmp_path, ATTENTION[0], title="Another")
    zoterodigest("push", "papers.md", "--yes")

    few, all_ = zoterodigest("conflicts"), zoterodigest("conflicts", "--apart")

    assert (few.code, all_.code) == (0, 0)
    assert "Diverged (1)" in few.out
    assert "Another" not in few.out
    assert "zotero    Another" in all_.out


# --- resolve, by options -------------------------------------------------------------------------


@pytest.mark.parametrize(("keep", "held"), [("markdown", (True, False, False)),
                                            ("zotero", (False, True, True))])  # fmt: skip
@pytest.mark.parametrize("by_id", [True, False])
def test_the_end_that_is_kept_holds_at_both(
    zoterodigest: Zoterodigest, digest: Path, keep: str, held: tuple[bool, ...], by_id: bool
) -> None:
    what = open_id(zoterodigest) if by_id else "--all"

    ran = zoterodigest("resolve", what, "--keep", keep)

    assert (ran.code, ran.err) == (0, "")
    assert titles(zoterodigest, digest) == held
    assert "Already up to date." in zoterodigest("sync").out


@pytest.mark.parametrize("name", ["deep residual", "1512.03385", "papers.md:LINE", "papers.md"])
def test_a_conflict_is_named_as_items_and_entries_are(
    zoterodigest: Zoterodigest, digest: Path, name: str
) -> None:
    ran = zoterodigest("resolve", name.replace("LINE", str(line_of(digest))), "--keep", "zotero")

    assert (ran.code, ran.err) == (0, "")
    assert BY_BEN in digest.read_text(encoding="utf-8")


def test_a_name_of_several_conflicts_lists_their_ids(
    zoterodigest: Zoterodigest, digest: Path, tmp_path: Path
) -> None:
    edit(digest, ATTENTION[0], "Attention, Again")
    edited_item(tmp_path, ATTENTION[0], title="Attention, Anew")
    ids = sorted(one["id"] for one in listed(zoterodigest)["conflicts"])

    ran = zoterodigest("resolve", "papers.md", "--keep", "zotero")

    assert ran.code == 2
    assert f"papers.md may be any of {', '.join(ids)}" in ran.err


def test_an_identifier_cleared_in_the_library_is_resolved(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    edited_item(tmp_path, RESNET[0], extra="", url="")

    ran = zoterodigest("sync", "papers.md", "--yes")
    resolved = zoterodigest("resolve", "--all", "--keep", "markdown")

    assert (ran.code, resolved.code) == (3, 0)
    assert zoterodigest("status").code == 0


def test_a_dry_run_of_resolve_shows_it_and_writes_nothing(
    zoterodigest: Zoterodigest, digest: Path
) -> None:
    before = digest.read_bytes()

    ran = zoterodigest("resolve", "--all", "--keep", "zotero", "--dry-run")

    assert ran.code == 0
    assert f"title: both sides get the library's “{BY_BEN}”" in ran.out
    assert digest.read_bytes() == before
    assert zoterodigest("conflicts").code == 3


def test_resolve_as_json_tells_what_was_chosen_and_what_is_left(
    zoterodigest: Zoterodigest, digest: Path, tmp_path: Path
) -> None:
    edit(digest, ATTENTION[0], "Attention, Again")
    edited_item(tmp_path, ATTENTION[0], title="Attention, Anew")
    (_, wanted) = listed(zoterodigest)["conflicts"]

    ran = zoterodigest("resolve", wanted["id"], "--keep", "markdown", "--json")

    data = json.loads(ran.out)
    assert ran.code == 3
    assert [one["chosen"] for one in data["resolved"]] == ["markdown"]
    assert [one["markdown"] for one in data["conflicts"]] == ["Attention, Again"]


@pytest.mark.parametrize("name", [BY_ADA, BY_BEN, "residual"])
def test_a_conflict_of_titles_is_found_by_the_title_of_either_side(
    zoterodigest: Zoterodigest, digest: Path, name: str
) -> None:
    ran = zoterodigest("resolve", name, "--keep", "zotero", "--dry-run")

    assert f"title: both sides get the library's “{BY_BEN}”" in ran.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["zzzz", "--keep", "zotero"], "nothing open has the ID zzzz"),
        (["ID", "--keep", "zotero", "--field", "venue"], "venue is not open"),
        (["--keep", "zotero"], "nothing says what to resolve"),
        (["--all"], "--all needs the side to keep"),
        (["ID", "--all", "--keep", "zotero"], "an ID and --all"),
        (["ID", "--keep", "zotero", "--edit"], "--keep and --edit"),
        (["ID"], "asks only at a terminal"),
        ([], "asks only at a terminal"),
    ],
)
def test_what_is_not_clear_is_told(
    zoterodigest: Zoterodigest, digest: Path, arguments: list[str], sentence: str
) -> None:
    found = open_id(zoterodigest)

    ran = zoterodigest("resolve", *(found if one == "ID" else one for one in arguments))

    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert "hint:" in ran.err


def test_an_id_with_several_open_fields_needs_the_field(
    zoterodigest: Zoterodigest, digest: Path, tmp_path: Path
) -> None:
    edit(digest, f"{BY_ADA}**\n> *CVPR 2025*", f"{BY_ADA}**\n> *ICCV 2025*")
    edited_item(tmp_path, BY_BEN, proceedingsTitle="ECCV")
    found = listed(zoterodigest)["conflicts"][0]["id"]

    unclear = zoterodigest("resolve", found, "--keep", "zotero")
    clear = zoterodigest("resolve", found, "--keep", "zotero", "--field", "venue")

    assert (unclear.code, clear.code) == (2, 3)
    assert "title" in unclear.err
    assert "venue" in unclear.err
    assert [one["field"] for one in listed(zoterodigest)["conflicts"]] == ["title"]


MOVED = """# Reading

## Vision

- [Restoring Images with Shifted Windows](https://arxiv.org/abs/2401.00001), CVPR 2024.
- [Adversarial Losses for Sharper Pictures](https://arxiv.org/abs/2401.00002), CVPR 2023.

## Theory

- [Straight Flows for Fast Sampling](https://arxiv.org/abs/2401.00003), ICLR 2023.
"""


def test_what_moved_at_both_ends_is_listed_and_no_field_is_open(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    digest = tmp_path / "papers.md"
    digest.write_text(MOVED, encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")
    with connect("embedded:.zoterodigest/library.sqlite", base=tmp_path) as library:
        (theory,) = (one for one in library.read().collections if one.name == "Theory")
    edited_item(tmp_path, "Restoring Images with Shifted Windows", collections=[theory.key])
    line = MOVED.splitlines(keepends=True)[4]
    digest.write_text(f"{MOVED.replace(line, '')}\n## Other\n\n{line}", encoding="utf-8")

    shown = zoterodigest("conflicts")
    resolved = zoterodigest("resolve", "--all", "--keep", "zotero")

    assert (shown.code, resolved.code) == (3, 3)
    assert "Moved on both sides (1)" in shown.out
    assert "No conflicts." not in shown.out
    assert resolved.out.startswith("No such field is open")


def test_with_nothing_open_there_is_nothing_to_resolve(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "papers.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "papers.md", "--yes")

    ran = zoterodigest("resolve", "--all", "--keep", "zotero")

    assert ran == Ran(0, "Nothing is open.\n", "")


# --- resolve, by the person's own programs -------------------------------------------------------


def program(folder: Path, body: str) -> str:
    """Write a program in Python that gets file names in `sys.argv[1:]`, and return its command."""
    path = folder / "program.py"
    path.write_text(f"import os, sys\nfrom pathlib import Path\n{body}\n", encoding="utf-8")
    return f"{sys.executable} {path}"


def test_what_is_written_in_the_editor_goes_to_both_ends(
    zoterodigest: Zoterodigest, digest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = """
path = Path(sys.argv[1])
Path("seen").write_text(path.read_text())
Path("mode").write_text(oct(path.stat().st_mode) + " " + str(path))
path.write_text("By both\\n")
"""
    monkeypatch.setenv("EDITOR", program(tmp_path, body))
    monkeypatch.delenv("VISUAL", raising=False)

    ran = zoterodigest("resolve", open_id(zoterodigest), "--edit")

    seen, (mode, path) = (tmp_path / "seen").read_text(), (tmp_path / "mode").read_text().split()
    assert ran.code == 0
    assert "**By both**" in digest.read_text(encoding="utf-8")
    assert "By both" in zoterodigest("ls").out
    assert f"<<<<<<< markdown\n{BY_ADA}\n=======\n{BY_BEN}\n>>>>>>> zotero\n" in seen
    assert f"Both sides last had: {RESNET[0]}" in seen
    assert stat.S_IMODE(int(mode, 8)) == 0o600
    assert not Path(path).exists()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("sys.exit(3)", "ended with 3"),
        ("pass", "the text did not change"),
        ("open(sys.argv[1], 'a').write('more')", "conflict markers are left in the text"),
        ("open(sys.argv[1], 'wb').write(b'\\xff')", "can't be read"),
        ("os.unlink(sys.argv[1])", "can't be read"),
    ],
)
def test_an_editor_that_leaves_nothing_to_take_changes_nothing(
    zoterodigest: Zoterodigest,
    digest: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    sentence: str,
) -> None:
    monkeypatch.setenv("VISUAL", program(tmp_path, body))
    before = digest.read_bytes()

    ran = zoterodigest("resolve", open_id(zoterodigest), "--edit")

    assert ran.code == 7
    assert sentence in ran.err
    assert digest.read_bytes() == before
    assert zoterodigest("conflicts").code == 3


def test_an_editor_that_is_not_there_is_told(
    zoterodigest: Zoterodigest, digest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")

    ran = zoterodigest("resolve", open_id(zoterodigest), "--edit")

    assert ran.code == 7
    assert "there is no program no-such-editor" in ran.err


# --- resolve, at a terminal ----------------------------------------------------------------------


class Typed(io.StringIO):
    """What a person types at a terminal."""

    def isatty(self) -> bool:
        return True


Answered = Callable[..., Ran]


@pytest.fixture
def answered(zoterodigest: Zoterodigest, monkeypatch: pytest.MonkeyPatch) -> Answered:
    """Run `resolve` with the answers that a person types."""

    def run(*answers: str, arguments: tuple[str, ...] = ()) -> Ran:
        monkeypatch.setattr(sys, "stdin", Typed("".join(f"{answer}\n" for answer in answers)))
        return zoterodigest("resolve", *arguments)

    return run


def test_a_person_sees_base_and_both_ends_word_by_word(answered: Answered, digest: Path) -> None:
    ran = answered("?", "s")

    assert f"  base      {RESNET[0]}" in ran.out
    assert "{+Nets+}" in ran.out
    assert "[-for Image Recognition-]" in ran.out
    assert "both sides get what the digest holds" in ran.out
    assert (ran.code, "Nothing was decided" in ran.out) == (3, True)


@pytest.mark.parametrize(("answer", "held"), [("m", (True, False, False)),
                                              ("z", (False, True, True)),
                                              ("s", (True, False, True)),
                                              ("q", (True, False, True))])  # fmt: skip
def test_what_a_person_answers_is_done(
    zoterodigest: Zoterodigest,
    answered: Answered,
    digest: Path,
    answer: str,
    held: tuple[bool, ...],
) -> None:
    answered(answer)

    assert titles(zoterodigest, digest) == held


def test_who_quits_keeps_what_was_decided(
    zoterodigest: Zoterodigest, answered: Answered, digest: Path, tmp_path: Path
) -> None:
    edit(digest, ATTENTION[0], "Attention, Again")
    edited_item(tmp_path, ATTENTION[0], title="Attention, Anew")

    ran = answered("z")  # then the input ends

    assert ran.code == 3
    assert "1 conflict is still open." in ran.out
    assert [one["markdown"] for one in listed(zoterodigest)["conflicts"]] == [BY_ADA]


def test_who_interrupts_is_told_that_nothing_of_it_was_written(
    zoterodigest: Zoterodigest, digest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        answers = iter(["z\n"])

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            for answer in self.answers:
                return answer
            raise KeyboardInterrupt

    edit(digest, ATTENTION[0], "Attention, Again")
    edited_item(tmp_path, ATTENTION[0], title="Attention, Anew")
    monkeypatch.setattr(sys, "stdin", Interrupted())

    ran = zoterodigest("resolve")

    assert ran.code == 130
    assert ran.out.endswith("\nNothing was written: your decisions are dropped."
                            " `q` ends and keeps them.\n")  # fmt: skip
    assert len(listed(zoterodigest)["conflicts"]) == 2


@pytest.mark.parametrize(
    "arguments",
    ["", ', "{markdown}", "{zotero}", "{base}", "{merged}"'],
)
def test_a_merge_tool_is_named_and_run(
    zoterodigest: Zoterodigest, answered: Answered, digest: Path, tmp_path: Path, arguments: str
) -> None:
    body = """
texts = [Path(one).read_text() for one in sys.argv[1:]]
Path("seen").write_text(repr(texts[:3]))
Path(sys.argv[4] if len(sys.argv) > 4 else sys.argv[1]).write_text("By both\\n")
"""
    command, script = program(tmp_path, body).split()
    (tmp_path / "zoterodigest.toml").write_text(
        f'[[digest]]\npath = "papers.md"\n[sync]\nmerge_tool = ["{command}", "{script}"'
        f"{arguments}]\n"
    )

    ran = answered("t")

    base = [f"{RESNET[0]}\n"] if arguments else []
    assert (tmp_path / "seen").read_text() == repr([f"{BY_ADA}\n", f"{BY_BEN}\n", *base])
    assert f"Running {command}" in ran.err
    assert "**By both**" in digest.read_text(encoding="utf-8")
    assert ran.code == 0


def test_without_a_merge_tool_none_is_offered(answered: Answered, digest: Path) -> None:
    ran = answered("t", "q")

    assert "tool, skip" not in ran.out
    assert "merge_tool in zoterodigest.toml" in ran.out


def test_a_terminal_shows_colours_and_nothing_it_would_obey(digest: Path, tmp_path: Path) -> None:
    edited_item(tmp_path, BY_BEN, title="Deep\x1b[2J \u202eResidual Learning")
    terminal, program_end = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
    environment.pop("NO_COLOR", None)

    os.write(terminal, b"q\n")
    with subprocess.Popen(
        [sys.executable, "-m", "zoterodigest", "resolve"],
        stdin=program_end, stdout=program_end, stderr=subprocess.PIPE, env=environment,
        cwd=tmp_path,
    ) as running:  # fmt: skip
        os.close(program_end)
        shown = everything(terminal)
        running.communicate()

    assert "\x1b[1;32m" in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert running.returncode == 3


ROOT = Path(__file__).resolve().parents[2]


def everything(terminal: int) -> str:
    shown = b""
    while True:
        try:
            more = os.read(terminal, 65536)
        except OSError:
            more = b""
        if not more:
            os.close(terminal)
            return shown.decode()
        shown += more


# --- values as text ------------------------------------------------------------------------------

VALUES: list[tuple[str, Value, str]] = [
    ("title", "On [links] | and <b>tags</b>", "On [links] | and <b>tags</b>"),
    ("authors", Names(("Ada Lovelace", "Alan Turing"), True), "Ada Lovelace\nAlan Turing\net al."),
    ("task", Members(("deblurring", "denoising")), "deblurring\ndenoising"),
    ("links", WebLinks((Hyperlink("code", "https://a.org/x"), Hyperlink("my page", "https://b.org"))),
     "code https://a.org/x\nmy page https://b.org"),
    ("summary", Blocks(("A paragraph.", "- One.", "    - Below it.", "```\na\n\nb\n```")),
     "A paragraph.\n\n- One.\n    - Below it.\n\n```\na\n\nb\n```"),
    ("summary", EMPTY, ""),
    ("abstract", EMPTY, ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "text"), VALUES)
def test_a_value_is_written_as_text_and_read_again(name: str, value: Value, text: str) -> None:
    assert written(value) == text
    assert read_written(name, f"{text}\n") == value
    assert read_written(name, f"{text}\n".replace("\n", "\r\n")) == value


@pytest.mark.parametrize("line", ["code", "code ftp://a.org", "code javascript:x", "https://"])
def test_a_line_that_is_no_link_is_refused(line: str) -> None:
    with pytest.raises(NotTaken):
        read_written("links", line)


def test_markers_stand_around_the_lines_that_differ() -> None:
    assert with_markers("a\n\nb\nc", "a\n\nx\nc", End.MARKDOWN) == (
        "a\n\n<<<<<<< markdown\nb\n=======\nx\n>>>>>>> zotero\nc\n"
    )
    assert with_markers("", "x", End.BIB) == "<<<<<<< bib\n=======\nx\n>>>>>>> zotero\n"


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("a b c", "a x c", [("a ", "SAME"), ("b ", "REMOVED"), ("x ", "ADDED"), ("c", "SAME")]),
        ("ends.", "ends well.", [("ends", "SAME"), ("well", "ADDED"), (".", "SAME")]),
        ("强化学习", "深度学习", [("强化", "REMOVED"), ("深度", "ADDED"), ("学习", "SAME")]),
        ("", "new", [("new", "ADDED")]),
        ("a b", "a: b", [("a", "SAME"), (":", "ADDED"), ("b", "SAME")]),
    ],
)
def test_words_that_differ_are_marked(old: str, new: str, marked: list[tuple[str, str]]) -> None:
    found = [(piece.text.strip(), piece.mark.name) for piece in changed_words(old, new)]

    assert found == [(text.strip(), mark) for text, mark in marked]


def test_a_blank_that_went_with_the_words_behind_it_is_shown_with_them() -> None:
    found = [piece.text for piece in changed_words("Flow Nets for Rain", "Flow Nets: A Study")]

    assert found == ["Flow Nets", " ", "for Rain", ": A Study"]


def test_a_long_line_is_shown_around_what_differs() -> None:
    long = " ".join(f"word{number}" for number in range(400))

    found = changed_words(f"{long} old {long}", f"{long} new {long}")

    assert sum(len(piece.text) for piece in found) < 200
    assert {piece.mark for piece in found} == set(WordChange)


def test_a_long_value_is_shown_from_where_it_differs(
    zoterodigest: Zoterodigest, digest: Path, tmp_path: Path
) -> None:
    long = "Attention Is All One Needs, in a title that goes on and on until it ends in"
    edit(digest, ATTENTION[0], f"{long} A")
    edited_item(tmp_path, ATTENTION[0], title=f"{long} B")

    shown = zoterodigest("resolve", "--all", "--keep", "zotero", "--dry-run").out

    assert "title: both sides get the library's “…" in shown
    assert "ends in B”\n" in shown
