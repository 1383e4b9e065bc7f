"""What a sync of a vault never does, each law with its test (docs/invariants.md)."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.digests import notes as notes_of_list
from tests.sync.digests import quoted
from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_adoption import contents, name_as_a_groups
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import (
    Conflict,
    DivergedField,
    HeldFile,
    MissingFile,
    StaleItemKey,
)
from zoterodigest.core.reconcile.holding import RECENT, TEXT_HIDDEN, TEXT_LOST
from zoterodigest.library.port import LibraryItem
from zoterodigest.project.files import BadInput
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.project.vaults import VaultAway
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.run.consent import LeavingTexts, leaving_texts
from zoterodigest.sync.run.quiet_run import prepare_run
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out
from zoterodigest.sync.undo.reverting import Declined
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

RULES = """\
[[digest]]
path = "Papers/**/*.md"
entry = "file"
"""
TITLES = {
    "adam2015": "A Method for Stochastic Optimization of Networks",
    "resnet2016": "Deep Residual Learning for the Recognition of Images",
    "vaswani2017": "Attention Is All That a Translator Needs",
}
PARAGRAPHS = tuple(f"Paragraph {number} of what I think of the paper." for number in range(6))


def a_note(key: str, *paragraphs: str, more: str = "") -> str:
    front = f'---\ntitle: "{TITLES[key]}"\ncitekey: {key}\nyear: 2017  # as printed\n{more}---\n\n'
    return front + "## Notes\n\n" + "\n\n".join(paragraphs or PARAGRAPHS) + "\n"


@pytest.fixture
def vault(world: World) -> World:
    """Three notes that have been synced with the library that holds their items."""

    def make() -> None:
        world.configure(RULES)
        for key, title in TITLES.items():
            (world.root / "Papers").mkdir(exist_ok=True)
            (world.root / "Papers" / f"@{key}.md").write_text(a_note(key))
            item = f"{key.upper():A<8.8}".replace("0", "A").replace("1", "B")
            world.put_item(item, title=title, date="2017", citationKey=key)
        sync(world)
        assert len(linked(world)) == len(TITLES)

    made_once(world.root, make)
    return world


def planned(world: World, options: Options | None = None) -> Prepared:
    return prepare(world.workspace(), options or Options(SYNC))


def sync(world: World, options: Options | None = None) -> FinishedRun:
    prepared = planned(world, options)
    assert prepared.stop is None
    outcome = carry_out(prepared, silent)
    assert outcome.failures == ()
    return outcome


def linked(world: World) -> dict[str, str]:
    rows = read_lock(world.lock_path.read_bytes()).rows
    return {row.digest: row.item for row in rows if row.state is LinkState.LINKED}


def path_of(world: World, key: str) -> Path:
    return world.root / "Papers" / f"@{key}.md"


def notes(world: World) -> dict[str, bytes]:
    return dict(contents(world.root / "Papers"))


def only(plan: Plan, kind: type) -> list[object]:
    return [report for report in plan.reports if isinstance(report, kind)]


# --- files ---------------------------------------------------------------------------------------


def remove_all(world: World) -> None:
    shutil.rmtree(world.root / "Papers")


def empty(world: World) -> None:
    for path in (world.root / "Papers").iterdir():
        path.unlink()


def rename_the_folder(world: World) -> None:
    (world.root / "Papers").rename(world.root / "Old papers")


def evict(world: World) -> None:
    for path in (world.root / "Papers").iterdir():
        path.with_name(f".{path.name}.icloud").write_bytes(b"bplist00")
        path.unlink()


def blank(world: World) -> None:
    for path in (world.root / "Papers").iterdir():
        path.write_bytes(bytes(path.stat().st_size))


def another_branch(world: World) -> None:
    for path in (world.root / "Papers").iterdir():
        path.write_text("# Something else stands here on this branch\n\nText.\n")


WAYS: tuple[Callable[[World], None], ...] = (
    remove_all, empty, rename_the_folder, evict, blank, another_branch,
)  # fmt: skip


@pytest.mark.parametrize("go_away", WAYS)
def test_a_vault_that_is_away_changes_nothing_in_the_library(
    vault: World, go_away: Callable[[World], None]
) -> None:
    before, lock, texts = vault.everything(), vault.lock_path.read_bytes(), notes(vault)

    go_away(vault)
    with suppress(BadInput):  # a run that can read nothing stops
        carry_out(planned(vault), silent)

    assert vault.everything() == before
    assert vault.lock_path.read_bytes() == lock
    shutil.rmtree(vault.root / "Papers", ignore_errors=True)
    for name, data in texts.items():
        (vault.root / "Papers").mkdir(exist_ok=True)
        (vault.root / "Papers" / name).write_bytes(data)
    assert planned(vault).is_settled


def stand_in_for_one(world: World) -> None:
    path = path_of(world, "adam2015")
    path.with_name(f".{path.name}.icloud").write_bytes(b"bplist00")
    path.unlink()


def blank_one(world: World) -> None:
    path = path_of(world, "adam2015")
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize(
    ("go_away", "reason"),
    [
        (stand_in_for_one, "Papers/@adam2015.md: iCloud keeps its data elsewhere"),
        (blank_one, "Papers/@adam2015.md: it has a size and no data"),
        (evict, "Papers/@adam2015.md, and 2 more files: iCloud keeps its data elsewhere"),
        (remove_all, "this folder is missing"),
        (empty, "no file in this folder matches Papers/**/*.md"),
    ],
)
def test_a_vault_of_which_a_part_is_away_stops_with_the_reason_and_no_other_digest_does(
    vault: World, go_away: Callable[[World], None], reason: str
) -> None:
    vault.configure(RULES + '[[digest]]\npath = "list.md"\n')
    vault.markdown("list.md", notes_of_list(quoted("Another Paper of Networks", "1412.00001")))
    vault.digests.clear()
    path_of(vault, "resnet2016").write_text(a_note("resnet2016", "An edit.", *PARAGRAPHS[1:]))
    note = vault.note(TITLES["resnet2016"])

    go_away(vault)
    prepared = planned(vault)
    outcome = carry_out(prepared, silent)

    (unread,) = prepared.gathered.unread_sources
    assert (unread.key, unread.error.reason.endswith(reason)) == ("Papers", True)
    assert [failure.where for failure in outcome.failures] == ["Papers"]
    assert only(prepared.plan, MissingFile) == []
    assert vault.note(TITLES["resnet2016"]) == note
    assert linked(vault).keys() == {"list.md", *(f"Papers/@{key}.md" for key in TITLES)}


@pytest.mark.parametrize("go_away", [stand_in_for_one, blank_one, remove_all, empty])
def test_a_project_of_a_vault_alone_stops_if_a_part_of_it_is_away(
    vault: World, go_away: Callable[[World], None]
) -> None:
    go_away(vault)

    with pytest.raises(VaultAway):
        planned(vault)


def test_a_file_that_is_named_is_synced_though_another_one_is_evicted(vault: World) -> None:
    stand_in_for_one(vault)
    path_of(vault, "resnet2016").write_text(a_note("resnet2016", "An edit.", *PARAGRAPHS[1:]))
    vault.digests = ["Papers/@resnet2016.md"]

    sync(vault)

    assert "An edit." in vault.note(TITLES["resnet2016"])


def test_one_file_that_is_away_is_reported_and_keeps_its_item(vault: World) -> None:
    before = vault.everything()
    path_of(vault, "adam2015").unlink()

    sync(vault)

    assert len(only(planned(vault).plan, MissingFile)) == 1
    assert vault.everything() == before


def test_a_file_whose_name_a_folder_has_now_is_reported(vault: World) -> None:
    before = vault.everything()
    path_of(vault, "adam2015").unlink()
    path_of(vault, "adam2015").mkdir()

    sync(vault)

    assert len(only(planned(vault).plan, MissingFile)) == 1
    assert vault.everything() == before


def test_a_trashed_item_deletes_no_file(vault: World) -> None:
    texts = notes(vault)
    vault.change(linked(vault)["Papers/@adam2015.md"], deleted=1)

    sync(vault)

    assert notes(vault) == texts


def test_a_changed_item_renames_no_file(vault: World) -> None:
    names = set(notes(vault))
    key = linked(vault)["Papers/@adam2015.md"]
    vault.change(key, title="Adam, a Method for Stochastic Optimization", citationKey="kingma")

    sync(vault)

    assert set(notes(vault)) == names


def test_a_changed_citation_key_changes_its_value_alone(vault: World) -> None:
    before, key = notes(vault), linked(vault)["Papers/@adam2015.md"]
    vault.change(key, citationKey="kingma2015adam")

    sync(vault)

    name = "@adam2015.md"
    changed = before[name].replace(b"citekey: adam2015", b"citekey: kingma2015adam")
    assert notes(vault) == {**before, name: changed}
    assert linked(vault)["Papers/@adam2015.md"] == key
    assert planned(vault).is_settled


@pytest.mark.parametrize(
    "line",
    [
        'citekey: "@{}"',
        "citekey: '[[@{}]]'",
        "citekey: [{}]",
        "citation-key: {}  # Better BibTeX",
        "aliases: ['@adam2015']\ncitekey: {}",
    ],
)
def test_a_changed_citation_key_keeps_the_signs_around_it(vault: World, line: str) -> None:
    path, key = path_of(vault, "adam2015"), linked(vault)["Papers/@adam2015.md"]
    text = path.read_text().replace("citekey: adam2015", line.format("adam2015"))
    path.write_text(text)
    sync(vault)
    vault.change(key, extra="Citation Key: kingma2015adam", citationKey="")

    sync(vault)

    assert path.read_text() == text.replace(line.format("adam2015"), line.format("kingma2015adam"))
    assert planned(vault).is_settled


def test_a_citation_key_that_was_edited_in_a_note_is_reported_and_stays(vault: World) -> None:
    path, everything = path_of(vault, "adam2015"), vault.everything()
    path.write_text(path.read_text().replace("citekey: adam2015", "citekey: mine2015"))

    sync(vault)
    again = planned(vault)

    assert vault.everything() == everything
    assert [one.name for one in again.plan.reports if isinstance(one, DivergedField)] == ["citekey"]
    assert again.plan.actions == ()


@pytest.mark.parametrize("prefer", ["", '[sync.prefer]\ntitle = "markdown"\n'])
def test_a_title_that_was_emptied_in_a_note_clears_none(vault: World, prefer: str) -> None:
    path, everything = path_of(vault, "adam2015"), vault.everything()
    config = vault.root / "zoterodigest.toml"
    config.write_text(config.read_text() + prefer)
    title = re.search(r"(?m)^title: .*$", path.read_text())
    assert title
    path.write_text(path.read_text().replace(title[0], "title:"))

    sync(vault)

    assert vault.everything() == everything
    assert [one.name for one in planned(vault).plan.reports if isinstance(one, Conflict)] == [
        "title"
    ]

    path.write_text(path.read_text().replace("title:", "title: Typed to the end"))
    sync(vault)

    assert vault.item("Typed to the end")
    assert planned(vault).is_settled


def test_a_citation_key_that_both_changed_is_in_conflict(vault: World) -> None:
    path, key = path_of(vault, "adam2015"), linked(vault)["Papers/@adam2015.md"]
    path.write_text(path.read_text().replace("citekey: adam2015", "citekey: mine2015"))
    vault.change(key, citationKey="kingma2015adam")

    plan = planned(vault).plan

    assert [one.name for one in plan.reports if isinstance(one, Conflict)] == ["citekey"]
    assert plan.actions == ()


def test_a_note_keeps_a_citation_key_that_another_item_has_now(vault: World) -> None:
    before, items = notes(vault), linked(vault)
    vault.change(items["Papers/@adam2015.md"], citationKey="kingma2015adam")
    vault.change(items["Papers/@resnet2016.md"], citationKey="adam2015")

    sync(vault)

    name = "@resnet2016.md"
    changed = before[name].replace(b"citekey: resnet2016", b"citekey: adam2015")
    assert notes(vault) == {**before, name: changed}
    reports = planned(vault).plan.reports
    assert [one.name for one in reports if isinstance(one, DivergedField)] == ["citekey"]


def test_a_citation_key_that_an_item_loses_stays_in_its_note(vault: World) -> None:
    before = notes(vault)
    vault.change(linked(vault)["Papers/@adam2015.md"], citationKey="")

    sync(vault)

    assert notes(vault) == before
    assert planned(vault).is_settled


def test_a_moved_file_keeps_its_item_and_its_note(vault: World) -> None:
    before, item = vault.everything(), linked(vault)["Papers/@adam2015.md"]
    (vault.root / "Papers" / "read").mkdir()
    path_of(vault, "adam2015").rename(vault.root / "Papers" / "read" / "Adam.md")

    sync(vault)

    assert linked(vault)["Papers/read/Adam.md"] == item
    assert vault.everything() == before
    assert planned(vault).is_settled


def test_a_settled_sync_touches_no_file(vault: World) -> None:
    path = path_of(vault, "adam2015")
    before = path.stat().st_mtime_ns, vault.lock_path.stat().st_mtime_ns

    sync(vault)

    assert (path.stat().st_mtime_ns, vault.lock_path.stat().st_mtime_ns) == before


# --- what is written -----------------------------------------------------------------------------


def test_an_edit_in_the_library_changes_the_value_and_no_other_byte(vault: World) -> None:
    path = path_of(vault, "adam2015")
    text = path.read_text()
    vault.change(linked(vault)["Papers/@adam2015.md"], date="2015")

    sync(vault)

    assert path.read_text() == text.replace("year: 2017 ", "year: 2015 ")


def test_an_edit_of_the_note_changes_its_words_and_no_other_byte(vault: World) -> None:
    path = path_of(vault, "adam2015")
    text = path.read_text()
    vault.change_note(TITLES["adam2015"], lambda html: html.replace("Paragraph 3", "Part 3"))

    sync(vault)

    assert path.read_text() == text.replace("Paragraph 3", "Part 3")


def test_a_file_is_kept_as_it_was_before_it_is_first_written(vault: World) -> None:
    path, key = path_of(vault, "adam2015"), linked(vault)["Papers/@adam2015.md"]
    text = path.read_bytes()

    for year in ("2015", "2014"):
        vault.change(key, date=year)
        sync(vault)

    copies = list((vault.root / ".zoterodigest" / "backups").rglob("*.md"))
    assert [copy.read_bytes() for copy in copies] == [text]
    assert copies[0].relative_to(copies[0].parents[1]).as_posix() == "Papers/@adam2015.md"


def test_a_link_in_the_text_creates_no_item(vault: World) -> None:
    text = "See [it](zotero://select/library/items/ABCD2345), [@other2020], 10.1234/other."
    text += " Read [[@other2020]] with https://doi.org/10.1234/other and arXiv:2401.00001."
    path_of(vault, "adam2015").write_text(a_note("adam2015", *PARAGRAPHS, text))
    (vault.root / "Papers" / "Thoughts.md").write_text(f"# Thoughts\n\n{text}\n")

    sync(vault)

    assert len(vault.items()) == len(TITLES)


def test_a_stale_key_creates_no_double(vault: World) -> None:
    note = (
        '---\ntitle: "A Paper That Somebody Erased in Zotero"\nzotero-key: ABCD2345\n---\n\nText.\n'
    )
    (vault.root / "Papers" / "stale.md").write_text(note)

    sync(vault)

    assert len(vault.items()) == len(TITLES)
    assert len(only(planned(vault).plan, StaleItemKey)) == 1


def test_a_new_note_that_names_only_a_pdf_is_about_its_item(vault: World) -> None:
    pdf = {"itemType": "attachment", "linkMode": "linked_file", "contentType": "application/pdf"}
    vault.put_item("READER23", title="Ways of Reading Papers")
    vault.put(LibraryItem("PDFPDF23", 0, {**pdf, "parentItem": "READER23"}))
    sync(vault)
    link = "zotero://open-pdf/library/items/PDFPDF23"
    note = f'---\ntitle: "My own name for it"\nZotero PDF URI: {link}\n---\n\nText.\n'
    (vault.root / "Papers" / "read.md").write_text(note)

    sync(vault)

    assert linked(vault)["Papers/read.md"] == "READER23"


# --- held ----------------------------------------------------------------------------------------


def test_what_a_person_accepts_goes_to_the_library(vault: World) -> None:
    path_of(vault, "adam2015").write_text(a_note("adam2015", "Only this."))

    assert [one.reason for one in only(planned(vault).plan, HeldFile)] == [TEXT_LOST]  # type: ignore[attr-defined]  # of this kind
    sync(vault, Options(SYNC, accepts=True))

    assert "Only this." in vault.note(TITLES["adam2015"])
    assert "Paragraph 1" not in vault.note(TITLES["adam2015"])
    assert planned(vault).is_settled


@pytest.mark.parametrize(
    "front", ["citekey: adam2015\n", "title: Adam\ncitekey: adam2015\nyear: 2017\n"]
)
def test_text_that_front_matter_without_an_end_hides_stays_in_zotero(
    vault: World, front: str
) -> None:
    path = path_of(vault, "adam2015")
    body = "\n\n".join((*PARAGRAPHS[:2], "---", *PARAGRAPHS[2:]))
    path.write_text(f"---\n{front}---\n\n{body}\n")
    sync(vault, Options(SYNC, accepts=True))
    key = linked(vault)["Papers/@adam2015.md"]
    before = vault.everything()
    path.write_text(f"---\n{front}\n{body}\n")

    sync(vault)

    assert [one.reason for one in only(planned(vault).plan, HeldFile)] == [TEXT_HIDDEN]  # type: ignore[attr-defined]  # of this kind
    assert vault.everything() == before
    path.write_text(f"---\n{front}---\n\n{body}\n")
    assert planned(vault).is_settled
    assert linked(vault)["Papers/@adam2015.md"] == key


def test_each_of_three_held_files_is_held_until_it_is_itself_accepted(vault: World) -> None:
    for key in TITLES:
        path_of(vault, key).write_text(a_note(key, "The only paragraph of the note."))
    sync(vault, Options(SYNC, accepts=True))
    before = {title: vault.note(title) for title in TITLES.values()}
    for key in TITLES:
        path_of(vault, key).write_text(a_note(key, "Something else that was imported."))
    prepare_run(vault.workspace(), Options(SYNC))  # as `status` does

    vault.digests = ["Papers/@adam2015.md"]
    sync(vault, Options(SYNC, accepts=True))
    vault.digests.clear()
    sync(vault)
    sync(vault)

    after = {title: vault.note(title) for title in TITLES.values()}
    assert [title for title in before if after[title] != before[title]] == [TITLES["adam2015"]]
    assert len(only(planned(vault).plan, HeldFile)) == 2
    sync(vault, Options(SYNC, accepts=True))
    assert planned(vault).is_settled


def test_a_file_that_just_changed_is_left_alone_until_later(vault: World) -> None:
    path = path_of(vault, "adam2015")
    path.write_text(a_note("adam2015", *PARAGRAPHS, "A sentence that is being"))
    now = path.stat().st_mtime

    def at(seconds: float) -> Plan:
        workspace = replace(vault.workspace(), now=now + seconds)
        return prepare(workspace, Options(SYNC)).plan

    assert [one.reason for one in only(at(3), HeldFile)] == [RECENT]  # type: ignore[attr-defined]  # of this kind
    assert at(3).actions == ()
    assert len(at(11).actions) == 1


def test_what_a_sync_has_just_written_is_not_held(vault: World) -> None:
    vault.change(linked(vault)["Papers/@adam2015.md"], date="2015")
    sync(vault)
    path = path_of(vault, "adam2015")
    os.utime(path)

    prepared = prepare(replace(vault.workspace(), now=path.stat().st_mtime + 1), Options(SYNC))

    assert prepared.is_settled
    assert not prepared.plan.reports


def test_what_a_sync_wrote_beside_a_conflict_is_not_held(vault: World) -> None:
    vault.change(linked(vault)["Papers/@adam2015.md"], date="2015")
    path = path_of(vault, "adam2015")
    path.write_text(path.read_text().replace("Paragraph 3", "Part 3"))
    vault.change_note(TITLES["adam2015"], lambda html: html.replace("Paragraph 3", "Piece 3"))
    sync(vault)
    now = path.stat().st_mtime + 1

    def found(kind: type[object]) -> int:
        plan = prepare(replace(vault.workspace(), now=now), Options(SYNC)).plan
        return len(only(plan, kind))

    assert "year: 2015" in path.read_text()
    assert (found(Conflict), found(HeldFile)) == (1, 0)
    # Somebody else's write into the same file is not ours.
    path.write_text(path.read_text() + "\nA sentence that is being")
    assert (found(Conflict), found(HeldFile)) == (0, 1)


# --- privacy, and out again ----------------------------------------------------------------------

CANARIES = ("CANARY-heading", "CANARY-comment", "CANARY-file")
PRIVATE = (
    "%% CANARY-comment %% Some words.",
    "## Private\n\nCANARY-heading is mine.",
)


def test_private_text_stands_in_nothing_that_a_run_writes(vault: World) -> None:
    path = path_of(vault, "adam2015")
    path.write_text(a_note("adam2015", *PARAGRAPHS, *PRIVATE))
    secret = a_note("resnet2016", "CANARY-file", more="zotero: false\n")
    path_of(vault, "resnet2016").write_text(secret)

    sync(vault)
    vault.change(linked(vault)["Papers/@adam2015.md"], date="2015")
    vault.change_note(TITLES["adam2015"], lambda html: html.replace("Paragraph 3", "Part 3"))
    outcome = sync(vault)

    assert "Part 3" in path.read_text()
    state = contents(vault.root, but="Papers/")
    # A backup is the file itself, on this machine, for the person.
    found = {name: data for name, data in state.items() if "/backups/" not in name}
    said = repr((outcome.prepared.plan, vault.everything())).encode()
    for canary in CANARIES:
        assert [name for name, data in found.items() if canary.encode() in data] == []
        assert canary.encode() not in said


def test_the_history_keeps_no_private_text_beside_what_was_written(vault: World) -> None:
    path = path_of(vault, "adam2015")
    path.write_text(
        a_note("adam2015", *PARAGRAPHS[:-1], "%%CANARY%%", PARAGRAPHS[-1], "## Private\nCANARY")
    )
    sync(vault)
    vault.change_note(TITLES["adam2015"], lambda html: html.replace("Paragraph 5", "Part 5"))
    before = path.read_text()

    sync(vault)

    folder = history_folder(vault.root / ".zoterodigest")
    kept = "".join(file.read_text() for file in folder.iterdir())
    assert "Part 5" in kept
    assert "CANARY" not in kept
    undo_last(vault)
    assert path.read_text() == before


COMMENTED = "Words before %%CANARY one%% and <!-- CANARY two --> after it. %%CANARY three%%"
MIXED = (
    "%%CANARY%%",
    COMMENTED,
    "## Private\nCANARY\n\nCANARY",
    "## More\n- an item with words %%CANARY%%\n- another ümläut item",
    "| a | b |\n|---|---|\n| some cell %%CANARY%% | other |",
    "%%CANARY\nCANARY%%",
    "Last words.",
)


def undo_last(vault: World) -> tuple[Declined, ...]:
    history = read_history(history_folder(vault.root / ".zoterodigest"))
    last = history.run(history.runs[-1].number)
    return apply_undo(prepare_undo(vault.workspace(), last), silent).declined


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_the_history_keeps_no_private_text_within_a_line_that_was_written(
    vault: World, ends: str
) -> None:
    path = path_of(vault, "adam2015")
    path.write_text(a_note("adam2015", *PARAGRAPHS, *MIXED), newline=ends)
    sync(vault)
    # All at once: what differs above and below private text may be one hunk.
    words = {"before": "in front", "after it": "behind", "ümläut": "thïrd", "cell": "box"}
    for old, new in {**words, "with words": "of letters"}.items():
        vault.change_note(TITLES["adam2015"], lambda html: html.replace(old, new))  # noqa: B023
    before = path.read_bytes()

    sync(vault)

    after = path.read_bytes()
    assert "in front %%CANARY one%% and <!-- CANARY two --> behind" in after.decode()
    assert "an item of letters %%CANARY%%" in after.decode()
    state = contents(vault.root, but="Papers/")
    leaks = [name for name, data in state.items() if b"CANARY" in data and "/backups/" not in name]
    assert leaks == []
    assert undo_last(vault) == ()
    assert path.read_bytes() == before
    assert undo_last(vault) == ()
    assert path.read_bytes() == after


def test_undo_leaves_private_text_that_was_written_since_as_it_is(vault: World) -> None:
    path = path_of(vault, "adam2015")
    path.write_text(a_note("adam2015", *PARAGRAPHS, *MIXED))
    sync(vault)
    vault.change_note(TITLES["adam2015"], lambda html: html.replace("before", "in front"))
    before = path.read_text()
    sync(vault)
    edits = {"CANARY one": "something else", "## Notes": "## Notes\n\n%%new%%\n"}

    def edited(text: str) -> str:
        for old, new in edits.items():
            text = text.replace(old, new)
        return text

    path.write_text(edited(path.read_text()))

    assert undo_last(vault) == ()
    assert path.read_text() == edited(before)


def test_undo_leaves_a_line_whose_private_text_is_gone(vault: World) -> None:
    path = path_of(vault, "adam2015")
    path.write_text(a_note("adam2015", *PARAGRAPHS, *MIXED))
    sync(vault)
    vault.change_note(TITLES["adam2015"], lambda html: html.replace("before", "in front"))
    sync(vault)
    edited = path.read_text().replace(" %%CANARY one%%", "")
    path.write_text(edited)

    declined = undo_last(vault)

    assert [it.reason for it in declined] == ["what was written there has changed since"]
    assert path.read_text() == edited


def test_undo_writes_nothing_into_a_note_that_is_private_by_now(vault: World) -> None:
    path = path_of(vault, "adam2015")
    vault.change_note(TITLES["adam2015"], lambda html: html.replace("Paragraph 5", "Part 5"))
    sync(vault)
    edited = path.read_text().replace("---\n", "---\nzotero: false\n", 1)
    path.write_text(edited)

    declined = undo_last(vault)

    assert "what was written there has changed since" in {it.reason for it in declined}
    assert path.read_text() == edited


def test_undo_brings_no_text_back_into_zotero_that_became_private(vault: World) -> None:
    path = path_of(vault, "adam2015")
    (note,) = vault.children(TITLES["adam2015"]).values()
    assert PARAGRAPHS[-1] in str(note)
    text = path.read_text().replace(PARAGRAPHS[-1], f"## Private\n\n{PARAGRAPHS[-1]}")
    path.write_text(text.replace(PARAGRAPHS[0], "A new first paragraph."))
    sync(vault)

    declined = undo_last(vault)

    (note,) = vault.children(TITLES["adam2015"]).values()
    assert "text of its note is private in the file now" in {it.reason for it in declined}
    assert PARAGRAPHS[-1] not in str(note)
    assert PARAGRAPHS[0] in str(note)


def group_vault(world: World, rules: str = "") -> str:
    """Lay out a note whose item is in a group's library; return the title of both."""
    name_as_a_groups(world, 7)
    world.configure(RULES + rules)
    (world.root / "Papers").mkdir()
    path_of(world, "adam2015").write_text(a_note("adam2015", *PARAGRAPHS))
    world.put_item("ADAM2AAA", title=TITLES["adam2015"], citationKey="adam2015")
    return TITLES["adam2015"]


