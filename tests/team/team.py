"""A team: clones of one repository, a group that a server holds, and a person's Zotero.

That person may have a clone too, which knows the group by the copy in Zotero alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import RLock

import pytest

from tests.library.running_zotero import RunningZotero, running
from tests.sync.histories.model import Memory
from tests.sync.histories.opening import FIRST_WORKS, first_texts
from tests.sync.histories.stage import CONFIG, Clone, Stage, new_library
from tests.team.member import Member, git
from tests.team.program import Program, program, serving
from tests.team.zotero import Copy
from zoterodigest.library import address
from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library
from zoterodigest.library.web.library import WebLibrary
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.workspace import Chosen, open_workspace
from zoterodigest.sync.run.run import Options, Prepared, prepare

GROUP = 7
MERGES_LOCKS = f"{sys.executable} -m zoterodigest merge-lock %O %A %B"
_KEYS = {number: f"a-key-of-member-{number}" for number in range(1, 6)}
_CONFIG = f"""\
library = "group:{GROUP}"

[[digest]]
path = "*.md"
"""


@dataclass
class Team:
    """Members with their clones, the group at the server, and the copy of the group that one of
    them has in Zotero; `stage` is all of it in the words of the histories.
    """

    members: list[Member]
    """All of them, but for the one who works with the Zotero on their computer."""
    stage: Stage
    group: Library
    copy: Copy
    desktop: Member | None

    @property
    def zotero(self) -> Clone:
        """The person's Zotero, as the histories know it."""
        return Clone(self.members[0].clone.root, self.copy.here)

    def sync_desktop(self, favoured: int, work: Callable[[Member], object]) -> None:
        """Have the person's Zotero sync, then them in their clone, then Zotero once more."""
        self.sync_zotero(favoured)
        if self.desktop is not None:
            work(self.desktop)
            self.sync_zotero(favoured)

    @property
    def lock(self) -> RLock:
        """Who holds it may touch what the team remembers."""
        return self.members[0].lock

    def sync_zotero(self, favoured: int = 0) -> None:
        """Have the person's Zotero sync with the server."""
        with self.lock:
            self.copy.sync(self.stage.memory, favoured)

    def prepared(self, member: Member) -> Prepared:
        """Return what a sync in a clone would do now."""
        chosen = Chosen(access=Access(lambda _: _KEYS[1]))
        workspace = open_workspace([], member.clone.root, chosen=chosen)
        with workspace.library:
            return prepare(workspace, Options(intent.SYNC))


@contextmanager
def a_team(folder: Path, size: int = 3, *, has_desktop: bool = False) -> Iterator[Team]:
    """Give a team whose first papers are in the group and in every clone."""
    with ExitStack() as stack:
        url = stack.enter_context(serving(folder / "group.sqlite", _KEYS, GROUP))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(address, "ZOTERO_ORG", url)
        run = stack.enter_context(program(url))
        group = stack.enter_context(
            WebLibrary(WebAddress(url, "group", GROUP), Access(lambda _: _KEYS[5]))
        )
        memory, lock = Memory(), RLock()
        members = [_member(folder, number, run, memory, lock) for number in range(1, size + 1)]
        _begin(folder, members)
        here = stack.enter_context(new_library())
        desktop = _member(folder, size + 1, run, memory, lock) if has_desktop else None
        copy = Copy(here, group)
        clones = [one.clone for one in (*members, *([desktop] if desktop else []))]
        stage = Stage(clones, [], memory, FIRST_WORKS, group.read())
        for clone in clones:
            clone.library = here
        team = Team(members, stage, group, copy, desktop)
        team.sync_zotero()
        if desktop is not None:
            local = stack.enter_context(_running(here))
            desktop.options = ("--library", f"desktop:group:{GROUP}?url={local}")
            _join(folder, desktop)
        yield team


def _member(folder: Path, number: int, run: Program, memory: Memory, lock: RLock) -> Member:
    home = folder / f"home{number}"
    environment = {
        "ZOTERO_API_KEY": _KEYS[number],
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
    }
    clone = Clone(folder / f"clone{number}", new_library())
    return Member(clone, run, environment, memory, lock, favour=("--ours", "--theirs")[number % 2])


def _begin(folder: Path, members: list[Member]) -> None:
    """Push the first digests into the group, and have everybody clone what came of it."""
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    for member in members:
        root = member.clone.root
        git(folder, "clone", "--quiet", "origin.git", root.name)
        if member is not members[-1]:  # the last one did not read that far
            member.git("config", "merge.zoterodigest.driver", MERGES_LOCKS)
        if member is members[0]:
            for name, text in first_texts(member.memory).items():
                member.clone.write(name, text)
            member.clone.write(CONFIG, _CONFIG)
            member.clone.write(".gitattributes", "zoterodigest.lock merge=zoterodigest\n")
            member.git("checkout", "--quiet", "-b", "main")
            assert member.sync().code == 0
            member.git("add", "--all")
            member.commit()
            assert member.git("push", "--quiet", "--set-upstream", "origin", "main").returncode == 0
        else:
            assert member.sync().code == 0


def _join(folder: Path, member: Member) -> None:
    git(folder, "clone", "--quiet", "origin.git", member.clone.root.name)
    member.git("config", "merge.zoterodigest.driver", MERGES_LOCKS)
    assert member.sync().code == 0


def _running(here: EmbeddedLibrary) -> AbstractContextManager[str]:
    """Let a Zotero run that holds this copy of the group; it is asked once a minute."""
    minutes = count(0, 60)
    zotero = RunningZotero(new_library(), {GROUP: here}, now=lambda: float(next(minutes)))
    return running(zotero)
