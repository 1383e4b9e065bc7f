"""Which works of a run are looked up, what is taken of the answers, and what is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lookup.answers import BLANK, Paper, feed
from tests.lookup.site import (
    Answer,
    Clock,
    Request,
    Site,
    cut,
    empty_page,
    serving,
    status,
)
from tests.sync.digests import daily, row
from tests.sync.world import World
from zoterodigest.core.values.record import Members, Names
from zoterodigest.core.works.titles import may_be_one
from zoterodigest.lookup.arxiv import ARXIV, Arxiv
from zoterodigest.lookup.cache import Cache, cache_file
from zoterodigest.lookup.service import ServiceAddress
from zoterodigest.lookup.work import Looked
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.lookups.lookups import found_in, look_up
from zoterodigest.sync.lookups.wanted import (
    LookedUp,
    NewerVersion,
    NotFound,
    NotLookedUp,
    OtherPaper,
    Wanted,
    WithdrawnPaper,
    created_works,
    linked_works,
    with_found,
)
from zoterodigest.sync.run.run import Options

SHARED = Path(__file__).resolve().parents[3] / "shared" / "digests"
IDS = [f"2401.{number:05}" for number in range(10001, 10251)]


@dataclass
class Press:
    """arXiv, which knows any paper but those it was told something else of."""

    folder: Path
    papers: dict[str, Paper | str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    site: Site = field(init=False)
    told: list[tuple[int, int]] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        ids = request.params["id_list"].split(",")
        papers = (self.papers.get(id_, Paper(id_, title="")) for id_ in ids)
        return Answer(feed([one.entry if isinstance(one, Paper) else one for one in papers]))

    def look_up(self, wanted: Sequence[Wanted], *, may_ask: bool = True) -> LookedUp:
        """Look up in a run of its own, over the same cache."""
        with Cache(cache_file(self.folder)) as cache:
            place = ServiceAddress(ARXIV.name, f"{self.site.url}/api", ARXIV.pause)
            arxiv = Arxiv(cache, self.clock.manners, place=place)
            return look_up(wanted, arxiv, progress=self._told if may_ask else None)

    def _told(self, done: int, total: int) -> None:
        self.told.append((done, total))


@pytest.fixture(name="press")
def _press(tmp_path: Path) -> Iterator[Press]:
    press = Press(tmp_path / "cache")
    with serving(press.answer) as press.site:
        yield press


def a_work(arxiv: str, title: str = "A Study of Something", version: str = "") -> Wanted:
    return Wanted(f"K{arxiv}", "zd-1", title, arxiv, version)


MANY = [a_work(id_) for id_ in IDS]


def test_what_arxiv_says_becomes_a_record() -> None:
    looked = Looked(
        "2401.00001", 2, "T", ("Ada Lovelace",), "We look.", "2024-01-01", "2024-02-01",
        "cs.CV", ("cs.LG", "cs.CV"), "10.1000/1", "J. Things 1 (2024) 2", "9 pages",
    )  # fmt: skip

    found = found_in(looked)

    assert found.fields == {
        "authors": Names(("Ada Lovelace",)),
        "date": "2024-01-01",
        "categories": Members(("cs.CV", "cs.LG")),
        "doi": "10.1000/1",
        "comment": "9 pages; J. Things 1 (2024) 2",
        "abstract": "We look.",
    }
    assert set(found.sources.values()) == {"arXiv"}


@pytest.mark.parametrize("doi", ["", "10.48550/arXiv.2401.00001", "in press"])
def test_what_is_no_doi_of_the_works_own_is_not_taken(doi: str) -> None:
    looked = Looked("2401.00001", 1, "T", (), "", "2024-01-01", "2024-01-01", doi=doi)

    assert found_in(looked).fields == {"date": "2024-01-01"}


@pytest.mark.parametrize(
    ("title", "other", "expected"),
    [
        ("CLIP: Learning Transferable Visual Models From Natural Language Supervision",
         "Learning Transferable Visual Models From Natural Language Supervision", True),
        ("CLIP", "Learning Transferable Visual Models From Natural Language Supervision", True),
        ("从表征到世界模型", "Learning Transferable Visual Models From Language", True),
        ("Attention Is All You Need", "", True),
        ("Denoising Diffusion Probabilistic Models", "Measuring the Mass of Distant Stars", False),
        ("Adaptive Sampling of Flows in Images", "On the Curvature of Smooth Threefolds", False),
    ],
)  # fmt: skip
def test_a_paper_of_another_title_is_another_paper(title: str, other: str, expected: bool) -> None:
    assert may_be_one(title, other) is expected


def test_a_slip_in_an_id_brings_nobodys_authors_in(press: Press) -> None:
    press.papers["2401.00001"] = Paper("2401.00001", title="On the Curvature of Smooth Threefolds")
    wanted = a_work("2401.00001", "Adaptive Sampling of Flows in Images")

    looked = press.look_up([wanted])

    assert looked.found == {}
    assert looked.remarks == (OtherPaper(wanted, "On the Curvature of Smooth Threefolds"),)


def test_a_withdrawn_a_missing_and_a_newer_paper_are_told(press: Press) -> None:
    works = [a_work("2401.00001"), a_work("2401.00002"), a_work("2401.00003", version="v1")]
    press.papers["2401.00001"] = Paper("2401.00001", comment="This paper has been withdrawn")
    press.papers["2401.00002"] = BLANK
    press.papers["2401.00003"] = Paper("2401.00003", version=3)

    looked = press.look_up(works)

    assert looked.remarks == (
        WithdrawnPaper(works[0], "This paper has been withdrawn"),
        NotFound(works[1]),
        NewerVersion(works[2], 3),
    )
    assert looked.found.keys() == {works[2].item}


def test_half_a_feed_and_an_empty_page_cost_a_request_and_no_paper(press: Press) -> None:
    press.site.faults = {1: cut(0.5), 2: empty_page}

    looked = press.look_up(MANY[:100])

    assert len(looked.found) == 100
    assert looked.remarks == ()


def test_what_came_before_a_service_failed_is_used_and_the_next_run_goes_on_there(
    press: Press,
) -> None:
    press.site.faults = dict.fromkeys(range(2, 20), status(503))

    first = press.look_up(MANY)
    press.site.faults = {}
    asked = len(press.site.requests)
    second = press.look_up(MANY)

    assert len(first.found) == 100
    assert {type(one) for one in first.remarks} == {NotLookedUp}
    assert len(first.failed) == 150
    assert len(second.found) == 250
    assert second.requests == 2
    assert [len(r.params["id_list"].split(",")) for r in press.site.requests[asked:]] == [100, 50]


def test_a_run_that_is_broken_off_goes_on_where_it_was(press: Press) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    press._told = stop  # type: ignore[method-assign]  # the person at the keyboard
    with pytest.raises(KeyboardInterrupt):
        press.look_up(MANY)
    del press._told

    looked = press.look_up(MANY)

    assert len(looked.found) == 250
    assert looked.requests == 2


def test_without_asking_what_was_said_before_counts(press: Press) -> None:
    press.look_up(MANY[:1])
    requests = len(press.site.requests)

    looked = press.look_up(MANY[:2], may_ask=False)

    assert looked.found.keys() == {MANY[0].item}
    assert looked.remarks == (NotLookedUp(MANY[1], "arXiv has not been asked yet"),)
    assert len(press.site.requests) == requests


def test_a_push_asks_for_the_papers_it_creates_and_a_pull_for_none(
    press: Press, tmp_path: Path
) -> None:
    world = World(tmp_path)
    world.markdown("daily.md", daily([row(1), row(2)]))

    pushing = created_works(world.prepare())
    pulling = created_works(world.prepare(Options(intent.PULL)))

    assert [(one.arxiv, one.version) for one in pushing] == [
        ("2402.10001", "v1"),
        ("2403.10002", "v1"),
    ]
    assert pulling == ()
    prepared = with_found(world.prepare(), press.look_up(pushing))
    world.push(prepared.options)
    assert created_works(world.prepare()) == ()
    assert [one.item for one in linked_works(world.prepare())] == [one.item for one in pushing]
    assert len(world.item("A Study of Tokens in Model 1 for Images")["creators"]) == 2


@pytest.mark.skipif(not SHARED.is_dir(), reason="the five digests are not here")
def test_the_five_digests_take_seven_requests_and_then_none(press: Press, tmp_path: Path) -> None:
    names = sorted(path.name for path in SHARED.glob("*.md") if path.name.islower())
    names = [name for name in names if name not in ("irregularities.md", "schema.md")]
    world = World(tmp_path / "world", [])
    world.root.mkdir()
    for name in names:
        world.markdown(name, (SHARED / name).read_bytes().decode())
    wanted = created_works(world.prepare(Options(with_notes=False)))

    cold, warm = press.look_up(wanted), press.look_up(wanted)

    assert len(names) == 5
    assert len(wanted) == 615
    assert (cold.requests, warm.requests) == (7, 0)
    assert len(cold.found) == len(warm.found) == 615
    assert press.told[-1] == (615, 615)