@pytest.mark.parametrize("rules", ["", "body = false\n", 'push = ["year"]\nbody = false\n'])
def test_no_text_leaves_a_vault_for_a_group_unless_it_is_said(world: World, rules: str) -> None:
    title = group_vault(world, rules)

    sync(world)

    assert world.item(title)["date"] == "2017"
    assert world.children(title) == {}
    assert planned(world).is_settled
    assert not planned(world).plan.reports


def test_before_text_first_goes_to_a_group_the_person_is_asked(world: World) -> None:
    title = group_vault(world, "body = true\n")

    prepared = planned(world)

    assert prepared.needs_consent
    leaving = leaving_texts(prepared.plan, prepared.gathered, prepared.workspace)
    assert leaving == LeavingTexts(1, ("Notes",))
    carry_out(prepared, silent)
    assert "Paragraph 1" in world.note(title)
    assert leaving_texts(planned(world).plan, prepared.gathered, prepared.workspace) is None


def test_undo_of_the_first_sync_leaves_the_vault_and_the_library_as_they_were(world: World) -> None:
    world.configure(RULES)
    (world.root / "Papers").mkdir()
    world.put_item("ADAM2AAA", title=TITLES["adam2015"], date="2015", citationKey="adam2015")
    for key in TITLES:
        path_of(world, key).write_text(a_note(key))
    texts, items = notes(world), world.items()

    sync(world)
    first = read_history(history_folder(world.root / ".zoterodigest")).run(1)
    apply_undo(prepare_undo(world.workspace(), first), silent)

    assert notes(world) == texts
    assert world.items() == items
    assert world.children(TITLES["adam2015"]) == {}


def test_a_list_and_a_vault_share_an_item_and_each_has_its_own_text(vault: World) -> None:
    title = TITLES["adam2015"]
    vault.configure(RULES + '[[digest]]\npath = "list.md"\n')
    vault.markdown("list.md", notes_of_list(quoted(title, "1412.06980")))
    vault.digests.clear()

    sync(vault)
    vault.change(linked(vault)["list.md"], title="Adam, a Method for Stochastic Optimization")
    sync(vault)

    assert linked(vault)["list.md"] == linked(vault)["Papers/@adam2015.md"]
    assert len(vault.items()) == len(TITLES)
    assert "Adam, a Method" in path_of(vault, "adam2015").read_text()
    assert "Adam, a Method" in (vault.root / "list.md").read_text()
    assert "Paragraph 1" not in (vault.root / "list.md").read_text()
    assert planned(vault).is_settled
