"""What an entry no longer shows at all: the library keeps it, and that is told."""

from __future__ import annotations

import pytest

from tests.sync.digests import daily, folded, notes, quoted, row
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import NoLongerShown, Report
from zoterodigest.sync.run.conflicts import BOTH_WAYS

SWIN = "Restoring Images with Shifted Windows"
BULLETS = "> - It restores images.\n> - It is fast.\n"


def told(world: World) -> list[tuple[str, ...]]:
    plan = world.plan(BOTH_WAYS)
    assert plan.is_settled
    return [_names(one) for one in reports(plan, NoLongerShown)]


def _names(report: Report) -> tuple[str, ...]:
    assert isinstance(report, NoLongerShown)
    return report.names


@pytest.fixture
def pushed(world: World) -> World:
    world.markdown("Notes.md", notes(quoted(SWIN, "2401.00001", venue="CVPR 2024")))
    world.first_push()
    assert told(world) == []
    return world


@pytest.mark.parametrize(
    ("text", "names"), [("> Task: image restoration  \n", ("task",)), (BULLETS, ("summary",))]
)
def test_a_deleted_line_is_told_and_kept_until_it_is_back(
    pushed: World, text: str, names: tuple[str, ...]
) -> None:
    digest, before = (pushed.root / "Notes.md").read_text(encoding="utf-8"), pushed.everything()
    pushed.edit("Notes.md", (text, ""))

    pushed.push(BOTH_WAYS)

    assert told(pushed) == [names]
    assert pushed.everything() == before
    pushed.markdown("Notes.md", digest)
    assert told(pushed) == []


def test_it_is_told_no_more_once_it_is_cleared_in_the_library(pushed: World) -> None:
    pushed.edit("Notes.md", ("> Task: image restoration  \n", ""))

    pushed.change(pushed.key(SWIN), tags=[])
    assert pushed.plan(BOTH_WAYS).reports == ()
    assert pushed.plan(BOTH_WAYS).actions == ()
    pushed.push(BOTH_WAYS)  # that both ends are without it is recorded

    assert told(pushed) == []


def test_an_emptied_line_is_an_edit_that_travels(pushed: World) -> None:
    pushed.edit("Notes.md", ("> Task: image restoration  \n", "> Task:\n"))

    pushed.push()

    assert told(pushed) == []
    assert pushed.tags(SWIN) == {"venue:CVPR"}


def test_a_section_that_left_its_entry_is_told(world: World) -> None:
    sections = [("Key points", ("one",)), ("Limits", ("two",))]
    world.markdown("Survey.md", "## Survey\n\n" + folded(SWIN, "2401.00001", sections=sections))
    world.first_push()
    world.markdown("Survey.md", "## Survey\n\n" + folded(SWIN, "2401.00001", sections=sections[:1]))

    assert told(world) == [("section:Limits",)]


def test_what_another_format_never_shows_is_not_told(world: World) -> None:
    world.markdown("Notes.md", daily([row(1), row(2)]))
    world.first_push()
    words = "A Study of Tokens in Model 1 for Images"
    world.markdown(
        "Notes.md", notes(quoted(words, "2402.10001", task="tokens")) + "\n\n---\n\n" + quoted(
            "A Study of Priors in Model 2 for Images", "2403.10002")
    )  # fmt: skip

    world.push()

    names = {name for one in told(world) for name in one}
    assert "abstract" not in names
    assert "comment" not in names
