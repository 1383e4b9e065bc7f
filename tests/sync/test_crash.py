"""Law 3: a run may be killed anywhere; the next one ends where an undisturbed one had ended."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from tests.sync.histories.effects import Effects
from tests.sync.killing import (
    export,
    killed,
    killed_and_copied,
    push,
    push_some_then_all,
    relink,
    remove,
    sync,
    sync_a_part,
    unlink,
)
from tests.sync.looked_up import enrich, to_be_enriched
from tests.sync.recovery import (
    Action,
    Recovery,
    annotated_and_edited,
    changed_by_the_person,
    copy_of,
    edited_at_both_ends,
    edited_project,
    few_and_adopted,
    in_sync_and_edited,
    named_project,
    new_project,
    rearranged_at_both_ends,
    small_and_edited,
    small_project,
    state_of,
    vault_edited_at_both_ends,
    vault_with_items_that_came,
    with_a_bibliography_to_be_made,
    with_a_second_entry,
    with_a_second_entry_in_a_bib,
    with_an_ended_second_entry,
    with_bibliographies,
    with_new_collections_of_headings,
)
from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.port import BadLibrary
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out

RUNS: dict[str, tuple[Callable[[Path], World], Action]] = {
    "the first push": (new_project, push),
    "the first push, of one paper": (small_project, push),
    "a sync that gives citation keys": (named_project, sync),
    "a push": (edited_project, push),
    "a sync": (edited_at_both_ends, sync),
    "a sync that looks at a part": (in_sync_and_edited, sync_a_part),
    "a sync of a vault": (vault_edited_at_both_ends, sync),
    "a sync that makes notes": (vault_with_items_that_came, sync),
    "a sync of annotations": (annotated_and_edited, sync),
    "a sync that rearranges": (rearranged_at_both_ends, sync),
    "a sync that exports": (with_bibliographies, sync),
    "a sync of a second entry": (with_a_second_entry, sync),
    "a sync of a second entry in a .bib": (with_a_second_entry_in_a_bib, sync),
    "a sync that files by headings": (with_new_collections_of_headings, sync),
    "a push of some papers that files by headings": (
        with_new_collections_of_headings,
        push_some_then_all,
    ),
    "a sync that relinks": (with_an_ended_second_entry, relink),
    "an enrichment": (to_be_enriched, enrich),
    "an export": (with_a_bibliography_to_be_made, export),
    "a removal": (changed_by_the_person, remove),
    "a small removal": (few_and_adopted, remove),
    "an unlinking": (changed_by_the_person, unlink),
}


@pytest.fixture(scope="module")
def recovery_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Recovery]:
    """What must come of each of `RUNS`; none is made twice."""

    @cache
    def made(name: str) -> Recovery:
        make, action = RUNS[name]
        return Recovery(make(tmp_path_factory.mktemp("run") / "template"), action)

    return made


Recoveries = Callable[[str], Recovery]

# The process is killed

STEPS = [pytest.param(17, id="some"), pytest.param(1, id="all", marks=pytest.mark.deep)]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", RUNS)
def test_a_run_killed_at_any_side_effect_is_completed_by_the_next(
    name: str, step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of(name)

    kills = killed(recovery.action, recovery.template, tmp_path / "kills", step=step)

    assert kills
    for world in kills:
        recovery.require(world)


@pytest.mark.parametrize("place", [2, 20, 40])
def test_a_killed_run_leaves_what_is_on_the_disk_at_that_moment(
    place: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    template = recovery_of("a sync").template

    left, copy = killed_and_copied(sync, template, tmp_path / "kills", place)

    assert files_in(left) == files_in(copy)


def files_in(folder: Path) -> Mapping[Path, bytes | None]:
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    ("first", "steps"),
    [
        pytest.param(15, (1000, 21), id="some"),
        pytest.param(1, (1, 1), id="all", marks=pytest.mark.deep),
    ],
)
@pytest.mark.parametrize("name", ["a small removal", "an export"])
def test_a_run_killed_twice_is_completed_by_the_same_command(
    name: str, first: int, steps: tuple[int, int], tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of(name)
    kills = tmp_path / "kills"

    for once in killed(recovery.action, recovery.template, kills, first=first, step=steps[0]):
        again = tmp_path / f"again-{once.root.name}"
        for twice in killed(recovery.action, once, again, first=first, step=steps[1]):
            recovery.require(twice)


@pytest.mark.parametrize("step", STEPS)
def test_a_sync_after_a_killed_removal_changes_no_digest(
    step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    """What was taken off an item so far is no edit of a person's."""
    template = recovery_of("a small removal").template
    digests = {name: (template.root / name).read_bytes() for name in template.digests}

    for world in killed(remove, template, tmp_path / "kills", first=4, step=step):
        world.push_with_failures(Options(intent.SYNC))
        assert {name: (world.root / name).read_bytes() for name in digests} == digests


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "name", ["a push", "a sync of a second entry in a .bib", "a sync that relinks"]
)
def test_a_run_that_lost_what_was_not_synced_is_completed_by_the_next(
    name: str, step: int, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of(name)
    template, out = recovery.template, tmp_path / "kills"

    kills = killed(recovery.action, template, out, first=2, step=step, torn=True)

    assert kills
    for world in kills:
        recovery.require(world)


def test_an_edit_made_after_a_kill_is_carried_like_any_other(
    tmp_path: Path, recovery_of: Recoveries
) -> None:
    template = recovery_of("a push").template

    def edited_and_pushed(world: World) -> None:
        world.edit("notes.md", ("Model 53 is looked at.", "Model 53 is looked at last."))
        world.push()

    undisturbed = copy_of(template, tmp_path / "undisturbed")
    push(undisturbed)
    edited_and_pushed(undisturbed)
    for world in killed(push, template, tmp_path / "kills", first=3, step=11):
        edited_and_pushed(world)
        assert state_of(world) == state_of(undisturbed)


def test_a_sync_after_a_killed_enrichment_changes_no_digest(
    tmp_path: Path, recovery_of: Recoveries
) -> None:
    template = recovery_of("an enrichment").template
    digests = {name: (template.root / name).read_bytes() for name in template.digests}

    for world in killed(enrich, template, tmp_path / "kills", first=9, step=17):
        sync(world)
        assert {name: (world.root / name).read_bytes() for name in digests} == digests


# The library fails


@pytest.mark.parametrize("is_written", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_a_push_that_loses_its_library_at_any_write_is_completed_by_the_next(
    place: int, is_written: bool, tmp_path: Path, recovery_of: Recoveries
) -> None:
    recovery = recovery_of("a push")
    world = copy_of(recovery.template, tmp_path / "world")

    def fail(number: int) -> None:
        if number == place:
            raise BadLibrary("the library went away")

    workspace = troubled(world, after=fail) if is_written else troubled(world, before=fail)
    prepared = prepare(workspace, Options())
    assert len(prepared.plan.actions) >= 30
    with suppress(BadLibrary):
        carry_out(prepared, silent)

    recovery.require(world)


# The disk is full


@pytest.mark.parametrize("step", STEPS)
def test_a_sync_that_finds_the_disk_full_at_any_effect_is_completed_by_the_next(
    step: int, tmp_path: Path
) -> None:
    recovery = Recovery(small_and_edited(tmp_path / "template"), sync)
    effects = Effects()

    for place in count(1, step):
        world = copy_of(recovery.template, tmp_path / str(place))
        effects.arm(place, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        with effects.counted(), suppress(ZoterodigestError, OSError):
            world.push_with_failures(Options(intent.SYNC))
        if not effects.has_struck:
            break
        recovery.require(world)

    assert place > 20
