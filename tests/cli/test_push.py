"""`push`, `plan` and `status`: what they show, what they ask, and their exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import EXAMPLES, Zoterodigest, a_digest, edited_item, in_library
from tests.library.desktop import a_desktop
from zoterodigest.library.port import LibraryItem

ATTENTION = ("Attention Is All You Need", "1706.03762")
RESNET = ("Deep Residual Learning for Image Recognition", "1512.03385")

GOLDEN_PLAN = """\
library    .zoterodigest/library.sqlite, not created yet
           (a trial library, not your Zotero)
           (beside the digest, as there is no zoterodigest.toml)
lock file  zoterodigest.lock, not written yet

Into the library
  bold-titles.md
    new items                6  Denoising Diffusion Probabilistic Models
                                Consistency Models
                                Generative Adversarial Networks
                                … and 3 more
    new collections          3  bold-titles
                                Generators
                                Language
  generation-daily.md
    new items                7  Scaling Rectified Flow Transformers for High-Re…
                                Adding Conditional Control to Text-to-Image Dif…
                                DreamBooth: Fine Tuning Text-to-Image Diffusion…
                                … and 4 more
    shared items             1  also in a digest above, and counted there
    new collections          2  generation-daily
                                Image Generation

Planned: 13 items, 8 attachments and 5 collections written.
Next: `zoterodigest sync` does it.
"""

GOLDEN_STATUS = """\
library    .zoterodigest/library.sqlite (a trial library, not your Zotero)
links      2; 3 entries in 1 digest

Into the library (`zoterodigest push`)
  papers.md
    new items                1  Adam: A Method for Stochastic Optimization
    new notes                1
    changed notes            1  Attention Is All You Need: summary

Into the digests (`zoterodigest pull`)
  papers.md
    changed entries          1  Deep Residual Learning for Image Recogni…: title

