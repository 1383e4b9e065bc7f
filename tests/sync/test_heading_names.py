"""A project whose headings were read with their markup: their collections get the plain names."""

from __future__ import annotations

import shutil

import pytest

from tests.sync.recovery import a_line, a_list
from tests.sync.world import World, actions, reports
from zoterodigest.core.plan.reports import NameConflict
from zoterodigest.digest.read.heading_names import HeadingName, NamePiece
from zoterodigest.library.port import Collection
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.run.run import Options

SWIN, GAN = "Restoring Images with Shifted Windows", "Adversarial Losses for Sharper Pictures"
FLOW = "Straight Flows for Fast Sampling Steps"
BADGE = "[![Awesome](https://awesome.re/badge.svg)](https://awesome.re)"
VISION, THEORY, MORE = f"Vision {BADGE}", "[Theory](#top)", "**Theory** [[back to top](#top)]"
LIST = a_list(
    {
        VISION: [a_line(SWIN, "2401.00001")],
        THEORY: [a_line(GAN, "2401.00002")],
        MORE: [a_line(FLOW, "2401.00003")],
    }
).replace("# Papers", f"# Papers {BADGE}")
SYNC = Options(intent.SYNC)


def as_written(text: str) -> HeadingName:
    return HeadingName(text, (NamePiece(0, 0, len(text)),))


@pytest.fixture(autouse=True, scope="module")
def _remembering() -> None:
    """Remember nothing: one text is read in two ways here."""


@pytest.fixture
def synced_before(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A project as the program left it when a heading was called what is written in it."""
    world.markdown("List.md", LIST)
    with monkeypatch.context() as earlier:
        earlier.setattr("zoterodigest.digest.read.lines.name_of_heading", as_written)
        world.push(SYNC)
    shutil.rmtree(world.root / ".zoterodigest" / "cache", ignore_errors=True)
    assert set(world.collections()) == {"List", *(f"List/{it}" for it in (VISION, THEORY, MORE))}
    return world


def text(world: World) -> str:
    return (world.root / "List.md").read_text("utf-8")


def rename(world: World, name: str, new: str) -> None:
    (one,) = (one for one in world.library.read().collections if one.name == name)
    world.library.write_collections([Collection(one.key, one.version, new, one.parent)])


def test_collections_are_renamed_once_and_nothing_else_changes(synced_before: World) -> None:
    before, keys = synced_before.everything(), synced_before.collections()

    outcome = synced_before.push(SYNC)

    assert actions(outcome.prepared.plan) == {"RenameCollection": 3}
    assert synced_before.everything() == before
    assert text(synced_before) == LIST
    names = sorted(one.name for one in synced_before.library.read().collections)
    assert names == ["List", "Theory", "Theory", "Vision"]
    assert synced_before.collections()["List/Vision"] == keys[f"List/{VISION}"]
    assert synced_before.plan(SYNC).is_settled


def test_a_pull_leaves_the_headings_as_they_are(synced_before: World) -> None:
    synced_before.push(Options(intent.PULL))

    assert text(synced_before) == LIST
    assert f"List/{VISION}" in synced_before.collections()


def test_a_collection_that_a_person_renamed_since_is_a_conflict_and_nothing_is_lost(
    synced_before: World,
) -> None:
    rename(synced_before, THEORY, "Proofs")
    rename(synced_before, VISION, "Vision")

    synced_before.push(SYNC)

    assert text(synced_before) == LIST
    assert {"List/Proofs", "List/Vision"} < synced_before.collections().keys()
    (conflict,) = reports(synced_before.plan(SYNC), NameConflict)
    assert isinstance(conflict, NameConflict)
    assert (conflict.at_digest, conflict.at_library) == ("Theory", "Proofs")
    synced_before.edit("List.md", ("[Theory](#top)", "[Proofs](#top)"))
    synced_before.push(SYNC)
    assert synced_before.plan(SYNC).is_settled
    assert reports(synced_before.plan(SYNC), NameConflict) == []
