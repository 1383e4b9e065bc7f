"""A member of the team: a clone, and how its owner works with git and zoterodigest."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock

from tests.cli.conftest import Ran
from tests.sync.histories.by_git import merge_file
from tests.sync.histories.model import Memory, Violation
from tests.sync.histories.stage import DIGESTS, LOCK, Clone, tokens_of
from tests.team.program import ENVIRONMENT, Program

_MOST_PUSHES = 20
_ROLES = ("AUTHOR", "COMMITTER")
# Fine, a record was edited meanwhile, a conflict is shown, a work is ambiguous.
_EXPECTED = frozenset({0, 1, 3, 6})


@dataclass
class Member:
    """Somebody with a clone; `options` go with every sync, `favour` is whose lines hold where git
    cannot merge a digest.
    """

    clone: Clone
    program: Program
    environment: Mapping[str, str]
    memory: Memory
    lock: RLock
    options: tuple[str, ...] = ()
    favour: str = "--ours"
    codes: Counter[int] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    """How often git could not merge a file by itself, and how often a push came too late."""

    def git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run git in the clone."""
        return git(self.clone.root, *arguments)

    def sync(self) -> Ran:
        """Sync, and look that no value was lost in the digests."""
        before = self._shown()
        ran = self.program(
            self.clone.root, "sync", "--yes", *self.options, environment=self.environment
        )
        with self.lock:
            self.codes[ran.code] += 1
            if ran.code not in _EXPECTED:
                raise Violation(f"sync ended with {ran.code}: {ran.out}{ran.err}")
            lost = self.memory.lost(before, self._shown())
        if lost:
            raise Violation(f"a sync in {self.clone.root.name} lost {' '.join(lost)}")
        return ran

    def _shown(self) -> frozenset[str]:
        return frozenset().union(*(tokens_of(name, self.clone.text(name)) for name in DIGESTS))

    def share(self) -> Ran:
        """Commit, pull, sync, commit and push, as docs/teams.md says; again if it is too late."""
        for _ in range(_MOST_PUSHES):
            self.commit()
            self.pull()
            ran = self.sync()
            self.commit()
            if self.git("push", "--quiet").returncode == 0:
                return ran
            self.met["pushes too late"] += 1
        raise Violation("the others are always quicker")

    def commit(self) -> None:
        """Commit all that changed."""
        self.git("commit", "--all", "--quiet", "--message", "Work")

    def pull(self) -> None:
        """Merge what the others pushed; a person decides where two edits of a digest meet.

        The lock file is committed as git leaves it.
        """
        merged = self.git("pull", "--quiet", "--no-edit", "--no-rebase")
        if merged.returncode == 0:
            return
        unmerged = self.git("diff", "--name-only", "--diff-filter=U").stdout.decode().split()
        if not unmerged:
            raise Violation(f"git pull: {merged.stderr.decode()}")
        for name in unmerged:
            self.met[name] += 1
            if name != LOCK:
                self._decide(name)
        self.git("add", *unmerged)
        assert self.git("commit", "--quiet", "--no-edit").returncode == 0

    def _decide(self, name: str) -> None:
        base, ours, theirs = (self.git("show", f":{at}:{name}").stdout for at in (1, 2, 3))
        kept = merge_file(ours, base, theirs, self.favour)
        shown = [frozenset(tokens_of(name, text.decode())) for text in (ours, theirs, kept)]
        with self.lock:
            self.memory.decide(shown[0] | shown[1], shown[2])
            self.memory.wished |= shown[2]
        (self.clone.root / name).write_bytes(kept)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in `folder`, without this machine's settings."""
    who = {f"GIT_{role}_{what}": "a@b.c" for role in _ROLES for what in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**ENVIRONMENT, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        check=False,
    )
