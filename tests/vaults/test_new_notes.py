"""Items that a person puts into the collection of a vault get notes, if it has `new`."""

from __future__ import annotations

import pytest

from tests.builders import a_file, a_highlight
from tests.made_once import made_once
from tests.sync.trouble import silent
from tests.sync.world import World
from tests.vaults.test_laws import TITLES, a_note, linked, notes, only, path_of, planned, sync
from zoterodigest.cli.show.diff_text import actions_diff
from zoterodigest.cli.show.plan_lines import things
from zoterodigest.cli.show.report_names import report_names
from zoterodigest.core.plan.reports import AddedItem
from zoterodigest.project.files import SourceChanged
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering.intent import PUSH, SYNC
from zoterodigest.sync.run.quiet_run import prepare_run
from zoterodigest.sync.run.run import Options
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

RULES = """\
[[digest]]
path = "Papers/**/*.md"
entry = "file"
"""
NEW = RULES + 'new = { file = "@{citekey}.md" }\n'
TITLE = "A New Paper: on the Notes of Others"
NAME = "Note ho2020new"
MADE = """\
---
title: "A New Paper: on the Notes of Others"
citekey: ho2020new
year: 2020
---

## Notes
"""


@pytest.fixture
def vault(world: World) -> World:
    """Three synced notes, and nothing in the library that has none."""

    def make() -> None:
        world.configure(NEW)
        (world.root / "Papers").mkdir()
        for key, title in TITLES.items():
            path_of(world, key).write_text(a_note(key).replace("  # as printed", ""))
            item = f"{key.upper():A<8.8}".replace("0", "A").replace("1", "B")
            world.put_item(item, title=title, date="2017", citationKey=key)
        sync(world)

    made_once(world.root, make)
    return world


def put_into_collection(
    world: World, key: str = "NEWPAPER", title: str = TITLE, citekey: str = "ho2020new"
) -> None:
    """As a person does in Zotero: a new item in the collection of the vault."""
    (collection,) = world.collections().values()
    stated = {"citationKey": citekey} if citekey else {}
    creators = [{"creatorType": "author", "firstName": "Jonathan", "lastName": "Ho"}]
    more = {"date": "2020", "creators": creators, "collections": [collection], **stated}
    world.put_item(key, title=title, **more)


def test_a_new_note_comes_with_the_annotations_of_its_item(vault: World) -> None:
    vault.configure(f"{NEW}annotations = true\n")
    put_into_collection(vault)
    vault.put(a_file("NEWPAPER", "FILE2222"))
    vault.put(a_highlight("FILE2222", "MARK2222", text="Quite new"))

    sync(vault)

    text = (vault.root / "Papers" / "@ho2020new.md").read_text()
    assert text.endswith("annotation=MARK2222)\n> Quite new\n")
    assert sync(vault).prepared.is_settled


def names(world: World) -> set[str]:
    return {path.name for path in (world.root / "Papers").iterdir()}


def test_an_item_that_comes_into_the_collection_gets_a_note_like_those_around_it(
    vault: World,
) -> None:
    before = notes(vault)
    put_into_collection(vault)

    outcome = sync(vault)

    assert outcome.written_digests == 1
    assert path_of(vault, "ho2020new").read_text() == MADE
    assert linked(vault)["Papers/@ho2020new.md"] == "NEWPAPER"
    assert {name: data for name, data in notes(vault).items() if name in before} == before


def test_a_note_comes_where_most_are_if_the_folder_of_the_vault_itself_has_none(
    vault: World,
) -> None:
    papers = vault.root / "Papers"
    (papers / "Read").mkdir()
    (papers / "Later").mkdir()
    for path in papers.glob("*.md"):
        path.rename(papers / "Read" / path.name)
    (papers / "Map.md").write_text("No paper.\n")
    (papers / "Later" / "@last2021.md").write_text("---\ntitle: Last\nyear: 2021\n---\nMine.\n")
    sync(vault)
    put_into_collection(vault)

    sync(vault)

    assert (papers / "Read" / "@ho2020new.md").read_text() == MADE
    assert sync(vault).prepared.is_settled


