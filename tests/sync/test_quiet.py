"""A run that looks at what has changed does what a run over everything does."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.builders import a_key
from tests.made_once import made_once
from tests.sync.digests import daily, notes, quoted, row
from tests.sync.world import World
from zoterodigest.cli.show.bib_text import export_data, exports_text
from zoterodigest.core.links.link import CollectionRow
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import AddedItem, Conflict
from zoterodigest.core.reconcile.quiet import Marks
from zoterodigest.core.values.record import text_in
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.project.kept import as_kept, hashed, keep, kept_value
from zoterodigest.project.marks import (
    KeptMarks,
    LeftMarks,
    Totals,
    keep_marks,
    marks_name,
    read_marks,
)
from zoterodigest.sync.gathering.intent import PULL, PUSH, SYNC
from zoterodigest.sync.gathering.quiet import by_item, item_prints, sources_now
from zoterodigest.sync.run.quiet_run import prepare_quietly, prepare_run
from zoterodigest.sync.run.run import Options, Prepared, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

BOTH_WAYS = Options(SYNC)
TITLES = ("Restoring All Images", "A Study of Tokens in Model 1 for Images", "A Title of My Own")
IDS = ("2401.00001", "2402.10001", "2301.99999")


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


def sync(world: World, options: Options = BOTH_WAYS) -> Prepared:
    prepared = prepare_run(world.workspace(), options)
    assert carry_out(prepared, _silent).failures == ()
    return prepared


def is_quiet(world: World, options: Options = BOTH_WAYS) -> bool:
    return prepare_quietly(world.workspace(), options) is not None


@pytest.fixture
def world(tmp_path: Path) -> World:
    made_once(tmp_path, lambda: a_settled_world(tmp_path))
    return World(tmp_path, ["notes.md", "daily.md"])


def a_settled_world(root: Path) -> World:
    world = World(root)
    world.markdown("notes.md", notes(quoted(TITLES[0], IDS[0]), quoted("Second Images", "2401.7")))
    world.markdown("daily.md", daily(map(row, range(6))))
    for _ in range(3):
        sync(world)
    return world


def marks_of(world: World) -> tuple[Path, KeptMarks, LeftMarks]:
    workspace = world.workspace()
    name = marks_name(workspace.memory_path, workspace.library.identity)
    state_folder = workspace.project.state_folder
    kept = read_marks(state_folder, name)
    assert kept is not None
    left = kept.left()
    assert left is not None
    return state_folder, kept, left


def left_marks(world: World) -> LeftMarks | None:
    workspace = world.workspace()
    name = marks_name(workspace.memory_path, workspace.library.identity)
    kept = read_marks(workspace.project.state_folder, name)
    return kept.left() if kept else None


def cache_of(world: World) -> Path:
    workspace = world.workspace()
    name = marks_name(workspace.memory_path, workspace.library.identity)
    return world.root / ".zoterodigest" / "cache" / name


def test_a_settled_project_is_not_read_again(world: World) -> None:
    assert sync(world).gathered.quiet.links == 8
    assert sync(world).gathered.digests == ()


def test_what_a_run_wrote_is_not_read_again_by_the_next(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.markdown("daily.md", daily(map(row, range(6))))

    assert len(sync(world).plan.actions) > 6

    assert (looked_at(second := sync(world)), second.gathered.quiet.links) == ([], 6)
    assert second.gathered.digests == ()


def test_a_digest_that_was_written_is_not_read_again_by_the_next_run(world: World) -> None:
    cache_of(world).unlink()
    world.change(world.key(TITLES[0]), title="Restoring Every Image")

    first, second = sync(world), sync(world)

    assert (len(first.digests), first.gathered.quiet.links) == (1, 0)
    assert (looked_at(second), second.gathered.quiet.links) == ([], 8)


def test_what_somebody_edits_while_a_run_writes_is_found_by_the_next(world: World) -> None:
    cache_of(world).unlink()
    world.edit("daily.md", ("1 pages", "11 pages, with code"))
    prepared = prepare_run(world.workspace(), BOTH_WAYS)

    def edited(_done: int, _total: int) -> None:
        world.edit("notes.md", (TITLES[0], "Restoring Every Image"))

    assert carry_out(prepared, edited).failures == ()

    assert len(world.plan(BOTH_WAYS).actions) == 1
    assert looked_at(sync(world)) == ["Restoring Every Image"]


def test_an_item_of_the_persons_own_is_all_that_is_read(world: World) -> None:
    world.put_item("MINE2222", title="Nothing to do with it")

    first, second = sync(world), sync(world)

    assert [item.key for item in first.gathered.contents.items] == ["MINE2222"]
    assert [item.key for item in second.gathered.contents.items] == []
    assert world.plan(BOTH_WAYS) == replace(world.plan(BOTH_WAYS), actions=(), reports=())


def looked_at(prepared: Prepared) -> list[str]:
    """Return the titles of the entries that a run looked at; of one that read all, of all."""
    return [text_in(entry.fields, "title") for entry in prepared.gathered.entries]


def test_an_item_that_was_edited_is_all_that_is_looked_at(world: World) -> None:
    world.change(world.key(TITLES[0]), title="Restoring Every Image")

    first, second, third = sync(world), sync(world), sync(world)

    assert looked_at(first) == [TITLES[0]]
    assert len(first.plan.actions) == 1
    assert "**Restoring Every Image**" in (world.root / "notes.md").read_text()
    # The run that wrote left no mark of what it wrote: the next one makes sure of it.
    assert looked_at(second) == ["Restoring Every Image"]
    assert (looked_at(third), third.gathered.quiet.links) == ([], 8)


def test_an_entry_that_was_edited_is_all_that_is_looked_at(world: World) -> None:
    world.edit("daily.md", ("1 pages", "11 pages, with code"))

    first, second, third = sync(world), sync(world), sync(world)

    assert looked_at(first) == [TITLES[1]]
    assert len(first.plan.actions) == 1
    assert world.item(TITLES[1])["extra"] == "Comment: 11 pages, with code"
    assert looked_at(second) == [TITLES[1]]
    assert (looked_at(third), third.gathered.quiet.links) == ([], 8)


def a_settled_table(root: Path, count: int) -> tuple[World, str]:
    """Return a project with a table of so many papers in sync, and the table's text."""
    world = World(root)
    rows = [
        f"| [Counting Owls by Ear in Wood {at}](https://arxiv.org/abs/2401.{at:05}) | CVPR 2024 |"
        for at in range(count)
    ]
    text = "\n".join(["| Title | Venue |", "| --- | --- |", *rows, ""])
    world.markdown("table.md", text)
    world.first_push()
    sync(world)
    return world, text


