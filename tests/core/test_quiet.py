"""The plan over what is loud, with the quiet rows as they are, is the plan over everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.core.world import TWO_WAY, World, an_entry, an_item
from zoterodigest.core.links.link import LinkState
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import AddedItem
from zoterodigest.core.plan.run_options import LastSync, LibraryState, RunOptions, WhenDropped
from zoterodigest.core.plan.seen import Seen
from zoterodigest.core.reconcile.link_keys import Keys
from zoterodigest.core.reconcile.quiet import (
    ItemMark,
    LinkMark,
    Loud,
    Marks,
    Prints,
    changed_since,
    keys_now,
    marks_of,
    plan_loud,
    with_all_related,
)
from zoterodigest.core.reconcile.reconcile import reconcile
from zoterodigest.core.values.file_keys import SourceKey, source_key
from zoterodigest.core.values.record import Blocks, Collection, Entry, EntryLines, Item

A, B = source_key("a.md"), source_key("b.md")
IDS = ("2401.00001", "2401.00002", "2401.00003")
TITLES = ("One telling title of a paper", "Another telling title of a paper", "Short")
TEXTS = tuple(f"This text is long enough to tell one entry from all others: {n}." for n in range(2))
AUTHORS = (("Ada First", "Ben Second"), ("Cy Third",), ())
HEADINGS = (("Vision",), ("Vision#2",), ("Language",), ())
FILLERS = 7


@dataclass(frozen=True)
class LoudPart:
    """A part of a scene."""

    entries: Sequence[Entry]
    known: LastSync
    library: LibraryState


@dataclass
class Scene:
    """A world in which runs remember, and what the run before this one left."""

    world: World
    seen: Seen

    def state(self) -> tuple[list[Entry], LastSync, LibraryState, RunOptions]:
        world = self.world
        run_options = world.run_options(TWO_WAY)
        # Notes and archives follow entries that leave: more that depends on others.
        rules = {
            digest: replace(one, when_dropped=WhenDropped.ARCHIVE)
            for digest, one in run_options.rules.items()
        }
        return (
            [entry for digest in sorted(world.digests) for entry in world.digests[digest]],
            LastSync(world.rows, world.collection_rows, self.seen),
            LibraryState(tuple(world.items.values()), tuple(world.collections.values())),
            replace(run_options, rules=rules),
        )

    def read(self, loud: Loud) -> LoudPart:
        entries, known, library, _ = self.state()
        return part_of(loud, entries, known, library)

    def keys(self, part: LoudPart) -> Keys:
        return keys_now(part.known.rows, part.entries, part.library.items)

    def near(self, part: LoudPart, plan: Plan) -> Keys:
        return Keys()

    def plan(self, part: LoudPart | None = None) -> Plan:
        entries, known, library, run_options = self.state()
        used = {row.id for row in known.rows}
        part = part or LoudPart(entries, known, library)
        ids = (one for number in count(1000) if (one := f"zd-{number:010d}") not in used)
        return reconcile(part.entries, part.known, part.library, run_options, new_ids=ids)

    def prints(self) -> Prints:
        _, known, library, run_options = self.state()
        assert known.seen is not None
        where = {
            key: [one for one, held in sorted(known.seen.collections.items()) if key in held]
            for key in self.world.items
        }
        headings = {
            digest: sorted({(one.heading_keys, one.headings) for one in held})
            for digest, held in self.world.digests.items()
        }
        digests = map(source_key, sorted(self.world.digests))
        return Prints(
            repr((library.collections, sorted(run_options.gone), run_options.folding)),
            {
                digest: repr((
                    run_options.rules[digest], headings[digest],
                    [row for row in known.collection_rows if row.digest in (digest, "")],
                ))
                for digest in digests
            },
            {row.id: repr((row, known.seen.rows.get(row.id))) for row in known.rows},
            {
                source_key(digest): [repr(replace(one, place=EntryLines(1, 1))) for one in held]
                for digest, held in self.world.digests.items()
            },
            {
                item.key: repr((item, where[item.key], [where.get(k) for k in item.replaces]))
                for item in library.items
            },
        )  # fmt: skip


def seen_of(world: World) -> Seen:
    live = [item for item in world.items.values() if not item.is_trashed]
    ours = {row.collection for row in world.collection_rows}
    collections = {
        key: frozenset(item.key for item in live if key in item.collections) for key in ours
    }
    return Seen({row.id: row for row in world.rows}, collections)


# --- what a person, git and Zotero do ------------------------------------------------------------


def _entry(data: st.DataObject, digest: SourceKey) -> Entry:
    return an_entry(
        digest,
        arxiv=data.draw(st.sampled_from((*IDS, ""))),
        under=data.draw(st.sampled_from(HEADINGS)),
        title=data.draw(st.sampled_from(TITLES)),
        authors=data.draw(st.sampled_from(AUTHORS)),
        summary=(data.draw(st.sampled_from(TEXTS)),),
        comment=data.draw(st.sampled_from(("x", "y"))),
    )


def _some_entry(scene: Scene, data: st.DataObject) -> tuple[str, int]:
    held = sorted(digest for digest, entries in scene.world.digests.items() if entries)
    digest = data.draw(st.sampled_from(held))
    return digest, data.draw(st.integers(0, len(scene.world.digests[digest]) - 1))


def _some_item(scene: Scene, data: st.DataObject) -> Item:
    return scene.world.items[data.draw(st.sampled_from(sorted(scene.world.items)))]


def add_entry(scene: Scene, data: st.DataObject) -> None:
    digest = data.draw(st.sampled_from((A, B)))
    held = scene.world.digests[digest]
    held.insert(data.draw(st.integers(0, len(held))), _entry(data, digest))


def double_entry(scene: Scene, data: st.DataObject) -> None:
    digest, at = _some_entry(scene, data)
    to = data.draw(st.sampled_from((A, B)))
    held = scene.world.digests[to]
    held.insert(
        data.draw(st.integers(0, len(held))),
        replace(scene.world.digests[digest][at], digest=to),
    )


def drop_entry(scene: Scene, data: st.DataObject) -> None:
    digest, at = _some_entry(scene, data)
    del scene.world.digests[digest][at]


def edit_entry(scene: Scene, data: st.DataObject) -> None:
    digest, at = _some_entry(scene, data)
    new = _entry(data, source_key(digest))
    name = data.draw(st.sampled_from(("title", "arxiv", "summary", "comment", "authors")))
    if name in new.fields:
        scene.world.edit(digest, at, **{name: new.fields[name]})


def move_entry(scene: Scene, data: st.DataObject) -> None:
    digest, at = _some_entry(scene, data)
    to = data.draw(st.sampled_from((A, B)))
    under = data.draw(st.sampled_from(HEADINGS))
    entry = scene.world.digests[digest].pop(at)
    moved = replace(
        entry, digest=to, heading_keys=under, headings=tuple(k.partition("#")[0] for k in under)
    )
    held = scene.world.digests[to]
    held.insert(data.draw(st.integers(0, len(held))), moved)


def rename_heading(scene: Scene, data: st.DataObject) -> None:
    digest, at = _some_entry(scene, data)
    keys = scene.world.digests[digest][at].heading_keys
    if keys and not any(key.startswith("New") for key in keys):
        scene.world.digests[digest] = [
            replace(one, heading_keys=("New",), headings=("New",))
            if one.heading_keys == keys
            else one
            for one in scene.world.digests[digest]
        ]


def rewrite_entry(scene: Scene, data: st.DataObject) -> None:
    """Put another paper into an entry, under a text that stood there: only that may pair it."""
    digest, at = _some_entry(scene, data)
    entry = scene.world.digests[digest][at]
    scene.world.digests[digest][at] = an_entry(
        digest,
        under=entry.heading_keys,
        title=data.draw(st.sampled_from(("Quite another title of it", *TITLES))),
        summary=entry.fields.get("summary", ()),
        comment="x",
    )


def break_entry(scene: Scene, data: st.DataObject) -> None:
    digest, at = _some_entry(scene, data)
    entry = scene.world.digests[digest][at]
    scene.world.digests[digest][at] = replace(entry, fields={}, raws={}, is_unreadable=True)


def add_item(scene: Scene, data: st.DataObject) -> None:
    key = f"FREE{len(scene.world.items):04d}"
    collections = sorted(scene.world.collections)
    where = data.draw(st.lists(st.sampled_from(collections), max_size=1)) if collections else []
    scene.world.items[key] = an_item(
        key,
        arxiv=data.draw(st.sampled_from((*IDS, ""))),
        collections=where,
        title=data.draw(st.sampled_from(TITLES)),
        authors=data.draw(st.sampled_from(AUTHORS)),
    )


def edit_item(scene: Scene, data: st.DataObject) -> None:
    item, new = _some_item(scene, data), _entry(data, A)
    name = data.draw(st.sampled_from(("title", "arxiv", "comment", "authors")))
    if name in new.fields:
        scene.world.edit_item(item.key, **{name: new.fields[name]})


def edit_note(scene: Scene, data: st.DataObject) -> None:
    item = _some_item(scene, data)
    for row_id in sorted(item.notes)[:1]:
        text = data.draw(st.sampled_from(("A new block.", *TEXTS)))
        scene.world.edit_note(item.key, row_id, summary=Blocks((text,)))


def move_note(scene: Scene, data: st.DataObject) -> None:
    item, other = _some_item(scene, data), _some_item(scene, data)
    for row_id in sorted(item.notes)[:1] if item.key != other.key else ():
        notes = dict(item.notes)
        note = notes.pop(row_id)
        scene.world.items[item.key] = replace(item, notes=notes, version=item.version + 1)
        held = {**other.notes, row_id: note}
        scene.world.items[other.key] = replace(other, notes=held, version=other.version + 1)


def trash_note(scene: Scene, data: st.DataObject) -> None:
    item = _some_item(scene, data)
    for row_id in sorted(item.notes)[:1]:
        note = replace(item.notes[row_id], is_trashed=not item.notes[row_id].is_trashed)
        scene.world.items[item.key] = replace(item, notes={**item.notes, row_id: note})


def trash_item(scene: Scene, data: st.DataObject) -> None:
    item = _some_item(scene, data)
    scene.world.items[item.key] = replace(item, is_trashed=not item.is_trashed)


def erase_item(scene: Scene, data: st.DataObject) -> None:
    del scene.world.items[_some_item(scene, data).key]


def merge_items(scene: Scene, data: st.DataObject) -> None:
    gone, stays = _some_item(scene, data), _some_item(scene, data)
    if gone.key == stays.key:
        return
    scene.world.items[gone.key] = replace(gone, is_trashed=True, notes={})
    scene.world.items[stays.key] = replace(
        stays,
        is_trashed=False,
        replaces=stays.replaces | gone.replaces | {gone.key},
        notes={**gone.notes, **stays.notes},
        collections=stays.collections | gone.collections,
        version=stays.version + 1,
    )


def file_item(scene: Scene, data: st.DataObject) -> None:
    item, world = _some_item(scene, data), scene.world
    if world.collections:
        key = data.draw(st.sampled_from(sorted(world.collections)))
        world.items[item.key] = replace(item, collections=item.collections ^ {key})


def rename_collection(scene: Scene, data: st.DataObject) -> None:
    world = scene.world
    if world.collections:
        one = world.collections[data.draw(st.sampled_from(sorted(world.collections)))]
        world.collections[one.key] = replace(one, name="Renamed", version=one.version + 1)


def trash_collection(scene: Scene, data: st.DataObject) -> None:
    world = scene.world
    if world.collections:
        one = world.collections[data.draw(st.sampled_from(sorted(world.collections)))]
        world.collections[one.key] = replace(one, is_trashed=not one.is_trashed)


def add_collection(scene: Scene, data: st.DataObject) -> None:
    key = f"COLL{len(scene.world.collections):04d}"
    scene.world.collections[key] = Collection(key, 1, data.draw(st.sampled_from(("Vision", "Z"))))


def unlink(scene: Scene, data: st.DataObject) -> None:
    rows = scene.world.rows
    if rows:
        at = data.draw(st.integers(0, len(rows) - 1))
        state = data.draw(st.sampled_from(LinkState))
        changed = replace(rows[at], state=state)
        scene.world.rows = (*rows[:at], changed, *rows[at + 1 :])


def lose_row(scene: Scene, data: st.DataObject) -> None:
    rows = scene.world.rows
    if rows:
        at = data.draw(st.integers(0, len(rows) - 1))
        scene.world.rows = (*rows[:at], *rows[at + 1 :])


def forget_row(scene: Scene, data: st.DataObject) -> None:
    rows = dict(scene.seen.rows)
    if rows:
        del rows[data.draw(st.sampled_from(sorted(rows)))]
    scene.seen = replace(scene.seen, rows=rows)


def rebase_row(scene: Scene, data: st.DataObject) -> None:
    """Give a row of the memory the bases, and perhaps the item, of another."""
    rows = dict(scene.seen.rows)
    if len(rows) > 1:
        one, other = (rows[data.draw(st.sampled_from(sorted(rows)))] for _ in range(2))
        item = data.draw(st.sampled_from((one.item, other.item)))
        rows[one.id] = replace(one, item=item, bases=other.bases)
    scene.seen = replace(scene.seen, rows=rows)


def change_names(scene: Scene, data: st.DataObject) -> None:
    scene.world.names = {A: (data.draw(st.sampled_from(("a.md", "Papers"))),), B: ("b.md",)}


STEPS = (
    add_entry, double_entry, drop_entry, edit_entry, move_entry, rename_heading,
    rewrite_entry, break_entry,
    add_item, edit_item, edit_note, move_note, trash_note, trash_item, erase_item, merge_items,
    file_item, rename_collection, trash_collection, add_collection, unlink, lose_row, forget_row,
    rebase_row, change_names,
)  # fmt: skip
BEFORE = (
    add_entry, double_entry, drop_entry, add_item, merge_items, trash_item, unlink, move_note,
    edit_item, trash_note, file_item,
)  # fmt: skip


def a_filler(number: int) -> Entry:
    return an_entry(
        A if number < FILLERS else B,
        arxiv=f"2402.{number:05d}",
        under=HEADINGS[number % len(HEADINGS)],
        title=f"Nobody else writes about the subject of number {number}",
        authors=(f"Ed Author{number}",),
        # Some say the same: then no text tells which entry a row is of.
        summary=(TEXTS[0] if number < 3 else f"Nobody else says what is said here of {number}.",),
        comment="x",
    )


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Scene, st.DataObject]:
    """Draw a scene that has settled, with further items and rows in it."""
    data = draw(st.data())
    world = World({A: [], B: []})
    for number in range(2 * FILLERS):
        filler = a_filler(number)
        world.digests[filler.digest].append(filler)
    scene = Scene(world, Seen())
    for _ in range(draw(st.integers(0, 3))):
        add_entry(scene, data)
    world.run()
    for step in draw(st.lists(st.sampled_from(BEFORE), max_size=4)):
        step(scene, data)
    for _ in range(4):
        # In a world that cannot do all: only what a push of it does is carried out.
        world.run()
    scene.seen = seen_of(world)
    return scene, data


def settled(scene: Scene) -> tuple[Plan, Marks | None, Prints]:
    """Carry out until nothing is to be done, as far as a world of plain values can."""
    entries, _, library, _ = scene.state()
    plan, prints = scene.plan(), scene.prints()
    return plan, marks_of(plan, entries, library, prints), prints


def links_in(plan: Plan) -> dict[str, object]:
    return {link.row.id: replace(link, index=0) for link in plan.links}


def assert_same_plan(scene: Scene, marks: Marks) -> Loud | None:
    _, known, _, _ = scene.state()

    found = plan_loud(marks, scene.prints(), scene)

    whole = scene.plan()
    if found is None:
        return None
    _, plan, loud = found
    quiet = {row.id: row for row in known.rows if row.id not in loud.rows}
    assert plan.actions == whole.actions
    assert plan.reports == whole.reports
    assert plan.collection_rows == whole.collection_rows
    assert sorted((*plan.rows, *quiet.values()), key=lambda row: row.id) == [*whole.rows]
    assert links_in(plan).items() <= links_in(whole).items()
    return loud


@given(scenes(), st.lists(st.sampled_from(STEPS), min_size=1, max_size=3))
def test_the_plan_over_what_is_loud_is_the_plan_over_everything(
    drawn: tuple[Scene, st.DataObject], steps: list[Callable[[Scene, st.DataObject], None]]
) -> None:
    scene, data = drawn
    _, marks, _ = settled(scene)
    if marks is None:
        event("not settled")
        return
    for step in steps:
        step(scene, data)

    loud = assert_same_plan(scene, marks)

    event("everything is loud" if loud is None else "a part is loud")


# --- one rule after the other, on marks of six links that have nothing in common -----------------


def six_marks(**keys: str) -> Marks:
    """Return marks of the links `a` to `f` of two digests; `keys` are more keys of some of them."""
    links = {
        name: LinkMark(A if name < "d" else B, "row", name, frozenset((name, *keys.get(name, ""))))
        for name in "abcdef"
    }
    items = {name: ItemMark("item", frozenset((f"item {name}",))) for name in "abcdef"}
    return Marks("common", {A: "1", B: "1"}, links, items)


def six_prints(marks: Marks) -> Prints:
    return Prints(
        marks.common,
        marks.digests,
        {name: one.row for name, one in marks.links.items()},
        {A: ("a", "b", "c"), B: ("d", "e", "f")},
        {name: one.print for name, one in marks.items.items()},
    )


def rows_related(marks: Marks, row_id: str, *keys: str) -> str:
    """Return the links that are loud if `row_id` is, which has these keys now."""
    loud = Loud(frozenset(row_id), frozenset(), {})
    found = with_all_related(marks, six_prints(marks), loud, frozenset(keys))
    return "everything" if found is None else "".join(sorted(found.rows))


def test_links_with_equal_prints_are_quiet() -> None:
    marks = six_marks()

    loud = changed_since(marks, six_prints(marks))

    assert loud == Loud(frozenset(), frozenset(), {A: frozenset(), B: frozenset()})


def test_a_change_of_a_digest_is_one_of_all_its_links() -> None:
    marks = six_marks()

    loud = changed_since(marks, replace(six_prints(marks), digests={A: "2", B: "1"}))

    assert loud is not None
    assert sorted(loud.rows) == ["a", "b", "c"]
    assert loud.entries[A] == {0, 1, 2}


@pytest.mark.parametrize("entries", [("a", "a", "c"), ("a", "c"), ("a", "B", "c"), ("c", "a")])
def test_an_entry_that_is_gone_changed_or_doubled_makes_its_link_loud(
    entries: tuple[str, ...],
) -> None:
    marks = six_marks()

    loud = changed_since(
        marks, replace(six_prints(marks), entries={A: entries, B: ("d", "e", "f")})
    )

    assert loud is not None
    assert "b" in loud.rows
    assert "c" not in loud.rows


@pytest.mark.parametrize("change", [{"common": "other"}, {"digests": {A: "1"}}])
def test_what_bears_on_all_makes_everything_loud(change: dict[str, object]) -> None:
    marks = six_marks()
    prints = replace(six_prints(marks), **change)  # type: ignore[arg-type]  # one of its fields

    assert changed_since(marks, prints) is None


def test_what_is_gone_or_new_is_loud() -> None:
    marks = six_marks()
    rows, items = {"a": "row", "z": "row"}, {"a": "item", "z": "item"}

    loud = changed_since(marks, replace(six_prints(marks), rows=rows, items=items))

    assert loud is not None
    assert sorted(loud.rows) == sorted(loud.items) == list("bcdefz")


def test_what_shares_a_key_with_what_is_loud_is_loud_also_over_others() -> None:
    marks = six_marks(a="1", b="12", c="2")

    assert rows_related(marks, "a") == "abc"
    assert rows_related(marks, "d", "2") == "everything"  # four of six
    assert rows_related(six_marks(a="1"), "d", "1") == "ad"


def test_a_key_that_a_link_has_lost_counts_as_well() -> None:
    assert rows_related(six_marks(a="1", b="1"), "a") == "ab"


def test_a_move_wakes_the_links_of_its_digest_and_no_others() -> None:
    assert rows_related(six_marks(), "a", "digest a.md") == "abc"
    assert rows_related(six_marks(), "a") == "a"


def test_what_a_report_is_about_gets_no_mark() -> None:
    added = AddedItem(A, "ITEM2222", "A title", "for a reason")
    item, other = an_item("ITEM2222"), an_item("OTHER222")
    prints = Prints("", {}, {}, {}, {"ITEM2222": "1", "OTHER222": "1"})

    marks = marks_of(Plan(reports=(added,)), (), LibraryState((item, other)), prints)

    assert marks is not None
    assert marks.items.keys() == {"OTHER222"}


def part_of(
    loud: Loud, entries: Sequence[Entry], known: LastSync, library: LibraryState
) -> LoudPart:
    """Return what is `loud` of all that was read."""
    place = Counter[SourceKey]()
    left: list[Entry] = []
    for entry in entries:
        if place[entry.digest] in loud.entries[entry.digest]:
            left.append(entry)
        place[entry.digest] += 1
    keys = frozenset(item.key for item in library.items)
    return LoudPart(
        left,
        replace(known, rows=[row for row in known.rows if row.id in loud.rows]),
        replace(
            library,
            items=[item for item in library.items if item.key in loud.items],
            # No new item may have the key of one that is quiet.
            taken=library.taken | keys,
        ),
    )
