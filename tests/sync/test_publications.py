"""Published versions come into items in place, into digests only if asked for, over kills too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from tests.sync.digests import daily, notes, quoted
from tests.sync.histories.effects import Effects
from tests.sync.recovery import copy_of, require_truth, state_of
from tests.sync.test_undo import refuse
from tests.sync.trouble import silent, troubled
from tests.sync.world import World
from zoterodigest.core.plan.found import LookupResult
from zoterodigest.lookup.publication import publication
from zoterodigest.lookup.work import IndexedWork, Source
from zoterodigest.project.lock.lock import read_lock
from zoterodigest.project.log.history import history_folder, read_history
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Publish
from zoterodigest.sync.gathering.others import with_all_digests
from zoterodigest.sync.lookups.publications import (
    Blocked,
    digest_choices,
    found_of,
    listed_works,
)
from zoterodigest.sync.run.run import Options, prepare
from zoterodigest.sync.syncing.sync_run import carry_out
from zoterodigest.sync.undo.undo import apply_undo, prepare_undo

SYNC = Options(intent.SYNC)
TITLE, OTHER = "Small Lenses for Large Skies", "Large Lenses for Small Skies"
PEOPLE = ("Ada Lovelace", "Alan Turing")
FOLDED = f"""\
# Models

---

<details>
<summary><b> {TITLE}</b></summary>

