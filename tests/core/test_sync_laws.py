"""The law of links: no order of push, pull and sync loses an edit or hides a difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import TWO_WAY, World, an_entry
from zoterodigest.core.links.merge import merge_field
from zoterodigest.core.links.view import Folding
from zoterodigest.core.plan.plan import Plan
from zoterodigest.core.plan.reports import Conflict, DivergedField
from zoterodigest.core.plan.run_options import ALL, NONE, Directions
from zoterodigest.core.reconcile.settle import item_side_of, side_of
from zoterodigest.core.values.file_keys import SourceKey, source_key
from zoterodigest.core.values.record import EMPTY, Blocks, Entry, Fields, Members, Value

DIRECTIONS = {
    "push": Directions(ALL, NONE),
    "pull": Directions(NONE, ALL),
    "sync": TWO_WAY,
}
SOURCES = tuple(map(source_key, ("a.md", "b.md", "refs.bib")))
SCALARS = ("title", "comment", "abstract")


class Story:
    """A world with two digests and a bibliography that share a paper, and the ancestry of every
    value written.
    """

    def __init__(self) -> None:
        self.world = World({source: [self.first(source)] for source in SOURCES})
        self.seen: dict[str, frozenset[str]] = {}
        self.removed: set[str] = set()
        self.numbers: Iterator[int] = count()
        self.world.run()
        self.row_ids = {row.digest: row.id for row in self.world.rows}
        (self.key,) = self.world.items

    @staticmethod
    def first(digest: SourceKey) -> Entry:
        if digest.is_bib:
            return an_entry(digest, arxiv="2401.00001", title="t", comment="c")
        return an_entry(
            digest, arxiv="2401.00001", title="t", comment="c", abstract="x", task=("k",),
            summary=("- one", "- two", "- three"),
        )  # fmt: skip

    def new(self, replaced: str) -> str:
        """A value nobody has written yet; its writer has seen what it replaces."""
        token = f"v{next(self.numbers)}"
        self.seen[token] = self.seen.get(replaced, frozenset()) | {replaced}
        return token

    def edited(self, now: Value, name: str, place: int) -> Value:
        match now:
            case Blocks(texts) if texts:
                at = place % len(texts)
                return Blocks((*texts[:at], self.new(texts[at]), *texts[at + 1 :]))
            case Members(texts) if place == 0 and len(texts) > 1:
                self.removed.add(texts[0])
                return Members(texts[1:])
            case Members(texts):
                return Members((*texts, self.new("")))
            case str():
                return self.new(now)
            case _:
                return Members((self.new(""),)) if name == "task" else self.new("")

    def edit_entry(self, digest: str, name: str, place: int) -> None:
        fields = self.world.digests[digest][0].fields
        if name in fields:
            self.world.edit(digest, 0, **{name: self.edited(fields[name], name, place)})

    def edit_item(self, digest: SourceKey, name: str, place: int) -> None:
        item = self.world.items[self.key]
        if name == "summary" and not digest.is_bib:
            note = item.notes[self.row_ids[digest]]
            new = self.edited(note.fields[name], name, place)
            self.world.edit_note(self.key, self.row_ids[digest], **{name: new})
        elif name != "summary":
            new = self.edited(item.fields[name], name, place)
            self.world.edit_item(self.key, **{name: new})

    def ends(self) -> dict[str, Fields]:
        item = self.world.items[self.key]
        entries = {digest: entries[0].fields for digest, entries in self.world.digests.items()}
        notes = {
            f"note of {digest}": item.notes[row].fields
            for digest, row in self.row_ids.items()
            if not digest.is_bib
        }
        return {**entries, **notes, "item": item.fields}

    def run(self, directions: Directions) -> Plan:
        before = self.ends()
        plan = self.world.run(directions=directions)
        for end, fields in self.ends().items():
            for name, value in fields.items():
                self.check_nothing_lost(before[end].get(name, EMPTY), value)
        return plan

    def check_nothing_lost(self, then: Value, now: Value) -> None:
        """Every value that was replaced had been seen by whoever wrote the new one."""
        match then, now:
            case str(), str():
                assert then == now or then in self.seen[now]
            case Blocks(olds), Blocks(news):
                known = set(news).union(*(self.seen.get(text, frozenset()) for text in news))
                assert set(olds) <= known
            case Members(olds), Members(news):
                assert set(olds) - set(news) <= self.removed
            case _:
                pass


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, str, str, int]]:
    step = st.tuples(
        st.sampled_from(["entry", "item", "entry", "item", *DIRECTIONS]),
        st.sampled_from(SOURCES),
        st.sampled_from([*SCALARS, "task", "summary"]),
        st.integers(0, 2),
    )
    return draw(st.lists(step, max_size=12))


@given(histories())
def test_any_history_then_sync_loses_no_edit_and_leaves_no_silent_difference(
    history: list[tuple[str, SourceKey, str, int]],
) -> None:
    story = Story()

    for act, digest, name, place in history:
        if act == "entry":
            story.edit_entry(digest, name, place)
        elif act == "item":
            story.edit_item(digest, name, place)
        else:
            story.run(DIRECTIONS[act])
    plan = story.run(TWO_WAY)

    reported = {
        (one.row_id, one.name) for one in plan.reports if isinstance(one, Conflict | DivergedField)
    }
    item = story.world.items[story.key]
    for row in story.world.rows:
        (entry,) = story.world.digests[row.digest]
        side = item_side_of(entry, item, row).fields
        differing = {name for name in entry.fields if entry.fields[name] != side[name]}
        silent = {name for name in differing - {"task"} if (row.id, name) not in reported}
        assert not silent
        if "task" in entry.fields:
            assert set(parts(entry.fields["task"])) == set(parts(side["task"]))
    assert story.world.plan(directions=TWO_WAY).is_settled


def parts(value: Value) -> tuple[str, ...]:
    return value.texts if isinstance(value, Members) else ()


_values = st.one_of(
    st.just(EMPTY),
    st.sampled_from(["p", "q", "r"]),
)


@given(_values, _values, st.booleans())
def test_without_a_base_the_entry_is_never_filled_and_the_item_never_overwritten(
    at_entry: Value, at_item: Value, has_title: bool
) -> None:
    entry = an_entry(comment=at_entry, task=Members(("a", "b")))
    other = an_entry(comment=at_item, task=Members(("b", "c")))

    found = merge_field({}, side_of(entry), side_of(other), Folding(), frozenset())

    assert not found.to_entry
    assert found.to_item["task"] == Members(("b", "c", "a"))
    assert ("comment" in found.to_item) == (at_item == EMPTY != at_entry)
    assert found.diverged == (
        {"comment"} if EMPTY not in (at_entry, at_item) and at_entry != at_item else set()
    )