def test_the_sync_after_it_has_nothing_to_do(vault: World) -> None:
    put_into_collection(vault)
    sync(vault)
    everything, lock = vault.everything(), vault.lock_path.read_bytes()

    again = planned(vault)
    carry_out(again, silent)

    assert again.is_settled
    assert again.plan.reports == ()
    assert (vault.everything(), vault.lock_path.read_bytes()) == (everything, lock)


def test_a_plan_makes_no_file(vault: World) -> None:
    put_into_collection(vault)
    before = names(vault)

    (action,) = planned(vault).plan.actions

    assert getattr(action, "digest", "") == "Papers/@ho2020new.md"
    assert names(vault) == before


def test_a_run_over_a_part_leaves_new_notes_to_one_over_all(vault: World) -> None:
    carry_out(prepare_run(vault.workspace(), Options(SYNC)), silent)
    put_into_collection(vault)

    carry_out(prepare_run(vault.workspace(), Options(SYNC)), silent)
    again = prepare_run(vault.workspace(), Options(SYNC))

    assert "@ho2020new.md" in names(vault)
    assert (again.is_settled, again.plan.reports) == (True, ())


def test_a_sync_of_one_file_makes_no_note(vault: World) -> None:
    put_into_collection(vault)
    before = names(vault)
    vault.digests = ["Papers/@adam2015.md"]

    sync(vault)

    assert names(vault) == before
    vault.digests.clear()
    sync(vault)
    assert "@ho2020new.md" in names(vault)


def test_a_killed_run_leaves_one_note_that_the_next_one_links(vault: World) -> None:
    put_into_collection(vault)
    prepared = planned(vault)
    (made,) = prepared.digests
    path_of(vault, "ho2020new").write_bytes(made.source)  # and killed before the lock file

    sync(vault)

    assert linked(vault)["Papers/@ho2020new.md"] == "NEWPAPER"
    assert len(names(vault)) == len(TITLES) + 1


def test_a_note_whose_file_goes_is_not_made_again(vault: World) -> None:
    put_into_collection(vault)
    sync(vault)
    path_of(vault, "ho2020new").unlink()

    sync(vault)

    assert "@ho2020new.md" not in names(vault)


def test_an_edit_of_the_new_note_reaches_its_item(vault: World) -> None:
    put_into_collection(vault)
    sync(vault)
    path = path_of(vault, "ho2020new")
    path.write_text(path.read_text().replace("2020\n", "2021\n") + "\nMine.\n")

    sync(vault)

    assert vault.item(TITLE)["date"] == "2021"
    assert "Mine." in vault.note(TITLE)


def test_undo_takes_the_file_away_and_leaves_the_item(vault: World) -> None:
    before = notes(vault)
    put_into_collection(vault)
    items = vault.items()
    sync(vault)
    newest = read_history(history_folder(vault.root / ".zoterodigest")).run(2)

    apply_undo(prepare_undo(vault.workspace(), newest), silent)

    assert notes(vault) == before
    assert vault.items() == items


def test_without_new_the_item_is_reported_once_with_what_to_write(vault: World) -> None:
    vault.configure(RULES)
    put_into_collection(vault)
    before = names(vault)

    sync(vault)

    (report,) = only(planned(vault).plan, AddedItem)
    assert isinstance(report, AddedItem)
    assert "makes no notes by itself" in report.reason
    assert names(vault) == before


def test_a_push_makes_no_note_and_the_next_sync_does(vault: World) -> None:
    put_into_collection(vault)
    before = names(vault)

    sync(vault, Options(PUSH))
    pushed = names(vault)
    sync(vault)

    assert (pushed, names(vault)) == (before, before | {"@ho2020new.md"})


