"""What an undo makes of the rows of a run, also if somebody changed them since or some stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tests.project.links import a_base, a_row
from zoterodigest.core.links.link import (
    Exported,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    fingerprint,
)
from zoterodigest.core.plan.history import Run
from zoterodigest.core.values.file_keys import BibKey
from zoterodigest.sync.undo.relinking import IsChanged, Undone, links_back

ROW = a_row("zd-a", bases={"title": a_base("old")})
NOTHING = Undone()


def changing(*names: str) -> IsChanged:
    """Say that an undo changes these fields at an end."""
    return lambda _, name: name in names


def rows_back(
    present: LockRow,
    before: LockRow | None,
    after: LockRow,
    fate: Undone = NOTHING,
    changed: Collection[str] = (),
) -> LockRow:
    """Return what becomes of the one row of a run."""
    sides = LockFile(rows=() if before is None else (before,)), LockFile(rows=(after,))
    run = Run(1, "", "sync", "", before=sides[0], after=sides[1])
    (row,) = links_back(LockFile(rows=(present,)), run, fate, changing(*changed)).rows
    return row


def exports_back(
    present: Exported | None, before: Exported | None, after: Exported | None, fate: Undone
) -> tuple[Exported, ...]:
    """Return what becomes of an entry of a .bib."""
    lock, *sides = (
        LockFile(exported=() if one is None else (one,)) for one in (present, before, after)
    )
    run = Run(1, "", "sync", "", before=sides[0], after=sides[1])
    return links_back(lock, run, fate, changing()).exported


def test_the_link_of_an_item_that_goes_into_the_trash_ends_whatever_stays_in_its_digest() -> None:
    stays = Undone(declined=frozenset({ROW.digest}))
    goes = replace(stays, trashed=frozenset({ROW.item}))

    assert rows_back(ROW, None, ROW, stays).state is LinkState.LINKED
    assert rows_back(ROW, None, ROW, goes).state is LinkState.UNLINKED


def test_what_came_to_a_row_since_the_run_stays() -> None:
    after = replace(ROW, bases={"title": a_base("new")})
    present = replace(after, headings=("moved",), diverged=frozenset({"venue"}))

    back = rows_back(present, ROW, after, changed=["title"])

    assert back == replace(ROW, headings=("moved",), diverged=frozenset({"venue"}))


def test_a_field_diverges_again_beside_those_that_diverged_since() -> None:
    before = replace(ROW, bases={}, diverged=frozenset({"title"}))
    present = replace(ROW, diverged=frozenset({"venue"}))

    back = rows_back(present, before, ROW, changed=["title"])

    assert back.bases == {}
    assert back.diverged == {"title", "venue"}


def test_a_field_that_gets_its_base_again_has_not_diverged() -> None:
    """Where something of the link stays, each field goes by itself."""
    after = replace(ROW, bases={}, diverged=frozenset({"title", "venue"}))
    stays = Undone(declined=frozenset({ROW.item}))

    back = rows_back(after, ROW, after, stays, changed=["title"])

    assert back.bases == ROW.bases
    assert back.diverged == {"venue"}


def test_of_tags_only_those_that_the_run_added_are_no_longer_ours() -> None:
    before, after, present = (
        replace(ROW, origin=Origin(tags=frozenset(tags))) for tags in ("a", "ab", "abc")
    )

    assert rows_back(present, before, after).origin.tags == {"a", "c"}


def test_an_entry_of_a_bib_that_could_not_be_written_again_is_not_remembered() -> None:
    bib = BibKey("refs.bib")
    entry = Exported(bib, "a", "ITEMAAAA", {"title": fingerprint("A")})
    without = Undone(declined=frozenset({bib}), standing={bib: {}})
    with_it = Undone(declined=frozenset({bib}), standing={bib: {"a": entry.prints}})

    assert exports_back(None, entry, None, without) == ()
    assert exports_back(None, entry, None, with_it) == (entry,)
    assert exports_back(entry, None, entry, without) == ()
    assert exports_back(entry, None, entry, with_it) == (entry,)


def test_an_entry_of_a_bib_that_stays_gets_no_prints_of_another_work() -> None:
    bib = BibKey("refs.bib")
    before, after = (
        Exported(bib, "a", item, {"title": fingerprint(item)}) for item in ("ITEMAAAA", "ITEMBBBB")
    )
    fate = Undone(declined=frozenset({bib}), standing={bib: {"a": before.prints}})

    assert exports_back(after, before, after, fate) == (after,)
