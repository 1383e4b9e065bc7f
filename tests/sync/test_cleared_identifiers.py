"""An identifier that a person clears in the library is for them to decide."""

from __future__ import annotations

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.world import World
from zoterodigest.core.plan.run_options import End
from zoterodigest.sync.run.conflicts import BOTH_WAYS, open_fields
from zoterodigest.sync.syncing.resolve import Decision, prepare_resolve
from zoterodigest.sync.syncing.sync_run import carry_out

SWIN = "Restoring Images with Shifted Windows"


@pytest.fixture
def cleared(world: World) -> World:
    """Return a pushed digest, the arXiv id of whose paper was cleared in the library."""
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001", venue="CVPR 2024")))
    world.first_push()
    world.change(world.key(SWIN), extra="", url="")
    return world


def test_it_is_a_conflict_and_neither_end_moves(cleared: World) -> None:
    before = cleared.everything()

    prepared = cleared.prepare(BOTH_WAYS)
    outcome = carry_out(prepared, lambda done, total: None)

    assert {one.name for one in open_fields(prepared)} == {"arxiv"}
    assert not any(digest.refused for digest in prepared.digests)
    assert (outcome.written, cleared.everything()) == (0, before)
    assert prepared.plan.is_settled


def test_the_digests_is_put_back_at_the_item(cleared: World) -> None:
    (field,) = open_fields(cleared.prepare(BOTH_WAYS))

    resolving = prepare_resolve(cleared.workspace(), [Decision(field, End.MARKDOWN)])
    carry_out(resolving.prepared, lambda done, total: None)

    prepared = cleared.prepare(BOTH_WAYS)
    assert "2401.00001" in str(cleared.item(SWIN)["extra"])
    assert open_fields(prepared) == ()
    assert prepared.plan.is_settled


def test_the_digest_says_why_it_cannot_be_cleared_there(cleared: World) -> None:
    (field,) = open_fields(cleared.prepare(BOTH_WAYS))

    resolving = prepare_resolve(cleared.workspace(), [Decision(field, End.ZOTERO)])

    ((_, reason),) = resolving.left
    assert "an identifier can be corrected, not added or cleared" in reason


def test_what_is_preferred_clears_none(cleared: World) -> None:
    cleared.configure('[[digest]]\npath = "Notes.md"\n\n[sync.prefer]\narxiv = "zotero"\n')

    prepared = cleared.prepare(BOTH_WAYS)

    assert {one.name for one in open_fields(prepared)} == {"arxiv"}
    assert not any(digest.refused for digest in prepared.digests)