def test_the_guard_of_a_run_over_a_part_counts_all_links(tmp_path: Path) -> None:
    world, text = a_settled_table(tmp_path, 300)

    world.markdown("table.md", text.replace("in Wood 1", "in Forest 1", 29))
    assert is_quiet(world)
    assert sync(world).stop is None

    world.markdown("table.md", text.replace("in Wood", "in Field", 40))
    assert prepare_run(world.workspace(), BOTH_WAYS).stop is not None


def test_wrong_totals_let_no_run_go_further_than_the_lock_file_does(tmp_path: Path) -> None:
    world, text = a_settled_table(tmp_path, 120)
    state_folder, known, left = marks_of(world)
    keep_marks(state_folder, known.name, replace(left, totals=replace(left.totals, linked=9_000)))

    world.markdown("table.md", text.replace("in Wood", "in Field", 40))

    assert prepare_run(world.workspace(), BOTH_WAYS).stop is not None
    assert not is_quiet(world)


def test_lines_that_no_entry_shares_wake_none(world: World) -> None:
    world.edit("notes.md", ("# Notes\n", "# Notes\n\nSome words about them.\n"))

    assert looked_at(sync(world)) == []
    assert sync(world).gathered.quiet.found is None


def test_what_is_new_is_planned_over_everything(world: World) -> None:
    text = (world.root / "notes.md").read_text()
    world.markdown("notes.md", text + "\n\n\n" + quoted("A New Paper", "2402.00099"))

    assert not is_quiet(world)


def test_the_version_of_the_library_is_remembered_without_reading(world: World) -> None:
    world.put_item("MINE2222", title="Nothing to do with it")
    sync(world)

    seen = world.prepare(BOTH_WAYS).gathered.seen

    assert seen is not None
    assert seen.version == world.library.version()
    assert not seen.has_gone_back


def test_a_settled_run_that_reads_nothing_writes_no_file(world: World) -> None:
    before = world.traces()

    assert sync(world).gathered.quiet.links

    assert world.traces() == before


def test_what_stands_to_be_told_is_told_by_every_run(world: World) -> None:
    world.change(world.key(TITLES[0]), deleted=1)
    sync(world)
    sync(world)

    third = sync(world)

    assert third.plan.reports
    assert looked_at(third) == [TITLES[0]]


OWN_FORMAT = """\
name = "arrows"
about = "a title behind an arrow, then links"
lines = ['^(?P<links>\\[\\[.*)$']

[entry]
containers = ["paragraph"]
begin = ['^=> (?P<title>.+)$']
needs = ["links"]
"""


@pytest.fixture
def own(tmp_path: Path) -> World:
    """Return a settled project with a format of the person's own."""
    world = World(tmp_path)
    papers = (
        f"=> Paper {number} of Others\n[[paper]](https://arxiv.org/abs/2405.{number:05d})\n"
        for number in range(4)
    )
    (tmp_path / "own.format.toml").write_text(OWN_FORMAT)
    world.markdown("notes.md", "# Own\n\n" + "\n".join(papers))
    for _ in range(2):
        sync(world)
    return world


def test_a_project_with_a_format_of_its_own_is_read_in_part(own: World) -> None:
    own.edit("notes.md", ("Paper 2 of", "Papers 2 of"))

    found = sync(own)

    assert looked_at(found) == ["Papers 2 of Others"]
    assert own.item("Papers 2 of Others")


