"""A configured digest or .bib that is not there, or cannot be read, stops no other one (law 6)."""

from __future__ import annotations

import pytest

from tests.sync.digests import notes, quoted
from tests.sync.trouble import silent
from tests.sync.world import World
from zoterodigest.core.links.link import LinkState
from zoterodigest.project.files import BadInput
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.sync.exports.export_run import carry_out_exports, prepare_exports
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.workspace import open_workspace
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import FinishedRun, carry_out

SWIN = "Restoring Images with Shifted Windows"
GAN = "Adversarial Losses for Sharper Pictures"
VIT = "Images Are Worth Sixteen Words Each"
RULES = """\
[[digest]]
path = "a.md"
when_dropped = "trash"

[[digest]]
path = "b.md"
when_dropped = "trash"
"""
SYNC = Options(intent.SYNC)


@pytest.fixture
def synced(world: World) -> World:
    """Two synced digests; a paper's item goes into the trash with its entry."""
    world.configure(RULES)
    world.markdown("a.md", notes(quoted(SWIN, "2401.00001"), quoted(VIT, "2401.00003")))
    world.markdown("b.md", notes(quoted(GAN, "2401.00002")))
    world.digests.clear()
    assert sync(world).failures == ()
    return world


def sync(world: World) -> FinishedRun:
    """Sync as without paths: the digests that the configuration names."""
    return carry_out(prepare(world.workspace(), SYNC), silent)


def states(world: World) -> set[tuple[str, LinkState]]:
    return {(row.digest, row.state) for row in read_lock(world.lock_path.read_bytes()).rows}


def test_a_sync_goes_on_with_the_others_and_reports_the_missing_file(synced: World) -> None:
    (synced.root / "a.md").unlink()
    synced.edit("b.md", (f"**{GAN}**", "**Adversarial Losses for Sharp Pictures**"))

    outcome = sync(synced)

    assert [(one.where, one.title) for one in outcome.failures] == [("a.md", "")]
    assert outcome.failures[0].reason == (
        "no such file. zoterodigest left it out and kept its links. If you renamed or deleted it,"
        " change its `path` in zoterodigest.toml."
    )
    assert set(synced.keys_by_title()) == {SWIN, VIT, "Adversarial Losses for Sharp Pictures"}
    assert states(synced) == {("a.md", LinkState.LINKED), ("b.md", LinkState.LINKED)}


def test_a_digest_that_comes_back_has_nothing_to_do(synced: World) -> None:
    text = (synced.root / "a.md").read_bytes()
    (synced.root / "a.md").unlink()
    sync(synced)

    (synced.root / "a.md").write_bytes(text)

    prepared = prepare(synced.workspace(), SYNC)
    assert prepared.is_settled
    assert prepared.plan.actions == ()


def test_no_entry_counts_as_removed_although_another_moved_to_a_digest(synced: World) -> None:
    (synced.root / "a.md").unlink()
    synced.markdown("b.md", notes(quoted(GAN, "2401.00002"), quoted(SWIN, "2401.00001")))
    synced.digests.clear()
    key = synced.key(SWIN)

    sync(synced)

    assert synced.key(SWIN) == key
    assert set(synced.keys_by_title()) == {SWIN, VIT, GAN}
    assert states(synced) == {("a.md", LinkState.LINKED), ("b.md", LinkState.LINKED)}


def test_a_digest_that_is_no_text_stops_no_other_one(synced: World) -> None:
    (synced.root / "a.md").write_bytes(b"\x00\x01\x02")
    synced.edit("b.md", (f"**{GAN}**", "**Adversarial Losses for Sharp Pictures**"))

    outcome = sync(synced)

    assert [one.where for one in outcome.failures] == ["a.md"]
    assert set(synced.keys_by_title()) == {SWIN, VIT, "Adversarial Losses for Sharp Pictures"}
    assert (synced.root / "a.md").read_bytes() == b"\x00\x01\x02"


BIBS = """
[[bibliography]]
path = "two.bib"
push = true
pull = true

[[bibliography]]
path = "out.bib"
"""


@pytest.fixture(name="with_bibs")
def _with_bibs(synced: World) -> World:
    """The two digests with two .bib files, one of them two-way, which is then no text."""
    synced.configure(RULES + BIBS)
    assert sync(synced).failures == ()
    (synced.root / "two.bib").write_bytes(UTF_16)
    return synced


UTF_16 = "@misc{a, title={A}}".encode("utf-16")


def test_a_bib_that_cannot_be_read_stops_neither_digests_nor_the_other_bib(
    with_bibs: World,
) -> None:
    with_bibs.edit("b.md", (f"**{GAN}**", "**Adversarial Losses for Sharp Pictures**"))
    before = states(with_bibs)

    outcome = sync(with_bibs)

    assert [(one.where, one.title) for one in outcome.failures] == [("two.bib", "")]
    assert outcome.failures[0].reason == (
        "the text is encoded as UTF-16. zoterodigest left it out and kept its links. Save it as"
        " UTF-8."
    )
    assert set(with_bibs.keys_by_title()) == {SWIN, VIT, "Adversarial Losses for Sharp Pictures"}
    assert "for Sharp Pictures" in (with_bibs.root / "out.bib").read_text()
    assert (with_bibs.root / "two.bib").read_bytes() == UTF_16
    assert states(with_bibs) == before


def test_a_bib_that_can_be_read_again_has_only_the_pending_edit(with_bibs: World) -> None:
    with_bibs.edit("b.md", (f"**{GAN}**", "**Adversarial Losses for Sharp Pictures**"))
    text = (with_bibs.root / "out.bib").read_bytes()
    sync(with_bibs)

    (with_bibs.root / "two.bib").write_bytes(text)
    outcome = sync(with_bibs)

    assert outcome.failures == ()
    assert "for Sharp Pictures" in (with_bibs.root / "two.bib").read_text()
    assert prepare(with_bibs.workspace(), SYNC).is_settled


def test_an_export_goes_on_with_the_other_bib_and_reports_the_one_that_it_cannot_read(
    with_bibs: World,
) -> None:
    (with_bibs.root / "out.bib").unlink()

    failures = carry_out_exports(prepare_exports(with_bibs.workspace()))

    assert [one.where for one in failures] == ["two.bib"]
    assert (with_bibs.root / "out.bib").exists()


def test_removing_takes_nothing_back_of_a_digest_that_is_missing(synced: World) -> None:
    (synced.root / "a.md").unlink()

    synced.remove()

    assert set(synced.keys_by_title()) == {SWIN, VIT}


def test_a_run_without_any_digest_that_can_be_read_stops(synced: World) -> None:
    (synced.root / "a.md").unlink()
    (synced.root / "b.md").unlink()

    with pytest.raises(BadInput, match=r"a\.md: no such file"):
        prepare(synced.workspace(), SYNC)


def test_a_path_that_the_person_gives_has_to_be_there(synced: World) -> None:
    (synced.root / "a.md").unlink()
    paths = [synced.root / "a.md", synced.root / "b.md"]

    with pytest.raises(BadInput, match=r"a\.md: no such file"):
        prepare(open_workspace(paths, synced.root), SYNC)
