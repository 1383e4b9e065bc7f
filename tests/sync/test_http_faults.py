"""Whole runs over HTTP with a fault at any request, or a person who edits between any two.

`make test` takes a sample over short lists, `make deep` all of it over 120 entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.library.faults import FAULTS, Fault
from tests.sync.comparing import outcome_of
from tests.sync.elsewhere import DESKTOP, WEB, Elsewhere, Manner, Stage, Template, a_stage
from tests.sync.reading_lists import edit_digests, edit_library, new, own, study, survey
from tests.sync.recovery import edit_a_vault, put_items_into_a_vault
from zoterodigest.core.plan.reports import DivergedField
from zoterodigest.library.port import KEY_ALPHABET, BadLibrary
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Intent
from zoterodigest.sync.syncing.sync_run import LibraryChanged

SHORT, LONG = 3, 40
"""Entries in each of three digests."""


def in_sync(world: Elsewhere, size: int) -> None:
    """Digests in sync with the library."""
    new(world, size)
    world.run(intent.SYNC)


def edited_in_the_library(world: Elsewhere, size: int) -> None:
    """Digests in sync, then edited in the library."""
    in_sync(world, size)
    edit_library(world)


def edited_at_both_ends(world: Elsewhere, size: int) -> None:
    """Digests in sync, then edited at both ends."""
    edited_in_the_library(world, size)
    edit_digests(world)


def vault_edited_at_both_ends(world: Elsewhere, _size: int) -> None:
    """A vault of seven notes in sync, then edited at both ends."""
    edit_a_vault(world, lambda: world.run(intent.SYNC))


def vault_with_items_that_came(world: Elsewhere, _size: int) -> None:
    """A vault in sync whose collection got items in Zotero."""
    put_items_into_a_vault(world, lambda: world.run(intent.SYNC))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of run, and the world in which it has something to do."""

    name: str
    direction: Intent
    make: Callable[[Elsewhere, int], None]


PUSH = Kind("push", intent.PUSH, new)
PULL = Kind("pull", intent.PULL, edited_in_the_library)
SYNC = Kind("sync", intent.SYNC, edited_at_both_ends)
KINDS = (PUSH, PULL, SYNC)
VAULT = Kind("sync of a vault", intent.SYNC, vault_edited_at_both_ends)
NEW_NOTES = Kind("sync that makes notes", intent.SYNC, vault_with_items_that_came)
MANNERS = (WEB, DESKTOP)
DEEP = pytest.mark.deep