def test_a_changed_format_has_everything_read(own: World) -> None:
    assert is_quiet(own)

    own.edit("own.format.toml", ("behind an arrow", "behind its arrow"))

    assert not is_quiet(own)


def test_a_format_that_is_gone_has_everything_read(own: World) -> None:
    (own.root / "own.format.toml").unlink()

    assert not is_quiet(own)


def test_two_formats_of_one_name_have_everything_read(own: World) -> None:
    paper = "-> Another Paper\n[[paper]](https://arxiv.org/abs/2406.00001)\n"
    own.markdown("more/papers.md", paper)
    (own.root / "more" / "own.format.toml").write_text(OWN_FORMAT.replace("=>", "->"))
    for _ in range(2):
        sync(own)

    assert not is_quiet(own)


def test_only_what_a_report_is_about_is_looked_at_in_every_run(world: World) -> None:
    world.edit("daily.md", ("1 pages", "11 pages"))
    world.change(world.key(TITLES[1]), extra="Comment: 12 pages")

    first, second, third = sync(world), sync(world), sync(world)

    assert [type(one) for one in third.plan.reports] == [Conflict]
    assert first.plan.reports == second.plan.reports == third.plan.reports
    assert looked_at(third) == [TITLES[1]]


def test_an_edit_is_carried_beside_what_stands_to_be_told(world: World) -> None:
    world.edit("daily.md", ("1 pages", "11 pages"))
    world.change(world.key(TITLES[1]), extra="Comment: 12 pages")
    sync(world)
    world.change(world.key(TITLES[0]), title="Restoring Every Image")

    found = sync(world)

    assert sorted(looked_at(found)) == sorted([TITLES[0], TITLES[1]])
    assert len(found.plan.reports) == 1
    assert "**Restoring Every Image**" in (world.root / "notes.md").read_text()


def test_an_item_that_becomes_no_entry_is_told_by_every_run(world: World) -> None:
    home = world.item(TITLES[0])["collections"]
    world.put_item("MINE2222", title="", collections=home)

    for _ in range(3):
        found = sync(world)

    assert [type(one) for one in found.plan.reports] == [AddedItem]
    assert ([item.key for item in found.gathered.contents.items], looked_at(found)) == (
        ["MINE2222"],
        [],
    )


def test_lines_that_may_be_papers_are_told_by_every_run(world: World) -> None:
    world.edit("notes.md", ("# Notes\n", "# Notes\n\nSee https://arxiv.org/abs/2401.00077 too.\n"))

    for _ in range(3):
        found = sync(world)
        assert found.gathered.quiet.links == 8
        assert sum(missed_entries(one.document) for one in found.gathered.digests) == 1


@pytest.mark.parametrize("intent", [PUSH, PULL])
def test_a_run_of_another_direction_has_no_use_for_the_marks(world: World, intent: object) -> None:
    assert is_quiet(world)
    assert not is_quiet(world, Options(intent))  # type: ignore[arg-type]  # one of the two


def test_wrong_marks_hide_a_change_until_they_are_deleted_and_write_none(world: World) -> None:
    world.change(world.key(TITLES[0]), title="Restoring Every Image")
    before = world.everything(), world.traces()
    state_folder, kept, left = marks_of(world)
    sources = sources_now(world.workspace())
    assert sources is not None
    now = item_prints(by_item(world.library.read().items), sources.memory)
    wrong = {key: replace(one, print=now[key]) for key, one in left.marks.items.items()}
    keep_marks(state_folder, kept.name, replace(left, marks=replace(left.marks, items=wrong)))

    hidden = sync(world)
    after = world.everything(), world.traces()
    cache_of(world).unlink()
    found = sync(world)

    assert hidden.gathered.quiet.links == 8
    assert after == before
    assert not found.is_settled
    assert "Restoring Every Image" in (world.root / "notes.md").read_text()


