"""`convert`: where the new digest goes, and what the report says of it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Zoterodigest, a_digest

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")

LIST = """\
- [Attention Is All You Need](https://arxiv.org/abs/1706.03762), CVPR 2025
  - What it does.
- [Deep Residual Learning for Image Recognition](https://arxiv.org/abs/1512.03385), CVPR 2025
  - What it does.

"""


def _digest(folder: Path) -> str:
    text = a_digest(ATTENTION, RESNET)
    (folder / "a.md").write_text(text, encoding="utf-8")
    return text


def test_it_prints_the_new_digest_and_reports_beside_it(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    text = _digest(tmp_path)

    ran = zoterodigest("convert", "a.md", "--to", "list")

    assert (ran.code, ran.out) == (0, LIST)
    assert ran.err == (
        "a.md: 2 of 2 entries converted to list.\n"
        "What list can't show\n"
        "  what  entries  first line\n"
        "  task        2           1\n"
    )
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == text


def test_a_file_is_replaced_only_if_a_person_says_so_and_undo_brings_it_back(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    text = _digest(tmp_path)
    there = tmp_path / "a.md"

    refused = zoterodigest("convert", "a.md", "--to", "list", "-o", "a.md")
    assert (refused.code, there.read_text(encoding="utf-8")) == (15, text)

    written = zoterodigest("convert", "a.md", "--to", "list", "-o", "a.md", "--overwrite")
    assert (written.code, there.read_text(encoding="utf-8")) == (0, LIST)
    assert written.out.endswith("Done: wrote a.md.\n")

    assert zoterodigest("undo", "--yes").code == 0
    assert there.read_text(encoding="utf-8") == text


def test_a_dry_run_only_reports(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _digest(tmp_path)

    ran = zoterodigest("convert", "a.md", "--to", "list", "-o", "b.md", "--dry-run")

    assert ran.out.endswith("Nothing was written.\n")
    assert not (tmp_path / "b.md").exists()


def test_json_holds_what_each_entry_lost(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _digest(tmp_path)

    found = json.loads(zoterodigest("convert", "a.md", "--to", "list", "--json").out)

    assert found["text"] == LIST
    assert found["entries"][0] == {
        "line": 1,
        "title": ATTENTION[0],
        "format": "quoted-notes",
        "lost": ["task"],
        "unread": [],
    }


def test_what_stays_is_reported_with_its_line(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    text = _digest(tmp_path).replace("[arxiv](https://arxiv.org/abs/1512.03385)", "")
    (tmp_path / "a.md").write_text(text, encoding="utf-8")

    ran = zoterodigest("convert", "a.md", "--to", "daily-bullets", "--dry-run")

    assert ran.code == 1
    assert (
        "Entries that stay as they are (1)\n  line 8: a new entry needs a link to the work\n"
    ) in ran.out


def test_text_that_no_field_holds_is_reported_with_its_line(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    text = _digest(tmp_path).replace("1706.03762)", "1706.03762) and *seldom* read", 1)
    (tmp_path / "a.md").write_text(text, encoding="utf-8")

    ran = zoterodigest("convert", "a.md", "--to", "list")

    assert ran.code == 0
    assert "Text that no field holds, left out (1)\n  line 1: and *seldom* read\n" in ran.err


def test_a_format_of_ones_own_can_be_the_target(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _digest(tmp_path)
    (tmp_path / "formats").mkdir()
    own = tmp_path / "formats" / "own.format.toml"
    own.write_text(
        'name = "own"\nabout = "titles with links"\n'
        "templates = ['* {title} <{url}>{? ({venue})?}']\n",
        encoding="utf-8",
    )

    ran = zoterodigest("convert", "a.md", "--to", "formats/own.format.toml")

    assert ran.out.splitlines()[0] == (
        "* Attention Is All You Need <https://arxiv.org/abs/1706.03762> (CVPR 2025)"
    )


def test_a_format_that_only_reads_is_refused(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _digest(tmp_path)
    (tmp_path / "own.format.toml").write_text(
        'name = "own"\nabout = "x"\n[entry]\ncontainers = ["item"]\n'
        "begin = ['^(?P<title>.*)$']\n",
        encoding="utf-8",
    )

    ran = zoterodigest("convert", "a.md", "--to", "own")

    assert ran.code == 2
    assert "nothing can be converted to own" in ran.err


def test_a_file_in_which_nothing_is_read_converts_to_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("Words.\n", encoding="utf-8")

    ran = zoterodigest("convert", "a.md", "--to", "list")

    assert (ran.code, ran.out) == (1, "Words.\n")
    assert ran.err.endswith("There is nothing to convert.\n")
