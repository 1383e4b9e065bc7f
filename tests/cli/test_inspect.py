"""`inspect` and `formats`: what was understood, what was not, and the exit codes of bad input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import EXAMPLES, Zoterodigest, a_digest

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")

GOLDEN = """\
bold-titles.md: 6 entries in the format bold-titles, 83% of the lines
  line  title                                 id          venue or date  has
     7  Denoising Diffusion Probabilistic M…  2006.11239                 a·l····
    11  Consistency Models                    2303.01469                 a·l····
    15  Generative Adversarial Networks       1406.2661                  a······
    21  Attention Is All You Need             1706.03762                 a······
    25  LoRA: Low-Rank Adaptation of Large…   2106.09685                 a·l····
    31  Adam: A Method for Stochastic Optim…  1412.6980                  a······
  has: a authors, t task, l links, s summary, b abstract, c comment, n nickname

  skipped
      3  heading: lines 1, 5, 19
      1  no entry:
         3         Read by a format of its own; see the tutorial in `docs/forma…

  suspicious (`zoterodigest lint` has other checks)
      1  an author list cut with “et al.”: line 15

"""


def _copy_examples(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes((EXAMPLES / name).read_bytes())


def test_the_report_on_an_example_looks_like_this(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _copy_examples(tmp_path, "bold-titles.md", "bold-titles.format.toml")

    ran = zoterodigest("inspect", "bold-titles.md")

    assert (ran.code, ran.out, ran.err) == (0, GOLDEN, "")


def test_without_a_file_each_digest_of_the_project_is_summed_up(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    (tmp_path / "b.md").write_text("# Later\n", encoding="utf-8")
    zoterodigest("init", "a.md", "b.md")

    ran = zoterodigest("inspect")

    assert (ran.code, ran.err) == (1, "")
    assert ran.out == (
        "a.md: 2 entries in the format quoted-notes, 100% of the lines\n"
        "b.md: no entries recognised in 1 line\n"
        "2 entries in 2 files\n"
        "Next: `zoterodigest inspect FILE` lists the entries of one.\n"
    )


def test_the_only_digest_of_a_project_is_inspected_in_full(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    zoterodigest("push", "a.md", "--yes", "--offline")

    assert zoterodigest("inspect") == zoterodigest("inspect", "a.md")


def test_without_any_digest_it_says_what_to_give(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("inspect")

    assert (ran.code, ran.out) == (2, "")
    assert "no digest was given" in ran.err


def test_json_holds_everything_in_one_object(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"# Papers\n\n{a_digest(ATTENTION)}", encoding="utf-8")

    ran = zoterodigest("inspect", "a.md", "--json")

    found = json.loads(ran.out)
    assert ran.code == 0
    assert list(found) == [
        "files", "entries", "skipped", "unreadable", "duplicates", "suspicions"
    ]  # fmt: skip
    assert found["files"][0]["file"] == "a.md"
    assert found["files"][0]["formats"] == {"quoted-notes": 1}
    assert found["entries"][0]["title"] == "Attention Is All You Need"
    assert found["entries"][0]["file"] == "a.md"
    assert found["skipped"] == [
        {"file": "a.md", "start_line": 1, "end_line": 1, "reason": "heading"}
    ]


def test_works_that_stand_in_two_files_are_listed(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION, RESNET), encoding="utf-8")
    (tmp_path / "b.md").write_text(a_digest(RESNET), encoding="utf-8")

    ran = zoterodigest("inspect", "a.md", "b.md")

    assert "1 work that appears more than once\n  arxiv:1512.03385" in ran.out
    assert "a.md:8; b.md:1" in ran.out
    assert ran.out.endswith("3 entries in 2 files\n")


def test_a_file_given_twice_is_read_once(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION), encoding="utf-8")

    ran = zoterodigest("inspect", "a.md", "a.md")

    assert "more than once" not in ran.out


def test_nothing_recognised_says_what_was_looked_for_and_how_to_go_on(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "letter.md").write_text("Dear reader,\n\nthis is a letter.\n", encoding="utf-8")

    ran = zoterodigest("inspect", "letter.md")

    assert ran.code == 1
    assert "letter.md: no entries recognised in 3 lines" in ran.out
    assert "quoted-notes" in ran.out
    assert "zoterodigest docs formats" in ran.out
    assert "--format NAME" in ran.out
    assert "formats learn FILE" in ran.out


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_fine_and_said_to_be_empty(
    zoterodigest: Zoterodigest, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "empty.md").write_bytes(data)

    ran = zoterodigest("inspect", "empty.md")

    assert (ran.code, ran.out.strip()) == (0, "empty.md: the file is empty")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.md", "error: missing.md: no such file"),
        ("binary.md", "error: binary.md: a binary file, not a text"),
        ("utf16.md", "error: utf16.md: the text is encoded as UTF-16"),
        ("pipe.md", "error: pipe.md: not an ordinary file"),
    ],
)
def test_bad_input_is_told_in_a_sentence_and_exits_10(
    zoterodigest: Zoterodigest, tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "binary.md").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "utf16.md").write_bytes("> **A**".encode("utf-16"))
    if name == "pipe.md":
        os.mkfifo(tmp_path / name)

    ran = zoterodigest("inspect", name)

    assert ran.code == 10
    assert ran.err.startswith(sentence)
    assert "\nhint: " in ran.err


def test_one_bad_file_does_not_stop_the_others(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION), encoding="utf-8")

    ran = zoterodigest("inspect", "missing.md", "a.md")

    assert ran.code == 10
    assert "Attention Is All You Need" in ran.out
    assert "1 entry in 1 file, 1 file could not be read" in ran.out
    assert "error: missing.md" in ran.err


def test_an_entry_with_invalid_utf8_is_told_with_line_and_column(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    good = a_digest(ATTENTION, RESNET).encode()
    (tmp_path / "a.md").write_bytes(good.replace(b"What it does.", b"What \xff does.", 1))

    ran = zoterodigest("inspect", "a.md")

    assert ran.code == 1
    assert "line 5:10  the whole entry: the bytes here are no valid UTF-8" in ran.out
    assert "(unreadable)" in ran.out
    assert "Deep Residual Learning" in ran.out


def test_hostile_text_is_shown_as_escapes(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    title = "\x1b]0;gone\x07 [red]x[/red] \u202e"
    (tmp_path / "a.md").write_text(
        f"# \x1b[2J\n\nno entry \x1b[2J\n\n{a_digest((title, ATTENTION[1]))}", encoding="utf-8"
    )

    ran = zoterodigest("inspect", "a.md")
    as_json = zoterodigest("inspect", "a.md", "--json")

    assert "\x1b" not in ran.out + as_json.out
    assert "\u202e" not in ran.out + as_json.out
    assert "\\x1b]0;gone\\x07 [red]x" in ran.out
    assert json.loads(as_json.out)["entries"][0]["title"] == title


def test_a_format_can_be_chosen_by_name_or_by_file(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    _copy_examples(tmp_path, "bold-titles.md")
    form = EXAMPLES / "bold-titles.format.toml"

    by_name = zoterodigest("inspect", "a.md", "--format", "table")
    by_file = zoterodigest("inspect", "bold-titles.md", "--format", form)

    assert by_name.code == 1
    assert "no entries recognised" in by_name.out
    assert "6 entries in the format bold-titles" in by_file.out


def test_an_unknown_format_is_wrong_usage_and_the_known_are_named(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION), encoding="utf-8")

    ran = zoterodigest("inspect", "a.md", "--format", "nonsense")

    assert ran.code == 2
    assert ran.err.startswith("error: there is no format called nonsense\nhint: Formats: ")
    assert "quoted-notes" in ran.err


def test_a_format_with_a_mistake_is_told_and_exits_11(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION), encoding="utf-8")
    (tmp_path / "mine.format.toml").write_text('name = "mine"\nabout = "x"\ncolour = 1\n')

    inspected = zoterodigest("inspect", "a.md")
    listed = zoterodigest("formats")

    for ran in (inspected, listed):
        assert ran.code == 11
        assert "mine.format.toml" in ran.err
        assert "Traceback" not in ran.err


def test_formats_lists_ones_own_before_the_built_in(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _copy_examples(tmp_path, "bold-titles.format.toml")

    ran = zoterodigest("formats")

    assert ran.code == 0
    assert ran.out.startswith("bold-titles.format.toml\n  bold-titles ")
    assert ran.out.index("built in") < ran.out.index("quoted-notes")


def test_a_mistyped_command_about_formats_lists_nothing(zoterodigest: Zoterodigest) -> None:
    ran = zoterodigest("formats", "chek", "papers.md")

    assert (ran.code, ran.out) == (10, "")
    assert ran.err.startswith("error: chek: there is no such folder or command\n")


def test_entries_that_could_not_be_read_are_estimated(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    unread = "".join(f"no. {n} https://arxiv.org/abs/2401.{10000 + n}\n\n" for n in range(5))
    (tmp_path / "a.md").write_text(f"{a_digest(ATTENTION)}\n{unread}", encoding="utf-8")

    ran = zoterodigest("inspect", "a.md")
    (file,) = json.loads(zoterodigest("inspect", "a.md", "--json").out)["files"]

    assert "\n  about 5 more entries could not be read (--explain LINE says why)\n" in ran.out
    assert (file["entries"], file["about"]) == (1, 6)


def test_an_entry_is_explained_with_the_place_of_each_value(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION), encoding="utf-8")

    ran = zoterodigest("inspect", "a.md", "--explain", "2")
    found = json.loads(zoterodigest("inspect", "a.md", "--explain", "2", "--json").out)

    assert ran.code == 0
    assert ran.out.startswith("a.md:2: an entry in the format quoted-notes, lines 1 to 5\n")
    assert "1:5  1:30  title    Attention Is All You Need" in ran.out
    assert found["slots"][0]["slot"] == "title"
    assert (found["slots"][0]["line"], found["slots"][0]["column"]) == (1, 5)
    assert (found["format"], found["attempts"]) == ("quoted-notes", [])


def test_a_line_that_is_not_read_is_explained_by_the_formats_that_came_nearest(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("- [A Page](https://a.org/b)\n\nWords.\n", encoding="utf-8")

    item = zoterodigest("inspect", "a.md", "--explain", "1")
    words = zoterodigest("inspect", "a.md", "--explain", "3")

    assert item.code == 1
    assert item.out.startswith("a.md:1: not read (no entry)\n  list                 nothing shows")
    assert "no format has entries that begin as this line does" in words.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("a.md", "a.bib", "--explain", "1"), "--explain takes one digest"),
        (("a.md", "--explain", "9"), "a.md has 5 lines"),
    ],
)
def test_a_line_can_only_be_explained_where_there_is_one(
    zoterodigest: Zoterodigest, tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "a.md").write_text(a_digest(ATTENTION).rstrip() + "\n", encoding="utf-8")

    ran = zoterodigest("inspect", *arguments)

    assert ran.code == 2
    assert reason in ran.err