@pytest.mark.parametrize("judged", ["", "entry", "lost row", "broken", "entry evident target"])
def test_areas_that_were_judged_wrongly_get_nothing_wrong_written(
    world: World, judged: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world.edit("daily.md", ("1 pages", "11 pages, with code"))
    other = World(tmp_path_factory.mktemp("other") / "world", list(world.digests))
    shutil.copytree(world.root, other.root)
    cache_of(other).unlink()
    state_folder, kept, left = marks_of(world)
    wrong = dict.fromkeys(left.judged, judged)
    keep_marks(state_folder, kept.name, replace(left, judged=wrong))

    sync(world)
    sync(other)

    assert all_left(world) == all_left(other)


@pytest.mark.parametrize("wrong", [[], {}, {"items": 1}, "x", None, {"links": {"zd-1": [1]}}])
def test_records_of_any_other_shape_are_no_marks(world: World, wrong: object) -> None:
    state_folder, kept, _ = marks_of(world)
    keep(state_folder, {kept.name: as_kept(wrong)})
    assert not is_quiet(world)
    sync(world)
    state_folder, kept, _ = marks_of(world)
    head = {**kept_value(state_folder, kept.name), "keys": hashed(as_kept(wrong))}
    keep(state_folder, {kept.name: as_kept(head), f"{kept.name}-keys": as_kept(wrong)})
    world.put_item("MINE2222", title="Nothing to do with it")

    assert not is_quiet(world)


# --- whatever happens to the project, to its library or to the marks -----------------------------

Happening = Callable[[World, st.DataObject], None]


def _some_item(world: World, data: st.DataObject) -> str:
    return data.draw(st.sampled_from(sorted(world.items())))


def _collection(world: World, data: st.DataObject) -> str:
    return data.draw(st.sampled_from(sorted(world.collections().values())))


def _free_key(world: World) -> str:
    known = world.everything()
    return next(key for key in map(a_key, count()) if key not in known)


def put_own_item(world: World, data: st.DataObject) -> None:
    arxiv = data.draw(st.sampled_from(("", *IDS)))
    world.put_item(
        _free_key(world),
        title=data.draw(st.sampled_from(TITLES)),
        url=f"https://arxiv.org/abs/{arxiv}" if arxiv else "",
        collections=[_collection(world, data)] if data.draw(st.booleans()) else [],
    )


def put_item_of_no_concern(world: World, data: st.DataObject) -> None:
    world.put_item(_free_key(world), title="Nobody here writes about this")


def change_own_item(world: World, data: st.DataObject) -> None:
    """Change an item that is in no collection, if there is one; most likely it has no link."""
    own = [key for key, one in sorted(world.items().items()) if not one.get("collections")]
    if own:
        key, title = data.draw(st.sampled_from(own)), data.draw(st.sampled_from(("Mine", *TITLES)))
        world.change(key, title=title, deleted=data.draw(st.integers(0, 1)))


def edit_item(world: World, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(("title", "abstractNote", "extra", "url")))
    world.change(_some_item(world, data), **{name: data.draw(st.sampled_from((*TITLES, "")))})


def tag_item(world: World, data: st.DataObject) -> None:
    world.change(_some_item(world, data), tags=[{"tag": "mine"}])


def trash_item(world: World, data: st.DataObject) -> None:
    world.change(_some_item(world, data), deleted=1)


def erase_item(world: World, data: st.DataObject) -> None:
    world.erase(_some_item(world, data))


def merge_items(world: World, data: st.DataObject) -> None:
    keep, other = _some_item(world, data), _some_item(world, data)
    if keep != other:
        world.merge(keep, other)


def file_item(world: World, data: st.DataObject) -> None:
    world.change(_some_item(world, data), collections=[_collection(world, data)])


def change_note(world: World, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(world.notes())))
    change = data.draw(st.sampled_from(("edit", "trash", "erase", "move")))
    if change == "edit":
        world.change(key, note=world.notes()[key]["note"].replace("fast", "slow"))
    elif change == "trash":
        world.change(key, deleted=1)
    elif change == "erase":
        world.erase(key)
    else:
        world.change(key, parentItem=_some_item(world, data))


def change_collection(world: World, data: st.DataObject) -> None:
    key = _collection(world, data)
    (present,) = world.library.fetch_collections([key])
    renamed, trashed = replace(present, name="Renamed"), replace(present, is_trashed=True)
    world.library.write_collections([data.draw(st.sampled_from((renamed, trashed)))])


def edit_digest(world: World, data: st.DataObject) -> None:
    path = world.root / data.draw(st.sampled_from(world.digests))
    lines = path.read_bytes().splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    path.write_bytes(b"".join((*lines[:at], *lines[at + data.draw(st.integers(0, 1)) :], b"\n")))


def edit_note(world: World, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(world.notes())))
    html = world.notes()[key]["note"]
    words = sorted(set(re.findall(r"\b[a-z]{4,}\b", re.sub(r"<[^>]*>", "", html))))
    if words:
        world.change(key, note=html.replace(data.draw(st.sampled_from(words)), "other", 1))


def edit_words(world: World, data: st.DataObject) -> None:
    """Edit a word of a digest, as most edits do."""
    path = world.root / data.draw(st.sampled_from(world.digests))
    text = path.read_bytes()
    words = sorted(set(re.findall(rb"[a-z]{5,}", text)))
    word = data.draw(st.sampled_from(words))
    path.write_bytes(text.replace(word, b"other", data.draw(st.integers(1, 2))))


def exchange_digests(world: World, data: st.DataObject) -> None:
    one, other = (world.root / name for name in (world.digests * 2)[:2])
    texts = one.read_bytes(), other.read_bytes()
    other.write_bytes(texts[0])
    one.write_bytes(texts[1])


def lose_digest(world: World, data: st.DataObject) -> None:
    world.digests = ["notes.md"]
    if data.draw(st.booleans()):
        (world.root / "daily.md").unlink(missing_ok=True)


def configure(world: World, data: st.DataObject) -> None:
    rules = ("pull = true", "headings = false", 'push = ["title"]', 'collection = "Other"')
    text = "".join(
        f'[[digest]]\npath = "{name}"\n{data.draw(st.sampled_from(rules))}\n'
        for name in ("notes.md", "daily.md")
    )
    world.configure(text)


