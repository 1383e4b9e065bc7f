"""The histories that everybody asks about, one by one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.histories.effects import Effects, Killed
from tests.sync.test_undo import undone
from tests.sync.trouble import TroubledLibrary, silent
from tests.sync.world import World, actions, reports
from zoterodigest import mapping
from zoterodigest.core.plan.plan import ChangeNote
from zoterodigest.core.plan.reports import AddedItem, Conflict, DroppedEntry, PlaceConflict, Waiting
from zoterodigest.library.port import LibraryItem
from zoterodigest.library.records.zotero import load_spellings
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.others import read_others
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

SYNC, PULL = Options(intent.SYNC), Options(intent.PULL)
MODELS, ROBOTS = "A Study of Models for Images", "Walking Robots that Learn to Fall"
BULLETS = [f"Bullet {number} as it was." for number in range(1, 5)]
TRACKED = ("notes.md", "zoterodigest.lock")


def digest(*bullets: str, title: str = MODELS) -> str:
    return notes(
        quoted(title, "2401.00001", bullets=bullets or BULLETS),
        quoted(ROBOTS, "2401.00002", bullets=["Robots fall."]),
    )


@pytest.fixture
def linked(world: World) -> World:
    """A world with one digest in sync with its library."""
    world.markdown("notes.md", digest())
    world.first_push(SYNC)
    return world


def text(world: World, name: str = "notes.md") -> str:
    return (world.root / name).read_text(encoding="utf-8")


def clone(world: World, folder: Path, *, with_state: bool = True) -> World:
    """Copy a project, with its library; without its state the library is all that is copied."""
    copy = World(folder, list(world.digests))
    shutil.copytree(world.root, copy.root, ignore=lambda _, names: {"clone"} & set(names))
    if not with_state:
        for path in (copy.root / ".zoterodigest").iterdir():
            if path.name != "library.sqlite" and path.is_file():
                path.unlink()
    return copy


def copy_tracked(source: World, target: World) -> None:
    for name in TRACKED:
        shutil.copyfile(source.root / name, target.root / name)


def test_an_item_with_arxiv_as_its_journal_is_adopted_by_the_id_and_then_settled(
    world: World,
) -> None:
    cited = "arXiv preprint arXiv:2401.00001"
    data = {"itemType": "journalArticle", "title": "Its First Title", "publicationTitle": cited}
    world.put(LibraryItem("ABCD2345", 0, data))
    world.markdown("notes.md", digest())

    world.push(SYNC)

    assert len(world.items()) == 2
    assert world.items()["ABCD2345"]["extra"] == "arXiv: 2401.00001"
    assert world.plan(SYNC).is_settled


# (a) one paper in two digests


def test_an_edit_pushed_from_one_digest_reaches_the_other_digest_of_the_paper(
    world: World,
) -> None:
    world.markdown("notes.md", digest())
    world.markdown("more.md", notes(quoted(MODELS, "2401.00001", bullets=["Seen elsewhere."])))
    world.first_push(SYNC)
    world.edit("notes.md", (MODELS, "A Study of Models, Revised"))

    world.digests = ["notes.md"]
    world.push()
    world.digests = ["notes.md", "more.md"]
    world.push(PULL)

    assert "**A Study of Models, Revised**" in text(world, "more.md")
    assert "Seen elsewhere." in text(world, "more.md")
    assert world.plan(SYNC).is_settled


# (b) two bullets of one note


def with_two_edits(world: World) -> None:
    world.edit("notes.md", (BULLETS[0], "Bullet 1 edited in Markdown."))
    world.change_note(MODELS, lambda html: html.replace(BULLETS[3], "Bullet 4 edited in Zotero."))


def require_both_edits(world: World) -> None:
    for edited in ("Bullet 1 edited in Markdown.", "Bullet 4 edited in Zotero."):
        assert text(world).count(edited) == 1
        assert world.note(MODELS).count(edited) == 1
    assert world.plan(SYNC).is_settled


def test_bullets_edited_at_two_ends_are_both_there_after_a_push_and_a_sync(linked: World) -> None:
    with_two_edits(linked)

    linked.push()
    linked.push(SYNC)

    require_both_edits(linked)


# (c) the same, killed


def test_bullets_edited_at_two_ends_survive_a_kill_between_library_and_file(
    linked: World,
) -> None:
    with_two_edits(linked)
    effects = Effects()
    effects.arm(1, Killed())
    workspace = linked.workspace()
    workspace = replace(workspace, library=TroubledLibrary(workspace.library, after=effects.spend))

    with pytest.raises(Killed):
        carry_out(prepare(workspace, SYNC), silent)
    assert "Bullet 1 edited in Markdown." in linked.note(MODELS)
    assert "Bullet 4 edited in Zotero." not in text(linked)
    linked.push(SYNC)

    require_both_edits(linked)


# (d) a new reading of unchanged bytes


@pytest.fixture
def other_tables(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tables that a later version of the tool would bring; not in use yet."""
    folder = tmp_path_factory.mktemp("later") / "mappings"
    shutil.copytree(mapping.folder(), folder)
    return folder