* **Authors:** Ada Lovelace, Alan Turing
* **arXiv ID:** 2201.10001
* **One-liner:** It looks up.
* **Published in:** arxiv (24 Nov 2021)
* **Links:** [[Paper]](https://arxiv.org/abs/2201.10001)

</details>

---
"""
QUOTED = notes(
    quoted(TITLE, "2201.10001", venue="arXiv 2022"), quoted(OTHER, "2201.10002", venue="ICCV 2023")
)
DAILY = daily(
    [
        f"| **[{TITLE}](http://arxiv.org/abs/2201.10001v1)** | 2021-11-24 "
        "| <details><summary>Show</summary><p>It looks.</p></details> |  | None |\n"
    ]
)
FILES = {"folded.md": FOLDED, "quoted.md": QUOTED, "daily.md": DAILY}
BIBLIOGRAPHY = '\n[[bibliography]]\npath = "refs.bib"\n'
CVPR = IndexedWork(
    Source.DBLP,
    TITLE,
    PEOPLE,
    "CVPR",
    "2022",
    "conferencePaper",
    doi="10.1109/CVPR.7",
    pages="10-19",
)
ICCV = replace(CVPR, title=OTHER, venue="ICCV", year="2023", doi="10.1109/ICCV.9", pages="20-29")


def configured(world: World, *more: str) -> None:
    digests = "".join(f'[[digest]]\npath = "{name}"\n' for name in FILES)
    world.configure(digests + "".join(more))


def publishing(
    world: World, *candidates: IndexedWork, into_digests: bool = False, named: str = ""
) -> Options:
    """Return how a run takes what DBLP says."""
    workspace = with_all_digests(world.workspace())
    prepared = prepare(workspace, Options(intent.PUSH))
    keys = frozenset([named] if named else (digest.key for digest in workspace.digests))
    works = listed_works(prepared, keys)
    offered = candidates or (CVPR, ICCV)
    heard = [replace(listed.work, candidates=offered) for listed in works]
    found = [publication(work, workspace.zotero) for work in heard]
    taken = [
        found_of(listed, one, workspace.zotero, into_digests=into_digests)
        for listed, one in zip(works, found, strict=True)
    ]
    assert not [one for one in taken if isinstance(one, Blocked)]
    by_item = {
        listed.key: one
        for listed, one in zip(works, taken, strict=True)
        if isinstance(one, LookupResult)
    }
    if not into_digests:
        return Options(Publish(by_item))
    return Options(Publish(by_item, digest_choices(works, taken, prepared)))


def publish(world: World, *candidates: IndexedWork, into_digests: bool = False) -> None:
    world.push(publishing(world, *candidates, into_digests=into_digests))


def texts(world: World) -> dict[str, str]:
    return {name: (world.root / name).read_bytes().decode() for name in FILES}


@pytest.fixture(scope="module", name="in_sync")
def _in_step(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A project in sync, to be copied."""
    world = World(tmp_path_factory.mktemp("in-step"))
    for name, text in FILES.items():
        world.markdown(name, text)
    configured(world, BIBLIOGRAPHY)
    world.push(SYNC)
    return world


@pytest.fixture(name="here")
def _here(in_sync: World, tmp_path: Path) -> World:
    return copy_of(in_sync, tmp_path / "here")


def test_a_preprint_becomes_the_published_version_in_place(here: World) -> None:
    key, before = here.key(TITLE), here.item(TITLE)

    publish(here)

    after = here.item(TITLE)
    assert (before["itemType"], after["itemType"]) == ("preprint", "conferencePaper")
    assert here.key(TITLE) == key
    assert after["citationKey"] == before["citationKey"]
    assert after["proceedingsTitle"].endswith("Computer Vision and Pattern Recognition")
    assert (after["date"], after["DOI"], after["pages"]) == ("2022", "10.1109/CVPR.7", "10-19")
    assert "arXiv: 2201.10001" in after["extra"].split("\n")
    assert after["url"] == "https://arxiv.org/abs/2201.10001"


def test_digests_stay_as_they_are_then_and_after_a_sync(here: World) -> None:
    publish(here)
    here.push(SYNC)

    assert texts(here) == FILES
    assert here.plan(SYNC).is_settled
    assert publishing(here).intent == Publish()


def test_a_digest_that_was_not_named_stays_as_it_is_too(here: World) -> None:
    here.push(publishing(here, named="quoted.md"))
    here.push(SYNC)

    assert here.item(TITLE)["itemType"] == "conferencePaper"
    assert texts(here) == FILES


def test_the_venue_comes_into_the_digests_that_show_one_if_asked_for(here: World) -> None:
    publish(here, into_digests=True)

    assert texts(here) == {
        "folded.md": FOLDED.replace("arxiv (24 Nov 2021)", "CVPR (2022)"),
        "quoted.md": QUOTED.replace("arXiv 2022", "CVPR 2022"),
        "daily.md": DAILY,
    }
    here.push(SYNC)
    assert here.plan(SYNC).is_settled


def test_the_venue_comes_into_the_digests_later_as_well(here: World) -> None:
    publish(here)
    here.push(SYNC)

    publish(here, into_digests=True)

    assert texts(here)["folded.md"] == FOLDED.replace("arxiv (24 Nov 2021)", "CVPR (2022)")
    assert texts(here)["quoted.md"] == QUOTED.replace("arXiv 2022", "CVPR 2022")
    assert here.plan(SYNC).is_settled


def test_a_digest_that_may_not_be_pulled_is_never_written(here: World) -> None:
    here.configure(
        '[[digest]]\npath = "folded.md"\npull = false\n[[digest]]\npath = "quoted.md"\n'
        '[[digest]]\npath = "daily.md"\n'
    )

    publish(here, into_digests=True)

    assert texts(here)["folded.md"] == FOLDED
    assert texts(here)["quoted.md"] != QUOTED


def test_a_venue_of_the_digest_gains_doi_and_pages(here: World) -> None:
    here.change(here.key(OTHER), creators=[_person(name) for name in PEOPLE])
    before = here.item(OTHER)

    publish(here)

    after = here.item(OTHER)
    assert (after["DOI"], after["pages"]) == ("10.1109/ICCV.9", "20-29")
    assert after["proceedingsTitle"] == before["proceedingsTitle"]


def test_what_nobody_can_tell_to_be_the_work_is_not_taken(here: World) -> None:
    before = here.item(OTHER)  # of which no authors are known

    publish(here)

    assert here.item(OTHER) == before


def _person(name: str) -> dict[str, str]:
    first, last = name.split(" ")
    return {"creatorType": "author", "firstName": first, "lastName": last}


def test_a_venue_that_a_person_wrote_in_zotero_is_never_overwritten(here: World) -> None:
    here.change(here.key(TITLE), itemType="conferencePaper", proceedingsTitle="My own workshop")
    before = here.item(TITLE)

    publish(here, into_digests=True)

    assert here.item(TITLE) == before
    assert texts(here) == FILES


def test_a_venue_that_a_person_writes_meanwhile_is_not_overwritten_either(here: World) -> None:
    prepared = prepare(here.workspace(), publishing(here))
    here.change(here.key(TITLE), itemType="conferencePaper", proceedingsTitle="My own workshop")
    before = here.item(TITLE)

    carry_out(prepared, silent)

    assert here.item(TITLE) == before


def test_a_preprint_with_fields_of_the_persons_own_stays_and_the_reason_is_told(
    here: World,
) -> None:
    here.change(here.key(TITLE), genre="Research note")
    prepared = prepare(here.workspace(), Options(intent.PUSH))
    (listed,) = (
        one for one in listed_works(prepared, frozenset(FILES)) if one.work.known.title == TITLE
    )
    zotero = prepared.workspace.zotero
    found = publication(replace(listed.work, candidates=(CVPR,)), zotero)

    blocked = found_of(listed, found, zotero, into_digests=False)

    assert isinstance(blocked, Blocked)
    assert "preprint" in blocked.reason


def test_the_entry_of_the_bib_follows_with_its_key_and_its_eprint(here: World) -> None:
    before = (here.root / "refs.bib").read_text(encoding="utf-8")
    key = here.item(TITLE)["citationKey"]
    assert f"@article{{{key}," in before or f"@misc{{{key}," in before

    publish(here)

    after = (here.root / "refs.bib").read_text(encoding="utf-8")
    assert f"@inproceedings{{{key}," in after
    entry = after[after.index(key) :]
    assert "eprint = {2201.10001}" in entry[: entry.index("\n}")]
    assert "doi = {10.1109/CVPR.7}" in entry[: entry.index("\n}")]
    here.push(SYNC)
    assert (here.root / "refs.bib").read_text(encoding="utf-8") == after


def test_a_bib_that_is_kept_by_hand_and_synced_both_ways_follows_too(tmp_path: Path) -> None:
    world = World(tmp_path)
    for name, text in FILES.items():
        world.markdown(name, text)
    configured(world, BIBLIOGRAPHY, "pull = true\npush = true\n")
    (tmp_path / "refs.bib").write_text(
        "% mine\n@misc{lenses,\n  title = {Small Lenses for Large Skies},\n"
        "  author = {Lovelace, Ada and Turing, Alan},\n  year = {2021},\n"
        "  eprint = {2201.10001},\n  archiveprefix = {arXiv},\n}\n",
        encoding="utf-8",
    )
    world.push(SYNC)

    publish(world)
    world.push(SYNC)

    after = (tmp_path / "refs.bib").read_text(encoding="utf-8")
    assert after.startswith("% mine\n")
    assert "{lenses," in after
    assert "eprint = {2201.10001}" in after
    assert texts(world) == FILES
    assert world.plan(SYNC).is_settled


def test_a_year_that_takes_the_place_of_a_date_in_zotero_reads_as_that_of_the_venue(
    here: World,
) -> None:
    here.change(here.key(TITLE), date="2022")

    here.push(SYNC)

    assert texts(here)["folded.md"] == FOLDED.replace("24 Nov 2021", "2022")
    assert here.plan(SYNC).is_settled


def test_undo_makes_it_a_preprint_again(here: World) -> None:
    before, files = here.items(), texts(here)
    publish(here, into_digests=True)
    known = read_history(history_folder(here.root / ".zoterodigest"))

    undone = apply_undo(prepare_undo(here.workspace(), known.run(known.runs[-1].number)), silent)

    assert undone.declined == ()
    assert here.items() == before
    assert texts(here) == files
    assert here.plan(SYNC).is_settled


def test_an_undo_that_could_not_write_a_digest_leaves_no_source_of_values_that_are_gone(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_lock(here.lock_path.read_bytes())
    publish(here, into_digests=True)
    known = read_history(history_folder(here.root / ".zoterodigest"))
    run = known.run(known.runs[-1].number)

    with monkeypatch.context() as patched:
        refuse(patched, *FILES)
        undone = apply_undo(prepare_undo(here.workspace(), run), silent)
    assert [one.key for one in undone.declined] == ["folded.md", "quoted.md"]
    assert apply_undo(prepare_undo(here.workspace(), run), silent).declined == ()

    assert read_lock(here.lock_path.read_bytes()) == before


STEPS = [pytest.param(13, id="some"), pytest.param(1, id="all", marks=pytest.mark.deep)]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("into_digests", [False, True])
def test_a_run_killed_at_any_effect_is_completed_by_the_next(
    here: World, tmp_path: Path, step: int, *, into_digests: bool
) -> None:
    effects = Effects()
    before = read_lock(here.lock_path.read_bytes())
    undisturbed = copy_of(here, tmp_path / "undisturbed")
    publish(undisturbed, into_digests=into_digests)
    undisturbed.push(SYNC)
    expected = state_of(undisturbed)

    for place in count(step, step):
        world = copy_of(here, tmp_path / str(place))
        if not _is_killed(world, effects, place, into_digests=into_digests):
            break
        require_truth(world, before)
        world.push(SYNC)
        if not into_digests:
            assert texts(world) == FILES
        publish(world, into_digests=into_digests)
        world.push(SYNC)
        assert state_of(world) == expected, f"after the kill at {place}"
        assert world.plan(SYNC).is_settled

    assert place > 10


def _is_killed(world: World, effects: Effects, place: int, *, into_digests: bool) -> bool:
    options = publishing(world, into_digests=into_digests)
    spend: Callable[[int], None] = effects.spend
    workspace = with_all_digests(troubled(world, before=spend, after=spend))
    prepared = prepare(workspace, options)
    return effects.kills(place, lambda: carry_out(prepared, silent))