Changes are pending (`zoterodigest sync`).
"""


def _write(folder: Path, text: str, name: str = "papers.md") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_the_plan_of_examples_looks_like_this(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    names = ("bold-titles.md", "bold-titles.format.toml", "generation-daily.md")
    for name in names:
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())

    ran = zoterodigest("plan", names[0], names[2])

    assert (ran.code, ran.out, ran.err) == (0, GOLDEN_PLAN, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_status_looks_like_this(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path, a_digest(ATTENTION, RESNET))
    zoterodigest("push", "papers.md")
    edited_item(tmp_path, RESNET[0], title="Residual Networks, as I call them")
    edited = a_digest(
        ATTENTION, RESNET, ("Adam: A Method for Stochastic Optimization", "1412.6980")
    )
    _write(tmp_path, edited.replace("What it does.", "What it really does.", 1))

    ran = zoterodigest("status")

    assert (ran.code, ran.out, ran.err) == (0, GOLDEN_STATUS, "")


def test_a_lock_file_at_its_usual_place_is_not_named_again(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    zoterodigest("push", "papers.md")

    head, _, _ = zoterodigest("status", "papers.md").out.partition("\nlinks")

    assert head == "library    .zoterodigest/library.sqlite (a trial library, not your Zotero)"


def test_a_push_says_which_library_it_is_and_what_to_do_next(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))

    ran = zoterodigest("push", "papers.md")

    assert (ran.code, ran.err) == (0, "")
    assert "a trial library, not your Zotero" in ran.out
    assert "beside the digest, as there is no zoterodigest.toml" in ran.out
    assert "Done: 1 item, 1 note and 1 collection written." in ran.out
    assert "Next: `zoterodigest ls`" in ran.out


def test_the_next_command_names_a_library_that_lies_elsewhere(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / "notes").mkdir()
    _write(tmp_path / "notes", a_digest(ATTENTION))

    pushed = zoterodigest("push", "notes/papers.md")
    address = "embedded:notes/.zoterodigest/library.sqlite"
    listed = zoterodigest("ls", "--library", address)

    assert f"`zoterodigest ls --library {address}`" in pushed.out
    assert ATTENTION[0] in listed.out


@pytest.mark.parametrize("is_lasting", [False, True])
def test_a_first_push_tells_how_to_name_its_library_for_good(
    zoterodigest: Zoterodigest, tmp_path: Path, is_lasting: bool
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    with a_desktop() as desktop:
        address = f"desktop?url={desktop.url}"
        if is_lasting:
            _write(tmp_path, f'library = "{address}"\n', "zoterodigest.toml")

        ran = zoterodigest("push", "papers.md", "--library", address, "--yes")

    line = f"Run `zoterodigest init --library '{address}'`: later runs need no --library."
    assert (line in " ".join(ran.out.split())) is not is_lasting


def test_the_next_command_names_no_library_that_the_configuration_names(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    _write(tmp_path, 'library = "embedded:own.sqlite"\n', "zoterodigest.toml")

    pushed = zoterodigest("push", "papers.md")

    assert "Next: `zoterodigest ls` lists what arrived" in pushed.out
    assert ATTENTION[0] in zoterodigest("ls").out


def test_a_second_push_is_in_step(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    zoterodigest("push", "papers.md")
    lock = (tmp_path / "zoterodigest.lock").read_bytes()

    ran = zoterodigest("push")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("\nAlready up to date.\n")
    assert (tmp_path / "zoterodigest.lock").read_bytes() == lock


def test_plan_and_dry_run_are_one_and_write_nothing(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION, RESNET))

    planned, dry = zoterodigest("plan", "papers.md"), zoterodigest("sync", "papers.md", "--dry-run")

    assert planned == dry
    assert [path.name for path in tmp_path.iterdir()] == ["papers.md"]


def test_json_holds_every_action_and_report(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path, a_digest(ATTENTION))

    planned = json.loads(zoterodigest("plan", "papers.md", "--json").out)
    pushed = json.loads(zoterodigest("push", "papers.md", "--json").out)

    kinds = [action["kind"] for action in planned["actions"]]
    assert kinds == ["create-collection", "create-item", "create-note"]
    assert planned["actions"][1]["fields"]["title"] == ATTENTION[0]
    assert planned["counts"] == {"create-item": 1, "create-note": 1, "create-collection": 1}
    assert planned["reports"] == []
    assert not planned["in_sync"]
    assert pushed["written"] == 3
    assert pushed["failures"] == []


def _many() -> str:
    return a_digest(*((f"A paper on number {n} of them", f"2401.{n:05}") for n in range(1, 24)))


def test_many_changes_need_consent_and_without_a_terminal_nothing_happens(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, _many())

    ran = zoterodigest("push", "papers.md")

    assert ran.code == 7
    assert ran.err == (
        "error: nothing was written, as nobody confirmed it\n"
        "hint: Look at the plan, then add --yes.\n"
    )
    assert "new items               23" in ran.out
    assert [path.name for path in tmp_path.iterdir()] == ["papers.md"]


def test_yes_is_consent(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path, _many())

    ran = zoterodigest("push", "papers.md", "--yes", "--offline")

    assert ran.code == 0
    assert "Done: 23 items, 23 notes and 1 collection written" in ran.out


def test_a_first_push_into_a_library_with_things_of_ones_own_asks(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    in_library(tmp_path, _item("AAAA2222", title="Mine"))

    ran = zoterodigest("push", "papers.md")

    assert ran.code == 7


def _item(key: str, **data: Any) -> LibraryItem:
    return LibraryItem(key, 0, {"itemType": "journalArticle", **data})


def test_differences_of_adopted_items_are_one_line_per_field(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION, RESNET))
    for key, (_, arxiv) in (("AAAA2222", ATTENTION), ("BBBB2222", RESNET)):
        url = f"https://arxiv.org/abs/{arxiv}"
        in_library(tmp_path, _item(key, title=f"My own title of {key}", url=url))

    ran = zoterodigest("push", "papers.md", "--yes")

    assert ran.code == 0
    assert "adopted items            2  My own title of AAAA2222" in ran.out
    assert "     2 items keep their own title (see `zoterodigest status`)" in ran.out


def test_two_items_that_may_be_the_work_are_ambiguous_and_exit_6(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    url = f"https://arxiv.org/abs/{ATTENTION[1]}"
    in_library(tmp_path, _item("AAAA2222", title="One", url=url))
    in_library(tmp_path, _item("BBBB2222", title="Other", url=url))

    ran = zoterodigest("push", "papers.md", "--yes")

    assert ran.code == 6
    assert "Ambiguous (1)" in ran.out
    assert "    papers.md:1  Attention Is All You Need\n      AAAA2222  One\n" in ran.out


def test_a_work_that_is_only_in_the_trash_is_told(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    url = f"https://arxiv.org/abs/{ATTENTION[1]}"
    in_library(tmp_path, _item("AAAA2222", title=ATTENTION[0], url=url, deleted=1))

    ran = zoterodigest("push", "papers.md", "--yes")

    assert ran.code == 0
    assert "Only in the trash (1)" in ran.out
    assert "papers.md:1  Attention Is All You Need (AAAA2222)" in ran.out


def test_a_field_changed_at_both_ends_is_a_conflict_and_exits_3(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    zoterodigest("push", "papers.md")
    edited_item(tmp_path, ATTENTION[0], title="Attention Was All They Needed")
    _write(tmp_path, a_digest(("Attention Is All We Need Today", ATTENTION[1])))

    ran = zoterodigest("push")

    assert ran.code == 3
    assert "Conflicts (1)" in ran.out
    assert "      title:\n        markdown  Attention Is All We Need Today\n" in ran.out
    assert "        zotero    Attention Was All They Needed\n" in ran.out
    assert "Left to you" not in ran.out


def test_check_exits_4_when_changes_are_pending(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    before = zoterodigest("status", "papers.md", "--check")
    zoterodigest("push", "papers.md")
    after = zoterodigest("status", "--check")

    assert (before.code, after.code) == (4, 0)
    assert "Already up to date." in after.out


def test_the_guard_stops_with_examples_and_says_how_to_allow_it(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    papers = [(f"A paper on number {n} of them", f"2401.{n:05}") for n in range(1, 30)]
    _write(tmp_path, a_digest(*papers))
    zoterodigest("push", "papers.md", "--yes")
    _write(tmp_path, a_digest(*papers).replace("of them", "of those"))

    stopped = zoterodigest("push", "--yes")
    allowed = zoterodigest("push", "--yes", "--max-changes", "29")

    assert stopped.code == 5
    assert stopped.err.count("papers.md:") == 5
    assert "error: title would change in 29 entries: more than the 25" in stopped.err
    assert "--max-changes 29" in stopped.err
    assert allowed.code == 0


def test_only_selects_entries_and_nonsense_is_wrong_usage(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION, RESNET))

    one = zoterodigest("plan", "papers.md", "--only", f"id:{RESNET[1]}", "--no-notes")
    wrong = zoterodigest("plan", "papers.md", "--only", "colour:red")

    assert "new items                1  Deep Residual Learning" in one.out
    assert "new notes" not in one.out
    assert wrong.code == 2


def test_an_unreadable_entry_is_told_with_its_place_and_exits_1(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    data = a_digest(ATTENTION, RESNET).encode().replace(b"What it does.", b"What \xff does.", 1)
    (tmp_path / "papers.md").write_bytes(data)

    ran = zoterodigest("push", "papers.md")

    assert ran.code == 1
    assert "new items                1  Deep Residual Learning" in ran.out
    assert "papers.md:1  line 5, column 10: the bytes here are no valid UTF-8" in ran.out


def test_a_digest_in_which_nothing_is_recognised_is_no_success(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, "Dear reader,\n\nthis is a letter.\n")
    _write(tmp_path, "\n", "empty.md")

    letter = zoterodigest("push", "papers.md")
    empty = zoterodigest("push", "empty.md")

    assert letter.code == 1
    assert "papers.md: no entries recognised; `zoterodigest inspect papers.md`" in letter.out
    assert empty.code == 0
    assert "empty.md: the file is empty" in empty.out


@pytest.mark.parametrize("command", ["plan", "push", "status"])
def test_a_digest_that_is_read_in_part_is_said_to_be(
    zoterodigest: Zoterodigest, tmp_path: Path, command: str
) -> None:
    unread = "".join(f"no. {n} https://arxiv.org/abs/2401.{10000 + n}\n\n" for n in range(30))
    _write(tmp_path, f"{a_digest(ATTENTION)}\n{unread}")

    ran = zoterodigest(command, "papers.md")

    assert "papers.md: 1 of about 31 entries read; `zoterodigest inspect" in ran.out


def test_every_run_says_that_a_key_stands_twice(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    paper = '{"title": "Deep Leakage", "arxiv": "1906.08935",\n"year": 2019, "year": 2020}'
    (tmp_path / "papers.json").write_text(f"[{paper}]", "utf-8")

    ran = [zoterodigest(command, "papers.json") for command in ("push", "sync")]

    said = "papers.json: 1 line holds a mistake: a field was not read; see"
    assert [said in one.out for one in ran] == [True, True]


@pytest.mark.parametrize("command", ["plan", "push", "status"])
def test_a_file_in_the_place_of_the_state_folder_is_named(
    zoterodigest: Zoterodigest, tmp_path: Path, command: str
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    _write(tmp_path, "", ".zoterodigest")

    ran = zoterodigest(command, "papers.md")

    assert ran.code == 10
    assert ".zoterodigest is a file and no folder" in ran.err


def test_a_linked_digest_that_is_not_here_is_named(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    _write(tmp_path, a_digest(RESNET), "more.md")
    zoterodigest("push", "papers.md", "more.md")

    (tmp_path / "papers.md").unlink()
    status, synced = zoterodigest("status"), zoterodigest("sync")
    (tmp_path / "more.md").unlink()
    without_any = zoterodigest("status")

    assert "missing    papers.md: linked, and not here" in status.out
    assert "missing    papers.md: linked, and not here" in synced.out
    assert without_any.code == 2
    assert "are missing: more.md, papers.md" in without_any.err


def test_a_selection_of_no_entry_is_told(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path, a_digest(ATTENTION))

    ran = zoterodigest("push", "papers.md", "--only", "task:impainting")

    assert ran.out.endswith("\nNothing to do: --only selects no entry.\n")


def test_a_library_that_was_named_is_not_said_to_lie_beside_the_digest(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))

    ran = zoterodigest("plan", "papers.md", "--library", "embedded:mine.sqlite")

    assert "mine.sqlite, not created yet" in ran.out
    assert "beside the digest" not in ran.out


def test_without_digest_configuration_or_lock_file_there_is_nothing_to_push(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    ran = zoterodigest("push")

    assert ran.code == 2
    assert ran.err.startswith(
        "error: no digest was given, and this folder has no zoterodigest.toml"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_first_run_that_was_stopped_is_named_where_no_digest_is_given(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    (tmp_path / ".zoterodigest").mkdir()
    (tmp_path / ".zoterodigest" / "journal.jsonl").write_text('{"begin": ""}\n')

    ran = zoterodigest("status")

    assert ran.code == 2
    assert ran.err.startswith("error: a first run was stopped here before it ended")


def test_a_pattern_that_matches_no_file_is_named(
    zoterodigest: Zoterodigest, tmp_path: Path
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    (tmp_path / "zoterodigest.toml").write_text('[[digest]]\npath = "*.markdown"\n')

    ran = zoterodigest("push")

    assert ran.code == 2
    assert ran.err.startswith("error: no file matches *.markdown (`path` of [[digest]] in")


def test_a_configuration_that_names_no_digest_leaves_that_to_the_lock_file(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, a_digest(ATTENTION))
    zoterodigest("push", "papers.md")
    (tmp_path / "zoterodigest.toml").write_text('[lookup]\nmailto = "me@example.org"\n')
    (tmp_path / "below").mkdir()

    ran = zoterodigest("status")
    monkeypatch.chdir(tmp_path / "below")
    below = zoterodigest("status")

    assert (ran.code, ran.err) == (0, "")
    assert "1 entry in 1 digest" in ran.out
    assert "1 entry in 1 digest" in below.out


@pytest.mark.parametrize("command", ["push", "plan", "status", "unlink", "remove"])
@pytest.mark.parametrize(("name", "code"), [("missing.md", 10), (".", 10), ("binary.md", 10)])
def test_bad_input_is_told_and_nothing_is_half_done(
    zoterodigest: Zoterodigest, tmp_path: Path, command: str, name: str, code: int
) -> None:
    (tmp_path / "binary.md").write_bytes(b"\x89PNG\0\0")

    ran = zoterodigest(command, name)

    assert ran.code == code
    assert ran.err.startswith("error: ")
    assert [path.name for path in tmp_path.iterdir()] == ["binary.md"]


def test_hostile_titles_are_shown_as_escapes(zoterodigest: Zoterodigest, tmp_path: Path) -> None:
    _write(tmp_path, a_digest(("\x1b]0;gone\x07 [red]x[/red] \u202e", ATTENTION[1])))

    ran = zoterodigest("push", "papers.md")
    status = zoterodigest("status")

    for shown in (ran.out, ran.err, status.out):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert "[red]x" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"\n", 7), (b"n\n", 7)])
def test_at_a_terminal_the_person_is_asked(
    zoterodigest: Zoterodigest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    answer: bytes,
    code: int,
) -> None:
    import pty

    _write(tmp_path, _many())
    terminal, program_end = pty.openpty()
    os.write(terminal, answer)

    with os.fdopen(program_end, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        ran = zoterodigest("push", "papers.md")
    os.close(terminal)

    assert ran.code == code
    assert "[y/N]" in ran.err
    assert (tmp_path / "zoterodigest.lock").exists() is (code == 0)


@pytest.fixture
def mostly_unread(tmp_path: Path) -> Path:
    """A digest of one entry that is read and five that are not."""
    unread = "".join(f"no. {n} https://arxiv.org/abs/2401.{10000 + n}\n\n" for n in range(5))
    _write(tmp_path, f"{a_digest(ATTENTION)}\n{unread}")
    return tmp_path / "papers.md"


def test_the_first_push_of_a_digest_that_is_mostly_not_read_stops_without_a_terminal(
    zoterodigest: Zoterodigest, tmp_path: Path, mostly_unread: Path
) -> None:
    planned = json.loads(zoterodigest("plan", "papers.md", "--json").out)
    ran = zoterodigest("push", "papers.md")

    assert planned["needs_consent"]
    assert planned["read_in_part"] == [{"digest": "papers.md", "entries": 1, "about": 6}]
    assert ran.code == 7
    assert "nothing was written; only 1 of about 6 entries of papers.md were read" in ran.err
    assert "See `zoterodigest inspect papers.md`, then add --yes." in ran.err
    assert not (tmp_path / ".zoterodigest" / "library.sqlite").exists()


def test_at_a_terminal_it_is_asked_about(
    zoterodigest: Zoterodigest, mostly_unread: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO("n\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)

    ran = zoterodigest("sync", "papers.md")

    assert ran.code == 7
    assert ran.err.endswith(
        "Only 1 of about 6 entries of papers.md were read.\n"
        "Planned: 1 item, 1 note and 1 collection written.\n"
        "Write this into the trial library .zoterodigest/library.sqlite and the digests? [y/N] "
        "Nothing was written.\n"
    )


def test_a_digest_that_was_pushed_with_yes_is_not_asked_about_again(
    zoterodigest: Zoterodigest, mostly_unread: Path
) -> None:
    first = zoterodigest("push", "papers.md", "--yes")
    text = mostly_unread.read_text(encoding="utf-8")
    mostly_unread.write_text(f"{a_digest(RESNET)}\n{text}", encoding="utf-8")

    second = zoterodigest("push", "papers.md")

    assert (first.code, second.code) == (0, 0)
    assert "papers.md: 2 of about 7 entries read" in second.out


def test_a_settled_run_says_again_how_much_was_read(
    zoterodigest: Zoterodigest, mostly_unread: Path
) -> None:
    zoterodigest("sync", "papers.md", "--yes")

    ran = [zoterodigest("sync", "papers.md") for _ in range(3)]

    assert all("papers.md: 1 of about 6 entries read" in one.out for one in ran)