def edit_bib(world: World, data: st.DataObject) -> None:
    path = world.root / "refs.bib"
    text = path.read_bytes() if path.exists() else b"@misc{mine, title = {A Title of My Own}}\n"
    words = sorted(set(re.findall(rb"[a-z]{5,}", text)))
    path.write_bytes(text.replace(data.draw(st.sampled_from(words)), b"other", 1))


def exchange_entries(world: World, data: st.DataObject) -> None:
    path = world.root / "daily.md"
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    if len(lines) > 6:
        at = data.draw(st.integers(4, len(lines) - 2))
        lines[at : at + 2] = reversed(lines[at : at + 2])
        path.write_bytes(b"".join(lines))


def configure_bib(world: World, data: st.DataObject) -> None:
    world.configure('[[bibliography]]\npath = "refs.bib"\n')


def change_lock_file(world: World, data: st.DataObject) -> None:
    if not world.lock_path.exists():
        return
    paragraphs = world.lock_path.read_bytes().split(b"\n\n")
    at = data.draw(st.integers(1, len(paragraphs) - 1))
    world.lock_path.write_bytes(b"\n\n".join((*paragraphs[:at], *paragraphs[at + 1 :], b"")))


def lose_lock_file(world: World, data: st.DataObject) -> None:
    world.lock_path.unlink(missing_ok=True)


def lose_memory(world: World, data: st.DataObject) -> None:
    world.lose_memory()


def restore_library(world: World, data: st.DataObject) -> None:
    """Put an older copy of the library in its place, and edit it up to the same version."""
    path = world.root / ".zoterodigest" / "library.sqlite"
    shutil.copy(path, world.root / "copy")
    edit_item(world, data)
    version = world.library.version()
    shutil.copy(world.root / "copy", path)
    while world.library.version() < version:
        tag_item(world, data)
        if world.library.version() < version:
            edit_item(world, data)


def add_format(world: World, data: st.DataObject) -> None:
    built_in = Path(__file__).parents[2] / "mappings" / "formats"
    text = sorted(built_in.glob("*.toml"))[data.draw(st.integers(0, 2))].read_text()
    name = data.draw(st.sampled_from(('name = "own"', "")))
    text = re.sub("^name = .*", name, text, count=1, flags=re.M) if name else text
    (world.root / "own.format.toml").write_text(text)


def leave_journal(world: World, data: st.DataObject) -> None:
    (world.root / ".zoterodigest" / "journal.jsonl").write_bytes(b"")


OF_THE_LIBRARY: tuple[Happening, ...] = (
    put_own_item, put_item_of_no_concern, edit_item, tag_item, trash_item, erase_item, merge_items,
    file_item, change_note, change_collection, *4 * (put_item_of_no_concern, change_own_item),
)  # fmt: skip
HAPPENINGS: tuple[Happening, ...] = (
    edit_words, edit_digest, exchange_digests, lose_digest, configure, configure_bib, edit_bib,
    exchange_entries,
    change_lock_file, lose_lock_file, lose_memory, restore_library, add_format, leave_journal,
)  # fmt: skip
SMALL: tuple[Happening, ...] = (
    put_own_item, *3 * (put_item_of_no_concern,), tag_item, trash_item, edit_words,
)  # fmt: skip


def keep_as_they_are(path: Path) -> None:
    """Leave the marks as the last run left them."""


def flip_a_byte(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-9] + bytes((data[-9] ^ 1,)) + data[-8:])


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_version(path: Path) -> None:
    state_folder = path.parents[1]
    head = {**kept_value(state_folder, path.name), "engine": "another"}
    keep(state_folder, {path.name: as_kept(head)})


def of_the_keys(change: Callable[[Path], None]) -> Callable[[Path], None]:
    return lambda path: change(path.with_name(f"{path.name}-keys"))


CACHES = (
    keep_as_they_are,
    keep_as_they_are,
    flip_a_byte,
    cut_off,
    empty,
    of_another_version,
    Path.unlink,
    of_the_keys(flip_a_byte),
    of_the_keys(Path.unlink),
)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_settled_world(tmp_path_factory.mktemp("settled")).root


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world = World(tmp_path_factory.mktemp("larger"))
    papers = (
        quoted(f"Paper {n} of Others", f"2405.{n:05d}", bullets=(BULLET * n,)) for n in range(9)
    )
    world.markdown("notes.md", notes(quoted(TITLES[0], IDS[0]), *papers))
    world.markdown("daily.md", daily(map(row, range(14))))
    for _ in range(3):
        sync(world)
    return world.root


BULLET = "It says a thing that nobody says so often. "