@dataclass
class Writer:
    """A person who edits the library at the same time; what existed before is `known` from then on.

    Each edit is another one, and none is ever to be lost.
    """

    is_known: bool
    edits: int = 0

    def __call__(self, world: Elsewhere) -> None:
        """Edit an item that the run may write, one that it leaves, and put in a new one."""
        self.edits += 1
        tags = world.items()["MYPAPER2"]["tags"]
        world.change("MYPAPER2", tags=[*tags, {"tag": f"mine {self.edits}"}], extra=self._extra)
        world.change("MYPAPER3", extra=self._extra)
        world.put(own(self._key, f"Their Paper Number {self.edits}", f"2405.{self.edits:05d}"))
        if self.is_known:
            key = next(key for key, title in self._titles(world) if title.startswith(survey(1)))
            world.change(key, title=f"{survey(1)}, Corrected {self.edits} Times")
            world.change_note(study(1), lambda html: re.sub(r"has .*1 layers", self._layers, html))

    def require(self, world: Elsewhere) -> None:
        """Fail unless all that was edited stands, in the library and in the digests."""
        items = world.items()
        tags = {tag["tag"] for tag in items["MYPAPER2"]["tags"]}
        titles = [title for _, title in self._titles(world)]
        assert {f"mine {number + 1}" for number in range(self.edits)} <= tags
        assert [items[key]["extra"] for key in ("MYPAPER2", "MYPAPER3")] == [self._extra] * 2
        for number in range(self.edits):
            assert titles.count(f"Their Paper Number {number + 1}") == 1
        if self.is_known:
            corrected = f"{survey(1)}, Corrected {self.edits} Times"
            assert titles.count(corrected) == 1
            assert corrected in (world.root / "survey.md").read_text(encoding="utf-8")
            assert self._layers in world.note(study(1))
            assert self._layers in (world.root / "notes.md").read_text(encoding="utf-8")

    @property
    def _extra(self) -> str:
        return f"it is mine, {self.edits}"

    @property
    def _layers(self) -> str:
        return f"has {self.edits} times 1 layers"

    @property
    def _key(self) -> str:
        return "THEIR" + "".join(KEY_ALPHABET[int(sign)] for sign in f"{self.edits:03d}")

    def _titles(self, world: Elsewhere) -> list[tuple[str, str]]:
        return [(key, str(data["title"])) for key, data in world.items().items()]


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of run on a stage: where it begins, what must come of it, in how many requests."""

    kind: Kind
    stage: Stage
    template: Template
    expected: list[str]
    requests: int

    def require(self, fault: Fault, number: int) -> None:
        """Fail unless a run with `fault` at this request is completed by the next run.

        One that tells of no trouble has left nothing undone.
        """
        with self.stage.world(self.template) as world:
            world.break_requests({number: fault})
            with suppress(BadLibrary, LibraryChanged):
                assert world.run(self.kind.direction).failures == ()
                assert outcome_of(world) == self.expected, "it was not told that something is left"
            world.break_requests({})

            assert world.run(self.kind.direction).failures == ()

            assert outcome_of(world) == self.expected
            assert not (world.root / ".zoterodigest" / "journal.jsonl").exists()

    def outcome_beside(self, writer: Writer, gaps: Container[int]) -> list[str]:
        """Return what comes of a run beside which `writer` edits in these gaps, and of two more."""
        with self.stage.world(self.template) as world:
            world.break_requests({}, lambda number: writer(world) if number in gaps else None)
            with suppress(LibraryChanged):
                world.run(self.kind.direction)
            world.break_requests({})
            if not writer.edits:
                writer(world)
            world.run(self.kind.direction)
            world.run(intent.SYNC)

            writer.require(world)
            assert world.is_settled()
            return outcome_of(world)


Cases = Callable[[Manner, Kind, int], Case]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cases]:
    """Give the cases, each made when it is first asked for."""
    with the_cases(tmp_path_factory.mktemp("cases")) as cases:
        yield cases


@contextmanager
def the_cases(folder: Path) -> Iterator[Cases]:
    with a_stage(folder / "web", WEB) as web, a_stage(folder / "desktop", DESKTOP) as desktop:
        stages = {WEB: web, DESKTOP: desktop}

        @cache
        def made(manner: Manner, kind: Kind, size: int) -> Case:
            stage = stages[manner]
            template = stage.template(lambda world: kind.make(world, size), f"{kind.name} {size}")
            with stage.world(template) as world:
                assert world.run(kind.direction).failures == ()
                requests = len(world.proxy.requests)
                assert kind is PULL or world.is_settled()
                return Case(kind, stage, template, outcome_of(world), requests)

        yield made


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
def test_a_run_with_some_fault_at_some_request_is_completed_by_the_next(
    case: Cases, manner: Manner, kind: Kind
) -> None:
    tried = case(manner, kind, SHORT)
    matrix = [(fault, number) for fault in FAULTS for number in range(1, tried.requests + 2)]

    for fault, number in matrix[7::157]:
        tried.require(fault, number)


@pytest.mark.parametrize(
    ("manner", "kind", "size"),
    [
        pytest.param(WEB, SYNC, SHORT, id="web-sync"),
        pytest.param(DESKTOP, PUSH, SHORT, id="desktop-push"),
        *(
            pytest.param(manner, kind, LONG, id=f"{manner.name}-{kind.name}, long", marks=DEEP)
            for manner in MANNERS
            for kind in KINDS
        ),
    ],
)
def test_a_person_who_edits_before_every_request_loses_nothing_and_stops_nothing(
    case: Cases, manner: Manner, kind: Kind, size: int
) -> None:
    tried = case(manner, kind, size)

    tried.outcome_beside(Writer(kind is not PUSH), range(1, 1000))


@DEEP
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
def test_it_does_not_matter_between_which_requests_a_person_edits(
    case: Cases, manner: Manner, kind: Kind
) -> None:
    tried = case(manner, kind, LONG)
    before = tried.outcome_beside(Writer(kind is not PUSH), (1,))

    for gap in range(2, tried.requests + 2):
        assert tried.outcome_beside(Writer(kind is not PUSH), (gap,)) == before, f"gap {gap}"


@DEEP
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_run_over_120_entries_with_a_fault_at_any_request_is_completed_by_the_next(
    case: Cases, manner: Manner, kind: Kind, fault: Fault
) -> None:
    tried = case(manner, kind, LONG)

    for number in range(1, tried.requests + 2):
        tried.require(fault, number)


@DEEP
@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
@pytest.mark.parametrize("kind", [VAULT, NEW_NOTES], ids=lambda kind: kind.name)
def test_a_sync_of_a_vault_with_a_fault_at_any_request_is_completed_by_the_next(
    case: Cases, kind: Kind, manner: Manner
) -> None:
    tried = case(manner, kind, SHORT)

    for fault in FAULTS:
        for number in range(1, tried.requests + 2):
            tried.require(fault, number)


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
def test_a_library_restored_from_a_backup_undoes_no_edit(case: Cases, manner: Manner) -> None:
    tried = case(manner, SYNC, SHORT)
    with tried.stage.world(tried.template) as world:
        backup = world.kept()
        world.run(intent.SYNC)
        lines = {name: lines_of(world, name) for name in world.digests}

        with world.restored(backup):
            first = world.run(intent.SYNC)
            second = world.run(intent.SYNC)

            assert {name: lines_of(world, name) for name in world.digests} == lines
            diverged = {
                one.name for one in first.last.plan.reports if isinstance(one, DivergedField)
            }
            assert {"title", "summary"} <= diverged
            assert (second.written, second.written_digests, world.is_settled()) == (0, 0, True)
            world.change(world.key(survey(1)), title="An Edit after the Backup")
            world.run(intent.SYNC)
            assert "An Edit after the Backup" in (world.root / "survey.md").read_text("utf-8")


def lines_of(world: Elsewhere, name: str) -> list[str]:
    """Return the lines of a digest but its headings, which follow their collections' names."""
    lines = (world.root / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