def test_no_file_is_made_beside_one_that_is_called_so_on_another_system(vault: World) -> None:
    vault.configure(RULES + 'new = { file = "Note {citekey}.md" }\n')
    put_into_collection(vault)
    other, made = (vault.root / "Papers" / f"{name}.md" for name in ("NOTE HO2020new", NAME))
    other.write_text("No note of a paper.\n")

    sync(vault)
    sync(vault)

    assert not made.exists()
    (report,) = only(planned(vault).plan, AddedItem)
    assert isinstance(report, AddedItem)
    assert "already, perhaps in other capitals" in report.reason
    other.unlink()
    sync(vault)
    assert made.exists()


def test_a_file_that_comes_meanwhile_is_not_written_over(vault: World) -> None:
    put_into_collection(vault)
    prepared = planned(vault)
    path_of(vault, "ho2020new").write_text("Mine, a moment earlier.\n")

    with pytest.raises(SourceChanged):
        carry_out(prepared, silent)

    assert path_of(vault, "ho2020new").read_text() == "Mine, a moment earlier.\n"


def test_a_name_that_windows_keeps_for_itself_is_changed(vault: World) -> None:
    vault.configure(RULES + 'new = { file = "{citekey}.md" }\n')
    put_into_collection(vault, citekey="con")

    sync(vault)

    assert "con_.md" in names(vault)


def test_a_paper_without_a_citation_key_gets_one_for_its_name(vault: World) -> None:
    put_into_collection(vault, citekey="")
    before = names(vault)

    sync(vault)

    (name,) = names(vault) - before
    assert name.startswith("@")
    assert "2020" in name
    assert planned(vault).is_settled


def test_a_template_of_the_person_says_what_stands_in_the_note(vault: World) -> None:
    (vault.root / "note.txt").write_text(
        "---\ntitle: {{title}}\ncitekey: {{citekey}}\n---\n\nRead.\n"
    )
    vault.configure(NEW.replace('md" }', 'md", template = "note.txt" }'))
    sync(vault)
    put_into_collection(vault)

    sync(vault)

    assert path_of(vault, "ho2020new").read_text().endswith("citekey: ho2020new\n---\n\nRead.\n")


@pytest.mark.parametrize("given", [["optimizers"], ["Machine Learning"], []])
def test_a_template_with_tags_takes_those_of_the_item_beside_its_own(
    vault: World, given: list[str]
) -> None:
    (vault.root / "note.txt").write_text(
        "---\ntitle: {{title}}\ncitekey: {{citekey}}\ntags: [paper]\n---\n"
    )
    vault.configure(NEW.replace('md" }', 'md", template = "note.txt" }') + "tags = true\n")
    sync(vault)
    put_into_collection(vault)
    vault.change("NEWPAPER", tags=[{"tag": tag} for tag in given])

    sync(vault)

    path = path_of(vault, "ho2020new")
    spelled = [tag.replace(" ", "-") for tag in given]
    assert f"tags: [{', '.join(['paper', *spelled])}]\n" in path.read_text()
    assert planned(vault).is_settled
    assert vault.item(TITLE)["tags"] == [{"tag": tag} for tag in given]
    path.write_text(path.read_text().replace("[paper", "[paper, read"))
    sync(vault)
    assert {"tag": "read"} in vault.item(TITLE)["tags"]


def test_a_note_like_those_around_it_has_the_tags_of_its_item(vault: World) -> None:
    vault.configure(f"{NEW}tags = true\n")
    for key in TITLES:
        path_of(vault, key).write_text(a_note(key).replace("---\n", "---\ntags: [paper]\n", 1))
    sync(vault)
    put_into_collection(vault)
    vault.change("NEWPAPER", tags=[{"tag": "optimizers"}, {"tag": "Machine Learning"}])

    sync(vault)

    assert "tags: [Machine-Learning, optimizers]\n" in path_of(vault, "ho2020new").read_text()
    assert planned(vault).is_settled