@pytest.fixture(scope="module")
def telling(larger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project in which much stands to be told."""
    root = tmp_path_factory.mktemp("telling") / "world"
    shutil.copytree(larger, root)
    world = World(root, ["notes.md", "daily.md"])
    world.put_item("MINE2222", title="Paper 70 of Us", url="https://arxiv.org/abs/2405.77777")
    world.put_item("MINE4444", title="", collections=world.item(TITLES[0])["collections"])
    text = (root / "notes.md").read_text()
    entry = quoted("Paper 77 of Others", "2405.77777")
    world.markdown("notes.md", f"{text}\n\n\n{entry}\nSee https://arxiv.org/abs/2401.00077 too.\n")
    sync(world)
    world.edit("daily.md", ("| 1 pages", "| 11 pages"))
    world.change(world.key(TITLES[1]), extra="Comment: 12 pages")
    world.change(world.key("Paper 1 of Others"), deleted=1)
    world.erase(world.note_key("Paper 2 of Others"))
    for _ in range(3):
        sync(world)
    return root


@pytest.fixture(scope="module")
def exporting(telling: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with a .bib, in which much stands to be told as well."""
    root = tmp_path_factory.mktemp("exporting") / "world"
    shutil.copytree(telling, root)
    world = World(root, ["notes.md", "daily.md"])
    world.configure('[[bibliography]]\npath = "refs.bib"\n')
    for _ in range(3):
        sync(world)
    return root


@pytest.fixture
def exported(exporting: Path, tmp_path: Path) -> World:
    shutil.copytree(exporting, tmp_path / "world")
    return World(tmp_path / "world", ["notes.md", "daily.md"])


def test_a_project_with_a_bib_is_not_read_again(exported: World) -> None:
    assert (exported.root / "refs.bib").read_bytes().count(b"@") == 24

    found = sync(exported)

    assert (len(looked_at(found)), found.gathered.quiet.links) == (4, 25)


def test_a_note_is_carried_over_a_part_beside_a_bib(exported: World) -> None:
    exported.change_note("Paper 4 of Others", lambda html: html.replace("so often", "so rarely", 1))
    exported.put_item("MINE3333", title="Nothing to do with it")
    before = (exported.root / "refs.bib").read_bytes()

    found = sync(exported)

    assert "Paper 4 of Others" in looked_at(found)
    assert len(looked_at(found)) == 5
    assert "so rarely" in (exported.root / "notes.md").read_text()
    assert (exported.root / "refs.bib").read_bytes() == before


def test_what_a_bib_follows_is_planned_over_everything(exported: World) -> None:
    exported.change(exported.key("Paper 4 of Others"), title="Papers of Others")
    assert not is_quiet(exported)

    sync(exported)

    assert b"Papers of Others" in (exported.root / "refs.bib").read_bytes()
    assert is_quiet(exported)


def change_bib(world: World) -> None:
    path = world.root / "refs.bib"
    path.write_bytes(path.read_bytes() + b"\n")


def change_places(world: World) -> None:
    first, second = (row(number) for number in (3, 4))
    world.edit("daily.md", (first + second, second + first))


def move_to_the_end(world: World) -> None:
    text = (world.root / "daily.md").read_text().replace(row(3), "", 1)
    world.markdown("daily.md", text.rstrip("\n") + "\n" + row(3))


def tag_a_paper(world: World) -> None:
    world.change(world.key("Paper 4 of Others"), tags=[{"tag": "mine"}])


def edit_a_title(world: World) -> None:
    world.edit("notes.md", ("Paper 4 of", "Papers 4 of"))


@pytest.mark.parametrize(
    "change", [change_bib, change_places, move_to_the_end, tag_a_paper, edit_a_title]
)
def test_an_export_that_may_differ_is_made_of_everything(
    exported: World, change: Callable[[World], None]
) -> None:
    assert is_quiet(exported)

    change(exported)

    assert not is_quiet(exported)


def test_a_bib_names_all_authors_once_a_digest_does(own: World) -> None:
    form = own.root / "own.format.toml"
    form.write_text(OWN_FORMAT.replace("]\n", ", '^(?P<authors>[^=[].*)$']\n", 1))
    text = (own.root / "notes.md").read_text()
    authors = " of Others\nAda First, Ben Second, et al.\n"
    own.markdown("notes.md", text.replace(" of Others\n", authors))
    own.configure('[[bibliography]]\npath = "refs.bib"\n')
    for _ in range(2):
        sync(own)
    assert is_quiet(own)
    assert (own.root / "refs.bib").read_bytes().count(b"and others") == 4

    own.markdown("notes.md", text.replace(" of Others\n", authors, 3))
    assert not is_quiet(own)
    own.markdown("notes.md", text.replace(" of Others\n", authors.replace(", et al.", ""), 1))
    sync(own)

    assert (own.root / "refs.bib").read_bytes().count(b"and others") < 4


def test_a_bib_with_entries_of_somebody_else_has_everything_read(exported: World) -> None:
    path = exported.root / "refs.bib"
    path.write_bytes(path.read_bytes() + b"\n@misc{mine,\n  title = {My Own},\n}\n")
    for _ in range(2):
        sync(exported)

    assert not is_quiet(exported)


@pytest.mark.parametrize("rule", ["push = true", 'items = "library"', "note = true"])
def test_a_bib_that_follows_more_than_linked_items_has_everything_read(
    exported: World, rule: str
) -> None:
    exported.configure(f'[[bibliography]]\npath = "refs.bib"\n{rule}\n')
    for _ in range(2):
        sync(exported)

    assert not is_quiet(exported)


def test_a_citation_key_that_an_item_of_ones_own_gives_up_is_written(world: World) -> None:
    world.configure('[[bibliography]]\npath = "refs.bib"\n')
    sync(world)
    (key,) = re.findall("@misc{(Restoring.*),", (world.root / "refs.bib").read_text())
    world.put_item("MINE2222", title="Nothing to do with it", citationKey=key)
    author = {"creatorType": "author", "firstName": "Ada", "lastName": "First"}
    world.change(world.key(TITLES[0]), creators=[author], date="2024")
    for _ in range(3):
        sync(world)
    assert "citationKey" not in world.item(TITLES[0])

    world.change("MINE2222", citationKey="mine2020")
    sync(world)

    assert world.item(TITLES[0])["citationKey"] == key


PROJECTS = st.sampled_from(("settled", "settled", "telling", "exporting"))


def all_left(world: World) -> dict[str, object]:
    """Return all that a run leaves but times and marks: files, library, history, memory, texts."""
    state, snapshot = world.root / ".zoterodigest", world.library.read()
    dated = {"dateAdded", "dateModified"}
    left: dict[str, object] = {
        one.key: (one.version, {k: v for k, v in one.data.items() if k not in dated})
        for one in snapshot.items
    }
    for path in sorted(world.root.rglob("*")):
        if path.is_file() and "cache" not in path.parts and path.suffix != ".sqlite":
            name = re.sub(r"-\d{8}T\d{6}Z", "", str(path.relative_to(world.root)))
            left[name] = TIMES.sub(b"", path.read_bytes())
    if (texts := state / "values" / "texts.sqlite").exists():
        with closing(sqlite3.connect(texts)) as connection:
            left["texts"] = sorted(connection.execute("SELECT * FROM texts"))
    return {**left, "": (snapshot.version, snapshot.collections)}


TIMES = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")


def unindexed(plan: Plan) -> dict[str, object]:
    return {link.row.id: replace(link, index=0) for link in plan.links}


def collection_news(plan: Plan) -> tuple[frozenset[CollectionRow], frozenset[CollectionRow]]:
    """Return the collection rows that a plan makes, and those that it ends."""
    before, after = frozenset(plan.collection_rows_before), frozenset(plan.collection_rows)
    return after - before, before - after


def require_same(found: Prepared, whole: Prepared) -> None:
    """Fail unless a run that looked at what is loud is the one that read everything."""
    part, plan = found.plan, whole.plan
    assert (part.actions, part.reports) == (plan.actions, plan.reports)
    known = {row.id: row for row in plan.rows}
    assert all(known[row.id] == row for row in part.rows)
    if found.gathered.quiet.found:
        # Of rows that say the same of notes that it passes over, it holds two.
        assert {*part.collection_rows} <= {*plan.collection_rows}
        assert collection_news(part) == collection_news(plan)
        before = {row.id: row for row in plan.rows_before}
        changed = {row.id for row in plan.rows if before.get(row.id) != row}
        assert changed <= {row.id for row in part.rows}
    assert unindexed(part).items() <= unindexed(plan).items()
    assert (found.writes, found.stop, found.new_tags) == (whole.writes, whole.stop, whole.new_tags)
    assert found.needs_consent == whole.needs_consent
    assert found.totals == whole.totals
    assert [one.source for one in found.digests] == [one.source for one in whole.digests]
    assert [one.source for one in found.bibs] == [one.source for one in whole.bibs]
    assert list(map(export_data, found.bibs)) == list(map(export_data, whole.bibs))
    assert list(exports_text(found.bibs)) == list(exports_text(whole.bibs))


def happened(world: World, found: Prepared) -> None:
    """Carry out a run that looked at a part beside one that read everything."""
    other = World(world.root.with_name("other"), list(world.digests))
    shutil.rmtree(other.root, ignore_errors=True)
    shutil.copytree(world.root, other.root)
    whole = prepare(other.workspace(), BOTH_WAYS)
    require_same(found, whole)
    for _ in range(3):
        ends = [carry_out(one, _silent) for one in (found, whole)]
        told = [(one.written, one.written_digests, one.failures, one.counts) for one in ends]
        assert told[0] == told[1]
        assert all_left(world) == all_left(other)
        found = prepare_run(world.workspace(), BOTH_WAYS)
        whole = prepare(other.workspace(), BOTH_WAYS)
    assert found.is_settled


@given(
    st.data(),
    PROJECTS,
    st.lists(st.sampled_from(SMALL), max_size=2),
    st.lists(st.sampled_from((*HAPPENINGS, *2 * OF_THE_LIBRARY)), max_size=2),
    st.sampled_from(CACHES),
)
def test_whatever_happens_nothing_that_is_to_be_done_or_told_is_missed(
    request: pytest.FixtureRequest,
    data: st.DataObject,
    project: str,
    earlier: list[Happening],
    later: list[Happening],
    cache: Callable[[Path], None],
) -> None:
    with TemporaryDirectory() as folder:
        shutil.copytree(request.getfixturevalue(project), Path(folder) / "world")
        world = World(Path(folder) / "world", ["notes.md", "daily.md"])
        for one in earlier:
            one(world, data)
        if earlier:
            sync(world)
            sync(world)
        for one in later:
            one(world, data)
        cache(cache_of(world))

        found = prepare_quietly(world.workspace(), BOTH_WAYS)

        event(what_is_done(found))
        if found is not None:
            happened(world, found)


EDITS: tuple[Happening, ...] = (
    *3 * (edit_words,), *2 * (edit_item,), *2 * (edit_note,), edit_digest, tag_item,
    put_item_of_no_concern, put_own_item, file_item, trash_item, exchange_entries,
)  # fmt: skip


@settings(max_examples=settings().max_examples // 2)  # each run of a history is compared, too
@given(
    st.data(),
    PROJECTS,
    st.lists(st.sampled_from((*3 * EDITS, *HAPPENINGS, *OF_THE_LIBRARY)), min_size=1, max_size=3),
    st.lists(st.sampled_from((*SMALL, *HAPPENINGS, *2 * OF_THE_LIBRARY)), max_size=2),
)
def test_after_a_run_that_wrote_nothing_is_missed_either(
    request: pytest.FixtureRequest,
    data: st.DataObject,
    project: str,
    earlier: list[Happening],
    later: list[Happening],
) -> None:
    with TemporaryDirectory() as folder:
        shutil.copytree(request.getfixturevalue(project), Path(folder) / "world")
        world = World(Path(folder) / "world", ["notes.md", "daily.md"])
        for one in earlier:
            one(world, data)
        whole = prepare(world.workspace(), BOTH_WAYS)
        if whole.stop is None:
            carry_out(whole, _silent)
        for one in later:
            one(world, data)

        found = prepare_quietly(world.workspace(), BOTH_WAYS)

        event(f"{what_is_done(whole)}, then {what_is_done(found)}")
        if found is not None:
            happened(world, found)


@settings(max_examples=settings().max_examples // 2)
@given(
    st.data(),
    PROJECTS,
    st.lists(st.sampled_from((*SMALL, *HAPPENINGS, *2 * OF_THE_LIBRARY)), max_size=2),
)
def test_a_clone_that_remembers_nothing_leaves_the_marks_of_one_that_does(
    request: pytest.FixtureRequest, data: st.DataObject, project: str, earlier: list[Happening]
) -> None:
    with TemporaryDirectory() as folder:
        shutil.copytree(request.getfixturevalue(project), Path(folder) / "world")
        world = World(Path(folder) / "world", ["notes.md", "daily.md"])
        for one in earlier:
            one(world, data)
        cache_of(world).unlink()
        world.workspace().memory_path.unlink(missing_ok=True)
        first = prepare_run(world.workspace(), BOTH_WAYS)
        event(what_is_done(first))
        if first.stop is not None:
            return
        carry_out(first, _silent)
        if (marks := left_marks(world)) is None:
            return

        cache_of(world).unlink()
        carry_out(prepare_run(world.workspace(), BOTH_WAYS), _silent)

        event("marks are left")
        assert left_marks(world) == marks


@settings(max_examples=settings().max_examples // 2)  # each run of a history is compared, too
@given(
    st.data(),
    st.sampled_from(("larger", "telling", "exporting")),
    st.lists(st.lists(st.sampled_from(EDITS), min_size=1, max_size=3), max_size=3),
)
def test_edits_are_carried_over_a_part_as_over_everything(
    request: pytest.FixtureRequest,
    data: st.DataObject,
    project: str,
    rounds: list[list[Happening]],
) -> None:
    with TemporaryDirectory() as folder:
        shutil.copytree(request.getfixturevalue(project), Path(folder) / "world")
        world = World(Path(folder) / "world", ["notes.md", "daily.md"])
        for number, edits in enumerate(rounds):
            for edit in edits:
                edit(world, data)
            found = prepare_quietly(world.workspace(), BOTH_WAYS)
            event(f"round {number}: {what_is_done(found)}")
            if found is None:
                return
            happened(world, found)


def what_is_done(found: Prepared | None) -> str:
    if found is None:
        return "everything is read"
    if found.plan.actions:
        return "edits are carried"
    return "links are recorded" if found.plan.changes_lock else "nothing is to be done"


def test_prints_of_one_run_are_not_taken_with_the_keys_of_another(tmp_path: Path) -> None:
    left = LeftMarks(Marks("common"), Totals(), {}, {}, {})
    other = replace(left, judged={"an area": "entry"})
    keep_marks(tmp_path, "marks", left)
    first = read_marks(tmp_path, "marks")
    keep_marks(tmp_path, "marks", other)
    second = read_marks(tmp_path, "marks")

    assert first is not None
    assert second is not None
    assert second.left() == other
    assert first.left() is None
