"""A run that is killed where the library lags behind the lock file: no edit of another clone goes.

Such a run merges over what this library last showed, and not over what the lock file says.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sync.clones import pull_git
from tests.sync.commands import Command, words
from tests.sync.disturbing import kills
from tests.sync.recovery import copy_of
from tests.sync.test_behind import SYNC, text
from tests.sync.test_behind_links import ENTRY, Edit
from tests.sync.test_edits_after_a_kill import STEP
from tests.sync.world import World, reports
from zoterodigest.core.plan.reports import Conflict

TITLE, BULLET = "Mask R-CNN", "- Fast."
ELSEWHERE: dict[str, tuple[Edit, dict[str, bool]]] = {
    "a tag": (("detection", "detection; masks"), {"masks": True}),
    "another tag": (("detection", "masks"), {"masks": True}),
    "no tag": (("; frames", ""), {"frames": False}),
    "a page": (("/one)", "/one), [page](https://a.org)"), {"https://a.org": True}),
    "no page": ((", [code](https://github.com/a/one)", ""), {"[code]": False}),
    "a bullet": ((BULLET, f"{BULLET}\n> - Small."), {BULLET: True, "Small": True}),
    "no bullet": ((f"\n> {BULLET}", ""), {BULLET: False}),
}
"""What was edited in the digest in the other clone, and what comes of it."""
EDITED = {"boxes": True, "[data](https://b.org)": True, "every box": True}


def lagging(root: Path, edit: Edit) -> World:
    """A clone with edits in its library; git has brought it `edit`, and Zotero has not."""
    here, there = World(root / "here"), World(root / "there", ["notes.md"])
    here.root.mkdir(parents=True)
    pages = "a/one), [data](https://a.org/data)"
    entry = ENTRY.replace("detection", "detection; frames").replace("a/one)", pages)
    here.markdown("notes.md", f"{entry}> - Two heads.\n> {BULLET}\n")
    here.push(SYNC)
    shutil.copytree(here.root, there.root)
    here.edit("notes.md", edit)
    here.push(SYNC)
    pull_git(here, there)
    tags = sorted(there.tags(TITLE) - {"task:detection"} | {"task:boxes"})
    there.change(there.key(TITLE), tags=[{"tag": tag} for tag in tags])
    (data,) = (key for key, one in there.children(TITLE).items() if one.get("title") == "data")
    there.change(data, url="https://b.org")
    there.change_note(TITLE, lambda html: html.replace("for each box", "for every box"))
    return there


def ends_of(world: World) -> list[str]:
    """Return what stands in the digest, and in the item and its note."""
    tags = sorted(world.tags(TITLE))
    return [text(world), repr(tags), repr(sorted(world.links(TITLE).items())), world.note(TITLE)]


@STEP
@pytest.mark.parametrize(("edit", "brought"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
@pytest.mark.parametrize("command", ["pull", "sync"])
def test_a_sync_after_a_run_that_was_killed_where_the_library_lagged_takes_out_no_edit(
    command: str, edit: Edit, brought: dict[str, bool], step: int, tmp_path: Path
) -> None:
    template = lagging(tmp_path / "clones", edit)
    expected = copy_of(template, tmp_path / "undisturbed")
    given = Command(lambda _: template, words(command, "--yes"))
    given.run(expected)
    expected.push(SYNC)
    for one, is_there in {**EDITED, **brought}.items():
        assert (one in text(expected)) == is_there

    found = list(kills(given, template, tmp_path / "kills"))
    assert found
    for world in found[::step]:
        world.push(SYNC)

        assert ends_of(world) == ends_of(expected), world.root.name
        assert reports(world.plan(SYNC), Conflict) == []
        assert world.prepare(SYNC).is_settled