def test_two_items_get_two_notes(vault: World) -> None:
    put_into_collection(vault)
    put_into_collection(vault, "NEWPAPR2", "Another Paper of the Same People", "ho2020another")
    before = names(vault)

    sync(vault)

    assert names(vault) - before == {"@ho2020new.md", "@ho2020another.md"}
    assert planned(vault).is_settled


def test_an_item_in_the_collection_of_a_folder_gets_a_note(world: World) -> None:
    world.configure(NEW + 'collection = "Reading/{folder}"\n')
    path = world.root / "Papers" / "Vision" / "@adam2015.md"
    path.parent.mkdir(parents=True)
    path.write_text(a_note("adam2015"))
    world.put_item("ADAM2AAA", title=TITLES["adam2015"], date="2017", citationKey="adam2015")
    sync(world)
    shelf = world.collections()["Reading/Vision"]
    world.put_item("NEWPAPER", title=TITLE, citationKey="ho2020new", collections=[shelf])

    sync(world)

    made = world.root / "Papers" / "Vision" / "@ho2020new.md"
    assert made.is_file()
    assert linked(world)["Papers/Vision/@ho2020new.md"] == "NEWPAPER"
    assert planned(world).is_settled


def test_an_item_in_the_collection_above_those_of_folders_gets_a_note(world: World) -> None:
    world.configure(NEW + 'collection = "Reading/{folder}"\n')
    folder = world.root / "Papers"
    (folder / "Vision").mkdir(parents=True)
    for name, key in (("Vision/@adam2015.md", "adam2015"), ("@vaswani2017.md", "vaswani2017")):
        (folder / name).write_text(a_note(key))
        world.put_item(f"{key[:4].upper()}AAAA", title=TITLES[key], date="2017", citationKey=key)
    sync(world)
    shelves = world.collections()
    world.put_item(
        "NEWPAPER", title=TITLE, citationKey="ho2020new", collections=[shelves["Reading"]]
    )

    sync(world)

    assert linked(world)["Papers/@ho2020new.md"] == "NEWPAPER"
    assert planned(world).is_settled


def test_a_note_that_cannot_be_made_leaves_nothing_to_record(world: World) -> None:
    world.configure(NEW)
    (world.root / "Papers").mkdir()
    page = f'original-title:: "{TITLES["adam2015"]}"\ndate:: 2017\ncitekey:: adam2015\n\n- Mine.\n'
    path_of(world, "adam2015").write_text(page)
    sync(world)
    put_into_collection(world)

    sync(world)

    (report,) = (it for it in planned(world).plan.reports if isinstance(it, AddedItem))
    assert "a template is needed" in report.reason
    assert planned(world).is_settled
    assert names(world) == {"@adam2015.md"}


def test_beside_a_missing_file_the_report_says_that_the_vault_makes_no_notes(vault: World) -> None:
    vault.configure(RULES)
    path_of(vault, "adam2015").unlink()
    put_into_collection(vault)

    (report,) = only(planned(vault).plan, AddedItem)

    assert isinstance(report, AddedItem)
    assert report.reason.startswith("this vault makes no notes by itself")


def test_a_plan_shows_a_new_note_as_a_file_of_its_vault(vault: World) -> None:
    put_into_collection(vault)

    prepared = planned(vault)
    shown = report_names(prepared)

    new = [one.what for one in things(prepared.plan, shown) if one.label == "new entries"]
    diff = "\n".join(actions_diff(prepared.plan, shown))
    assert new == [TITLE]
    assert "Papers/@ho2020new.md  new note\n" in diff


def test_the_collection_of_a_vault_is_shown_by_its_name(world: World) -> None:
    world.configure(RULES + 'collection = "Reading"\n')
    (world.root / "Papers").mkdir()
    path_of(world, "adam2015").write_text(a_note("adam2015"))
    world.put_item("ADAM2AAA", title=TITLES["adam2015"], date="2017", citationKey="adam2015")
    prepared = planned(world)

    diff = "\n".join(actions_diff(prepared.plan, report_names(prepared)))

    assert "collections  {+Reading+}" in diff
