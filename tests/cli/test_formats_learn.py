"""`formats learn` and `formats check`: a format is proposed, written, tried; the list stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest

LIST = """\
# Papers

» Attention Is All You Need ‹NeurIPS, 2017› → https://arxiv.org/abs/1706.03762
» Deep Residual Learning for Image Recognition ‹CVPR, 2016› → https://arxiv.org/abs/1512.03385
» Adam: A Method for Stochastic Optimization → https://arxiv.org/abs/1412.6980
» Mask R-CNN ‹ICCV, 2017› → https://arxiv.org/abs/1703.06870

A word at the end.
"""
TEMPLATE = "» {title} {?‹{venue}›?} → {url}"


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "odd.md"
    path.write_text(LIST, "utf-8")
    return path


def test_nothing_is_written_without_consent(zoterodigest: Zoterodigest, papers: Path) -> None:
    asked = zoterodigest("formats", "learn", "odd.md")
    shown = zoterodigest("formats", "learn", "odd.md", "--dry-run", "--json")

    assert asked.code == 7
    found = json.loads(shown.out)
    assert (found["templates"], found["read"], found["written"]) == ([TEMPLATE], 4, False)
    assert found["examples"][0]["title"] == "Attention Is All You Need"
    assert [one["line"] for one in found["left_out"]] == [8]
    assert [path.name for path in papers.parent.iterdir()] == ["odd.md"]


def test_it_is_said_that_a_built_in_format_reads_the_list(
    zoterodigest: Zoterodigest, papers: Path
) -> None:
    other = zoterodigest("formats", "learn", "odd.md", "--dry-run")
    bullets = "".join(f"- {line[2:]}\n" for line in LIST.splitlines() if "http" in line)
    papers.write_text(bullets.replace("→ ", "").replace("‹", "(").replace("›", ")"), "utf-8")

    ran = zoterodigest("formats", "learn", "odd.md", "--dry-run")
    found = json.loads(zoterodigest("formats", "learn", "odd.md", "--dry-run", "--json").out)

    assert "need no format" in ran.out
    assert "need no format" not in other.out
    assert (found["read_by_built_in"], found["read"]) == (4, 4)


def test_it_is_said_what_a_format_of_ones_own_reads_that_no_built_in_one_does(
    zoterodigest: Zoterodigest, papers: Path
) -> None:
    titles = {
        "Attention Is All You Need": "A. Vaswani, N. Shazeer",
        "BERT: Pre-training of Transformers": "J. Devlin",
        "Deep Residual Learning": "K. He, X. Zhang",
        "Denoising Diffusion": "J. Ho, A. Jain",
    }
    lines = [
        f"{at}) {title} -- {authors} (NeurIPS 20{at}) https://arxiv.org/abs/2401.000{at}\n"
        for at, (title, authors) in enumerate(titles.items(), 11)
    ]
    papers.write_text("".join(lines), "utf-8")

    ran = zoterodigest("formats", "learn", "odd.md", "--dry-run")

    assert "A format of your own would also read: authors." in ran.out
    assert "need no format" not in ran.out


def test_text_of_entries_that_no_slot_holds_is_shown(
    zoterodigest: Zoterodigest, papers: Path
) -> None:
    places = ("a shelf", "the long drawer", "a box", "the attic")
    papers.write_text(
        "".join(
            f"=> Owls, Volume {n} <= kept in {place} => https://arxiv.org/abs/2101.0000{n}\n"
            for n, place in enumerate(places, 1)
        ),
        "utf-8",
    )

    ran = zoterodigest("formats", "learn", "odd.md", "--dry-run")
    found = json.loads(zoterodigest("formats", "learn", "odd.md", "--dry-run", "--json").out)

    assert "no slot holds" in ran.out
    assert "the long drawer (4 entries like it)" in ran.out
    [one] = found["ignored"]
    assert (one["template"], one["line"], one["entries"]) == (1, 2, 4)
    assert "the long drawer" in one["text"]


def test_a_format_that_is_there_stays(zoterodigest: Zoterodigest, papers: Path) -> None:
    (papers.parent / "odd.format.toml").write_text("name = 'mine'\n")

    ran = zoterodigest("formats", "learn", "odd.md", "--yes")

    assert (ran.code, "exists already" in ran.err) == (15, True)


@pytest.mark.parametrize(("text", "code"), [("Some words.\n", 1), ("", 1)])
def test_a_text_without_a_list_teaches_nothing(
    zoterodigest: Zoterodigest, papers: Path, text: str, code: int
) -> None:
    papers.write_text(text)

    ran = zoterodigest("formats", "learn", "odd.md", "--yes")

    assert (ran.code, "no structure repeats" in ran.err) == (code, True)


BARE = (
    "# Birds\n\n- [Owls](#owls)\n\n## Owls\n\n- Counting Owls\n- Silent Flight\n- Why They Turn\n"
)


def test_a_list_that_shows_no_papers_is_learned_where_a_line_is_said_to_be_an_entry(
    zoterodigest: Zoterodigest, papers: Path
) -> None:
    papers.write_text(BARE)

    unsaid = zoterodigest("formats", "learn", "odd.md", "--yes")
    said = zoterodigest("formats", "learn", "odd.md", "--entry", "7", "--yes")
    found = json.loads(zoterodigest("inspect", "odd.md", "--json").out)

    assert (unsaid.code, said.code) == (1, 0)
    assert "`zoterodigest formats learn odd.md --entry 7`" in " ".join(unsaid.err.split())
    titles = [one["title"] for one in found["entries"]]
    assert titles == ["Counting Owls", "Silent Flight", "Why They Turn"]


@pytest.mark.parametrize(
    ("text", "line", "way"),
    [
        ("| A | B |\n|---|---|\n| x | y |\n| z | w |\n", "3", "format-reference"),
        ("# Owls\n\n- Counting Owls\n", "1", "`zoterodigest docs formats`"),
    ],
)
def test_the_way_out_is_told_where_a_line_teaches_nothing(
    zoterodigest: Zoterodigest, papers: Path, text: str, line: str, way: str
) -> None:
    papers.write_text(text)

    ran = zoterodigest("formats", "learn", "odd.md", "--entry", line, "--yes")

    assert (ran.code, way in ran.err) == (1, True)


def test_a_line_that_is_not_there_is_refused(zoterodigest: Zoterodigest, papers: Path) -> None:
    ran = zoterodigest("formats", "learn", "odd.md", "--entry", "99")

    assert (ran.code, "odd.md has 8 lines" in ran.err) == (2, True)


def test_a_learned_format_is_checked_on_its_list(zoterodigest: Zoterodigest, papers: Path) -> None:
    zoterodigest("formats", "learn", "odd.md", "--yes")

    ran = zoterodigest("formats", "check", "odd.md")
    found = json.loads(zoterodigest("formats", "check", "odd.md", "--json").out)

    assert (ran.code, ran.out.splitlines()[-1]) == (0, "All laws hold.")
    assert "  title            3 of 3 edits written" in ran.out.splitlines()
    assert (found["holds"], found["formats"], found["entries"]) == (True, ["odd"], 4)
    assert papers.read_text("utf-8") == LIST


def test_a_list_without_entries_cannot_be_checked(zoterodigest: Zoterodigest, papers: Path) -> None:
    papers.write_text("Some words.\n")

    ran = zoterodigest("formats", "check", "odd.md")

    assert (ran.code, "no entries recognised" in ran.err) == (1, True)
