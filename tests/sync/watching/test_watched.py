"""Which files a watcher looks at: those of the project, and none that editors and clouds leave."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sync.world import World
from zoterodigest.sync.watching.watched import (
    Watched,
    held_by_editors,
    is_git_at_work,
    locked_by,
    watched_in,
    without_files,
)

CONFIGURATION = """\
[[digest]]
path = "lists/*.md"
[[digest]]
path = "Papers/**/*.md"
entry = "file"
[[feed]]
digest = "daily/{year}-{month}-{day}.md"
categories = ["cs.CV"]
[[bibliography]]
path = "paper/refs.bib"
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.configure(CONFIGURATION)
    for name in ("lists/a.md", "lists/b.md", "lists/a (conflicted copy).md", "Papers/x/1.md"):
        world.markdown(name, "# Papers\n")
    (tmp_path / "paper").mkdir()
    world.digests.clear()
    return world


@pytest.fixture
def watched(world: World) -> Watched:
    return watched_in(world.workspace())


@pytest.mark.parametrize(
    "name",
    [
        "zoterodigest.toml",
        "zoterodigest.lock",
        "lists/a.md",
        "lists/new.md",
        "Papers/new.md",
        "Papers/x/y/new.md",
        "daily/2026-01-31.md",
        "paper/refs.bib",
        "own.format.toml",
    ],
)
def test_a_change_of_a_file_of_the_project_counts(
    world: World, watched: Watched, name: str
) -> None:
    path = str(world.root / name)

    assert watched.file_of(path) == path


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "lists/a.md~",
        "lists/#a.md#",
        "lists/4913",
        "lists/.new.md.swp",
        "lists/.hidden.md",
        "lists/new.sync-conflict-20260101-101010-ABCDEF.md",
        "lists/a (conflicted copy).md",
        "lists/a.md.tmp.1234",
        "lists/.zoterodigest-0123456789abcdef.tmp",
        ".zoterodigest/library.sqlite",
        "Papers/.obsidian/workspace.md",
        "Papers/.git/x.md",
        "paper/other.bib",
        "daily/notes.txt",
    ],
)
def test_other_files_and_what_editors_and_clouds_leave_do_not_count(
    world: World, watched: Watched, name: str
) -> None:
    meant = watched.file_of(str(world.root / name))

    # A lock counts for what it locks: a file that comes to be.
    assert meant in ("", str(world.root / "lists/new.md"))
    assert not meant or name.endswith(".swp")


def test_a_file_of_another_project_with_the_same_name_does_not_count(watched: Watched) -> None:
    assert watched.file_of("/elsewhere/lists/a.md") == ""


@pytest.mark.parametrize(
    ("lock", "file"),
    [
        (".#a.md", "a.md"),
        (".~lock.a.md#", "a.md"),
        (".a.md.swp", "a.md"),
        (".a.md.swo", "a.md"),
        (".a.md", ""),
        ("a.md.swp", ""),
        ("a.md", ""),
        (".swp", ""),
    ],
)
def test_editors_lock_a_file_by_one_beside_it(lock: str, file: str) -> None:
    assert locked_by(lock) == file


def test_a_locked_file_is_held_also_by_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    files = [str(tmp_path / name) for name in ("a.md", "b.md", "c.md")]
    (tmp_path / ".#a.md").symlink_to("me@host.123:456")
    (tmp_path / ".c.md.swp").touch()

    assert held_by_editors([*files, str(tmp_path / "gone" / "d.md")]) == {files[0], files[2]}


@pytest.mark.parametrize("left", ["MERGE_HEAD", "rebase-merge", "index.lock"])
def test_git_is_at_work_while_it_leaves_files_also_in_a_worktree(tmp_path: Path, left: str) -> None:
    kept, worktree = tmp_path / "main" / ".git" / "worktrees" / "w", tmp_path / "w"
    kept.mkdir(parents=True)
    worktree.mkdir()
    (worktree / ".git").write_text(f"gitdir: {kept}\n")
    assert not is_git_at_work(worktree / "lists")

    (kept / left).touch()

    assert is_git_at_work(worktree / "lists")


def test_a_project_without_git_waits_for_none(tmp_path: Path) -> None:
    assert not is_git_at_work(tmp_path)


def test_only_patterns_that_lead_into_folders_are_watched_with_all_below(
    world: World, watched: Watched
) -> None:
    root = world.root

    assert watched.trees == {root / "Papers"}
    assert {root, root / "lists", root / "daily", root / "paper"} <= watched.folders
    assert root / "Papers" not in watched.folders


def test_a_project_behind_a_link_is_watched_by_both_of_its_paths(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("links") / "project"
    link.symlink_to(world.root)
    watched = watched_in(World(link).workspace())
    real, named = (os.path.join(root, "lists", "a.md") for root in (world.root, link))  # noqa: PTH118

    assert watched.file_of(real) == watched.file_of(named) == named


def test_what_is_left_out_is_as_if_the_others_were_named(world: World) -> None:
    workspace = world.workspace()
    left = frozenset({str(world.root / "lists/b.md"), str(world.root / "paper/refs.bib")})

    part = without_files(workspace, left)

    assert [one.key for one in part.digests] == ["lists/a.md", "Papers/x/1.md"]
    assert part.bibs == ()
    assert part.is_named


def test_where_nothing_is_left_out_the_run_is_about_everything(world: World) -> None:
    part = without_files(world.workspace(), frozenset())

    assert [one.key for one in part.digests] == ["lists/a.md", "lists/b.md", "Papers/x/1.md"]
    assert len(part.bibs) == 1
    assert not part.is_named