def test_a_changed_table_is_no_edit_and_an_edit_beside_it_is_one(
    linked: World, other_tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = other_tables / "tags.toml"
    words = tags.read_text(encoding="utf-8")
    assert "[synonyms]\n" in words
    extra = '[synonyms]\n"image restoration" = "picture repair"\n'
    tags.write_text(words.replace("[synonyms]\n", extra), encoding="utf-8")
    traces, version = linked.traces(), linked.library.version()

    monkeypatch.setattr(mapping, "folder", lambda: other_tables)
    load_spellings.cache_clear()

    assert actions(linked.plan(SYNC)) == {}
    linked.push(SYNC)
    assert linked.traces()["notes.md"] == traces["notes.md"]
    assert linked.library.version() == version
    linked.edit("notes.md", (BULLETS[1], "A real edit."))
    plan = linked.plan(SYNC)
    assert [type(action) for action in plan.actions] == [ChangeNote]


def test_a_changed_format_is_no_edit_and_an_edit_beside_it_is_one(world: World) -> None:
    examples = Path(__file__).resolve().parents[2] / "examples"
    for name in ("bold-titles.md", "bold-titles.format.toml"):
        shutil.copyfile(examples / name, world.root / name)
    world.digests.append("bold-titles.md")
    world.push(SYNC)
    form = world.root / "bold-titles.format.toml"
    words = form.read_text(encoding="utf-8")
    without_authors = words.replace("  '^(?P<authors>[^\\[].*)$',\n", "")
    assert without_authors != words

    form.write_text(without_authors, encoding="utf-8")

    assert actions(world.plan(SYNC)) == {}
    world.edit("bold-titles.md", ("**Consistency Models**", "**Consistent Models**"))
    assert actions(world.plan(SYNC)) == {"ChangeItem": 1}


# (e) two copies of one library


def test_a_copy_of_the_library_that_is_behind_undoes_nothing_and_catches_up(
    linked: World, tmp_path: Path
) -> None:
    other = clone(linked, tmp_path / "clone")
    linked.edit("notes.md", (MODELS, "A Study of Models, Revised"), (BULLETS[0], "Bullet 1 anew."))
    linked.push(SYNC)
    copy_tracked(linked, other)
    before = text(other)

    plan = other.push(SYNC).prepared.plan

    assert actions(plan) == {}
    assert len(reports(plan, Waiting)) == 1
    assert text(other) == before
    shutil.copyfile(
        linked.root / ".zoterodigest" / "library.sqlite",
        other.root / ".zoterodigest" / "library.sqlite",
    )
    other.push(SYNC)
    assert reports(other.plan(SYNC), Waiting) == []
    assert text(other) == before


# (f) a crash, then another branch


def test_what_a_killed_run_wrote_is_not_undone_on_another_branch(linked: World) -> None:
    branch = {name: (linked.root / name).read_bytes() for name in TRACKED}
    linked.edit("notes.md", (BULLETS[0], "Bullet 1 on main."))
    linked.push(SYNC)
    linked.edit("notes.md", (BULLETS[1], "Bullet 2 on main."))
    effects = Effects()
    effects.arm(1, Killed())
    workspace = linked.workspace()
    library = TroubledLibrary(workspace.library, after=effects.spend)
    with pytest.raises(Killed):
        carry_out(prepare(replace(workspace, library=library), SYNC), silent)
    main = {name: (linked.root / name).read_bytes() for name in TRACKED}

    for name, data in branch.items():
        (linked.root / name).write_bytes(data)
    linked.push(SYNC)

    assert "Bullet 1 on main." in linked.note(MODELS)
    assert "Bullet 2 on main." in linked.note(MODELS)
    for name, data in main.items():
        (linked.root / name).write_bytes(data)
    linked.push(SYNC)
    assert text(linked).encode() == main["notes.md"]
    assert "Bullet 2 on main." in linked.note(MODELS)
    assert len(linked.notes()) == 2
    assert linked.plan(SYNC).is_settled


# (g) a dropped entry


def test_a_dropped_entry_does_not_come_back(linked: World) -> None:
    linked.edit("notes.md", (quoted(ROBOTS, "2401.00002", bullets=["Robots fall."]), ""))
    after = text(linked)

    plan = linked.push(SYNC).prepared.plan
    linked.change(linked.key(ROBOTS), title="Walking Robots, Edited in Zotero")
    for options in (Options(), PULL, SYNC):
        linked.push(options)

    assert len(reports(plan, DroppedEntry)) == 1
    assert text(linked) == after
    assert len(linked.items()) == 2


IN_ZOTERO = "Bullet 4 in Zotero."


@pytest.fixture(params=[False, True], ids=["at once", "synced"])
def dropped(linked: World, request: pytest.FixtureRequest) -> World:
    """A world whose entry took a bullet from Zotero and was dropped then, or synced as well."""
    linked.change_note(MODELS, lambda html: html.replace(BULLETS[3], IN_ZOTERO))
    linked.push(SYNC)
    linked.edit("notes.md", (quoted(MODELS, "2401.00001", bullets=[*BULLETS[:3], IN_ZOTERO]), ""))
    if request.param:
        linked.push(SYNC)
    return linked


def test_an_older_file_restored_after_a_drop_is_an_edit_that_is_listed_and_can_be_undone(
    dropped: World,
) -> None:
    dropped.markdown("notes.md", digest())

    plan = dropped.push(SYNC).prepared.plan

    assert actions(plan) == {"ChangeNote": 1}
    assert BULLETS[3] in dropped.note(MODELS)
    undone(dropped)
    assert IN_ZOTERO in dropped.note(MODELS)


def test_an_edit_in_zotero_after_a_drop_conflicts_with_an_older_file_that_is_restored(
    dropped: World,
) -> None:
    later = "Bullet 4 later in Zotero."
    dropped.change_note(MODELS, lambda html: html.replace(IN_ZOTERO, later))
    dropped.markdown("notes.md", digest())

    plan = dropped.push(SYNC).prepared.plan

    assert len(reports(plan, Conflict)) == 1
    assert later in dropped.note(MODELS)
    assert text(dropped) == digest()


# beside them


def test_an_entry_moved_at_both_ends_under_a_heading_with_a_new_name_is_no_conflict(
    world: World,
) -> None:
    fallen = quoted(ROBOTS, "2401.00002", bullets=["Robots fall."])
    world.markdown("notes.md", f"## Here\n\n{digest()}\n\n\n## There\n\n{a_paper()}")
    world.first_push(SYNC)
    collections = world.collections()

    world.change(world.key(ROBOTS), collections=[collections["notes/There"]])
    without = text(world).replace(fallen, "").replace("## There", "## Somewhere")
    world.markdown("notes.md", f"{without}\n\n\n{fallen}")
    plan = world.push(SYNC).prepared.plan

    assert reports(plan, PlaceConflict) == []
    assert world.shelved(ROBOTS) == {"notes/Somewhere"}
    assert world.plan(SYNC).is_settled


def a_paper() -> str:
    return quoted("A New Paper on Old Things", "2401.00003", bullets=["It is new."])


def test_an_entry_moved_to_a_digest_that_shows_less_takes_nothing_from_its_item(
    world: World,
) -> None:
    code = "https://github.com/lab/models"
    entry = quoted(MODELS, "2401.00001", links=[f"[code]({code})"], bullets=BULLETS)
    world.markdown("notes.md", notes(entry, a_paper()))
    world.markdown("list.md", "# List\n\n- [Another One](https://arxiv.org/abs/2401.00009)\n")
    world.first_push(SYNC)

    world.edit("notes.md", (entry, ""))
    line = f"- [{MODELS}](https://arxiv.org/abs/2401.00001)\n"
    world.markdown("list.md", text(world, "list.md") + line)
    world.push(SYNC)

    assert world.links(MODELS) == {"code": code}
    assert world.tags(MODELS) == {"task:image restoration"}
    assert world.plan(SYNC).is_settled


def test_an_older_commit_undoes_nothing_after_the_state_was_lost(linked: World) -> None:
    linked.lose_memory()
    older = {name: (linked.root / name).read_bytes() for name in TRACKED}
    linked.edit("notes.md", (BULLETS[0], "Bullet 1 anew."))
    linked.push(SYNC)
    linked.change_note(MODELS, lambda html: html.replace(BULLETS[3], "Bullet 4 in Zotero."))

    for name, data in older.items():
        (linked.root / name).write_bytes(data)
    plan = linked.push(SYNC).prepared.plan

    assert "Bullet 1 anew." in linked.note(MODELS)
    assert len(reports(plan, Waiting)) == 1


def test_a_link_made_elsewhere_waits_until_the_library_here_has_caught_up(
    world: World, tmp_path: Path
) -> None:
    world.markdown("notes.md", digest())
    world.markdown(
        "list.md", "# List\n\n- [A New Paper on Old Things](https://arxiv.org/abs/2401.00003)\n"
    )
    world.first_push(SYNC)
    other = clone(world, tmp_path / "clone")
    world.markdown("notes.md", f"{text(world)}\n\n\n{a_paper()}")
    world.push(SYNC)
    copy_tracked(world, other)
    before = text(other)

    plans = [other.push(SYNC).prepared.plan for _ in range(2)]

    assert text(other) == before
    assert [len(reports(plan, Waiting)) for plan in plans] == [1, 1]
    shutil.copyfile(
        world.root / ".zoterodigest" / "library.sqlite",
        other.root / ".zoterodigest" / "library.sqlite",
    )
    other.push(SYNC)
    assert reports(other.plan(SYNC), Waiting) == []
    assert text(other) == before


def test_what_one_clone_wrote_is_not_written_again_by_the_other(
    linked: World, tmp_path: Path
) -> None:
    shared = (tmp_path / "shared.sqlite").as_posix()
    shutil.copyfile(linked.root / ".zoterodigest" / "library.sqlite", shared)
    linked.configure(f'library = "embedded:{shared}"\n[[digest]]\npath = "notes.md"\n')
    linked.push(SYNC)
    other = clone(linked, tmp_path / "clone")
    other.push(SYNC)
    linked.markdown("notes.md", text(linked) + "\n\n\n" + a_paper())
    linked.push(SYNC)
    before = text(other)

    plan = other.push(SYNC).prepared.plan

    assert text(other) == before
    (report,) = reports(plan, AddedItem)
    assert isinstance(report, AddedItem)
    assert "another checkout" in report.reason
    copy_tracked(linked, other)
    assert other.plan(SYNC).is_settled


def test_a_format_that_a_command_names_is_meant_for_the_digests_that_it_names(
    linked: World,
) -> None:
    linked.markdown(
        "list.md", "# Papers\n\n- [A Study of Images](https://arxiv.org/abs/2401.00007)\n"
    )
    workspace = linked.workspace()
    named, other = workspace.digests
    asked = replace(workspace, digests=(named,), wanted_format="quoted-notes", is_named=True)

    (read,) = read_others(asked, [other.key])

    assert [entry.fields["arxiv"] for entry in read.document.core_entries()] == ["2401.00007"]
