"""A run over a vault in which little changed looks at that, and comes to the same plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.made_once import made_once
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.cli.show.plan_lines import as_lines
from zoterodigest.cli.show.report_names import report_names
from zoterodigest.core.plan.reports import HeldFile
from zoterodigest.digest.read import vault_file
from zoterodigest.digest.read.vault_file import read_note_file
from zoterodigest.project.digests import read_digest
from zoterodigest.project.files import SourceFile
from zoterodigest.project.outside import Allowed
from zoterodigest.sync.exports.keying import read_keys
from zoterodigest.sync.gathering import quiet
from zoterodigest.sync.gathering.intent import SYNC
from zoterodigest.sync.gathering.workspace import Chosen, Workspace, open_workspace
from zoterodigest.sync.items.setting import prepare_setting, prepare_tagging
from zoterodigest.sync.run.quiet_run import prepare_quietly, prepare_run
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

RULES = '[[digest]]\npath = "Papers/*.md"\nentry = "file"\n'
OPTIONS = Options(SYNC)
NOTES = 12


@pytest.fixture
def vault(world: World) -> World:
    """Notes, and a file that is none, which a run found in sync and left its marks of."""
    made_once(world.root, lambda: a_settled_vault(world))
    return world


def a_settled_vault(world: World) -> None:
    world.configure(RULES)
    (world.root / "Papers").mkdir()
    for number in range(NOTES):
        text = f"A first paragraph of number {number}.\n\nA second one of number {number}.\n"
        front = f"---\ntitle: The Paper That Has Number {number}\ncitekey: key{number}\n---\n\n"
        path_of(world, number).write_text(front + text)
    (world.root / "Papers" / "index.md").write_text("# All of them\n")
    for _ in range(2):
        carry_out(prepare_run(world.workspace(), OPTIONS), silent)


def path_of(world: World, number: int) -> Path:
    return world.root / "Papers" / f"{number:02}.md"


def edit(world: World, number: int) -> None:
    path = path_of(world, number)
    path.write_text(path.read_text().replace("A second one", "An edited one"))


def test_nothing_is_read_where_nothing_changed(vault: World) -> None:
    prepared = prepare_quietly(vault.workspace(), OPTIONS)

    assert prepared is not None
    assert prepared.is_settled
    assert prepared.gathered.digests == ()


def test_of_all_notes_only_the_edited_one_is_read(
    vault: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(vault, 3)
    read: list[str] = []

    def counted(name: str, *given: object) -> object:
        read.append(name)
        return read_note_file(name, *given)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(vault_file, "read_note_file", counted)
    prepared = prepare_quietly(vault.workspace(), OPTIONS)

    assert prepared is not None
    assert set(read) == {"Papers/03.md"}
    assert [one.key for one in prepared.gathered.digests] == ["Papers/03.md"]
    assert prepared.plan.actions == prepare(vault.workspace(), OPTIONS).plan.actions
    carry_out(prepared, silent)
    assert prepare(vault.workspace(), OPTIONS).is_settled


def named(vault: World, number: int) -> Workspace:
    """Return the workspace of a run that names one note alone."""
    allowed = Chosen(allowed=Allowed(is_all=True))
    return open_workspace([path_of(vault, number)], vault.root, chosen=allowed)


def test_a_run_of_one_note_opens_no_other_and_looks_at_one_item(
    vault: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(vault, 3)
    opened: list[Path] = []

    def counted(path: Path) -> SourceFile:
        opened.append(path)
        return read_digest(path)

    monkeypatch.setattr(quiet, "read_digest", counted)
    prepared = prepare_quietly(named(vault, 3), OPTIONS)

    assert prepared is not None
    assert opened == [path_of(vault, 3)]
    assert len(prepared.gathered.contents.items) == 1
    assert prepared.plan.actions == prepare(named(vault, 3), OPTIONS).plan.actions
    assert prepared.totals == prepare(named(vault, 3), OPTIONS).totals


def test_after_a_run_of_one_note_the_next_run_sees_what_else_was_edited(vault: World) -> None:
    title = "The Paper That Has Number 7"
    edit(vault, 3)
    edit(vault, 5)
    vault.change_note(title, lambda html: html.replace("A second one", "Another one"))
    carry_out(prepare_run(named(vault, 3), OPTIONS), silent)
    assert "An edited one of number 3." in vault.note("The Paper That Has Number 3")
    assert "An edited one" not in vault.note("The Paper That Has Number 5")
    assert "Another one" not in path_of(vault, 7).read_text()

    prepared = prepare_quietly(vault.workspace(), OPTIONS)

    assert prepared is not None
    carry_out(prepared, silent)
    assert "An edited one of number 5." in vault.note("The Paper That Has Number 5")
    assert "Another one of number 7." in path_of(vault, 7).read_text()
    assert prepare(vault.workspace(), OPTIONS).is_settled


def test_a_run_of_one_note_that_was_moved_reads_everything(vault: World) -> None:
    path_of(vault, 3).rename(path_of(vault, 30))

    assert prepare_quietly(named(vault, 30), OPTIONS) is None


def test_a_format_that_comes_beside_a_note_has_it_read_anew(vault: World) -> None:
    assert prepare_quietly(named(vault, 3), OPTIONS) is not None

    (vault.root / "Papers" / "own.format.toml").write_text("")

    assert prepare_quietly(named(vault, 3), OPTIONS) is None


def test_a_note_whose_paper_is_gone_from_it_is_told_as_by_a_run_over_everything(
    vault: World,
) -> None:
    path_of(vault, 3).write_text("Nothing about a paper.\n")

    prepared = prepare_run(vault.workspace(), OPTIONS)

    everything = prepare(vault.workspace(), OPTIONS)
    assert prepared.plan.reports == everything.plan.reports
    assert prepared.plan.actions == everything.plan.actions


def test_an_edit_in_the_library_is_brought_into_its_note(vault: World) -> None:
    title = "The Paper That Has Number 5"
    vault.change_note(title, lambda html: html.replace("A second one", "Another one"))

    prepared = prepare_quietly(vault.workspace(), OPTIONS)

    assert prepared is not None
    carry_out(prepared, silent)
    assert "Another one of number 5." in path_of(vault, 5).read_text()
    assert prepare(vault.workspace(), OPTIONS).is_settled


def test_a_note_that_is_held_is_looked_at_again(vault: World) -> None:
    path = path_of(vault, 7)
    text = path.read_text()
    path.write_text(text.partition("A first")[0])

    for _ in range(3):
        prepared = prepare_run(vault.workspace(), OPTIONS)
        assert [type(report) for report in prepared.plan.reports] == [HeldFile]
        carry_out(prepared, silent)

    path.write_text(text)
    assert not prepare_run(vault.workspace(), OPTIONS).plan.reports


def test_a_file_that_goes_is_reported_by_every_run(vault: World) -> None:
    path_of(vault, 7).unlink()

    for _ in range(3):
        prepared = prepare_run(vault.workspace(), OPTIONS)
        assert len(prepared.plan.reports) == 1
        carry_out(prepared, silent)


def as_over_everything(vault: World) -> Prepared:
    """Return a run over what changed, which does and reports what one over everything does."""
    prepared, everything = (
        prepare_quietly(vault.workspace(), OPTIONS),
        prepare(vault.workspace(), OPTIONS),
    )

    assert prepared is not None
    assert prepared.plan.actions == everything.plan.actions
    assert prepared.plan.reports == everything.plan.reports
    assert prepared.gathered.gone == everything.gathered.gone
    return prepared


def test_of_a_vault_in_which_a_note_is_missing_only_that_is_looked_at(vault: World) -> None:
    path_of(vault, 7).unlink()
    carry_out(as_over_everything(vault), silent)
    edit(vault, 3)

    prepared = as_over_everything(vault)

    assert [one.key for one in prepared.gathered.digests] == ["Papers/03.md"]
    carry_out(prepared, silent)
    assert "An edited one of number 3." in vault.note("The Paper That Has Number 3")


def test_marks_are_left_of_all_notes_but_one_that_is_missing(vault: World) -> None:
    path_of(vault, 7).unlink()
    for path in (vault.root / ".zoterodigest" / "cache").glob("marks-*"):
        path.unlink()
    carry_out(prepare(vault.workspace(), OPTIONS), silent)

    prepared = as_over_everything(vault)

    assert prepared.gathered.digests == ()
    assert len(prepared.plan.reports) == 1


def test_a_note_that_comes_back_is_in_sync(vault: World) -> None:
    data = path_of(vault, 7).read_bytes()
    path_of(vault, 7).unlink()
    carry_out(as_over_everything(vault), silent)

    path_of(vault, 7).write_bytes(data)

    assert as_over_everything(vault).is_settled


def test_a_note_that_comes_back_edited_is_an_edit(vault: World) -> None:
    data = path_of(vault, 7).read_bytes()
    path_of(vault, 7).unlink()
    carry_out(as_over_everything(vault), silent)

    path_of(vault, 7).write_bytes(data.replace(b"A second one", b"An edited one"))

    carry_out(as_over_everything(vault), silent)
    assert "An edited one of number 7." in vault.note("The Paper That Has Number 7")


def test_a_file_about_no_paper_comes_without_a_look_at_others(vault: World) -> None:
    (vault.root / "Papers" / "2026-01-31.md").write_text("Read [[key3]].\n")

    prepared = as_over_everything(vault)

    assert prepared.is_settled
    assert prepared.gathered.digests == ()


def test_a_copy_of_a_note_is_told_as_by_a_run_over_everything(vault: World) -> None:
    path_of(vault, 99).write_text(path_of(vault, 3).read_text())

    prepared = prepare_run(vault.workspace(), OPTIONS)

    everything = prepare(vault.workspace(), OPTIONS)
    assert kinds(prepared) == kinds(everything)
    assert prepared.plan.reports == everything.plan.reports


def kinds(prepared: Prepared) -> list[type]:
    return [type(action) for action in prepared.plan.actions]


def test_a_plan_lists_many_files_of_a_vault_as_one(world: World) -> None:
    world.configure(RULES)
    for number in range(NOTES):
        path_of(world, number).parent.mkdir(exist_ok=True)
        path_of(world, number).write_text(f"---\ntitle: Paper {number}\ncitekey: k{number}\n---\n")

    prepared = prepare(world.workspace(), OPTIONS)
    lines = list(as_lines(prepared.plan, report_names(prepared)))

    assert lines[1] == "  Papers/*.md"
    assert [line.split()[:3] for line in lines if "new items" in line] == [["new", "items", "12"]]


def test_edits_of_items_and_lists_of_keys_look_for_no_vault(vault: World) -> None:
    item = vault.key("The Paper That Has Number 3")

    setting = prepare_setting(vault.workspace(), item, {"title": "Another Title of It"}, None)
    tagging = prepare_tagging(vault.workspace(), [item], ["to read"], [])

    assert len(setting.sent.items) == len(tagging.sent.items) == 1
    assert len(read_keys(vault.workspace()).items) == NOTES


# --- several files about one item ----------------------------------------------------------------


def add_second(vault: World, more: str = "") -> Path:
    """Write a second file about the paper of note 3, which `more` front matter names or not."""
    path = vault.root / "Papers" / "zz second.md"
    title = "The Paper That Has Number 3"
    path.write_text(f'---\ntitle: "{title}"\n{more}year: 1999\n---\n\nA second view of it.\n')
    return path


@pytest.mark.parametrize("more", ["", "citekey: key3\n"], ids=["by its title", "by its key"])
@pytest.mark.parametrize("is_known", [True, False], ids=["linked", "new"])
@pytest.mark.parametrize("plan", [prepare_run, prepare], ids=["marks", "no marks"])
def test_a_run_of_a_second_file_about_an_item_leaves_the_record_to_the_first(
    vault: World, more: str, is_known: bool, plan: Callable[[Workspace, Options], Prepared]
) -> None:
    title = "The Paper That Has Number 3"
    (key,) = (key for key, data in vault.items().items() if data["title"] == title)
    vault.change(key, citationKey="key3")
    path = add_second(vault, more)
    for _ in range(2 * is_known):
        carry_out(prepare_run(vault.workspace(), OPTIONS), silent)
    path.write_text(path.read_text().replace("1999", "2001").replace("A second view", "My view"))
    allowed = Chosen(allowed=Allowed(is_all=True))
    only = open_workspace([path], vault.root, chosen=allowed)

    outcome = carry_out(plan(only, OPTIONS), silent)

    assert outcome.failures == ()
    assert not vault.item(title).get("date")
    assert any("My view of it." in note["note"] for note in vault.notes().values())
    carry_out(prepare_run(vault.workspace(), OPTIONS), silent)
    assert prepare(vault.workspace(), OPTIONS).is_settled
    assert "year: 2001" in path.read_text()
