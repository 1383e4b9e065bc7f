"""The folders of a run: inputs, and projects that are pushed once and put back before each case."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Usage
from benchmarks.processes import ROOT, environment, install, measured, measured_piece, ours, piece

SHARED = ROOT.parent / "shared" / "digests"
"""Real digests, which are not ours to ship."""

REAL = "digests"
"""The input that is all real digests together."""

MADE = ("items", "abstracts")
"""Inputs that are items, as a JSON array."""

_TITLE = re.compile(r"^((?:- \*\*|\| |<summary><b>).+? \d+)(?=\*\* \(| \| |</b>)", re.M)
_MADE_UP = re.compile(r"[a-z]+-\d+\.md")
_LONG = 2.0
_STATE, _LIBRARY = ".zoterodigest", "library.sqlite"
_CONFIGURATION = f"""library = "embedded:{_LIBRARY}"

[[digest]]
path = "*.md"
"""
_VAULT = f"""library = "embedded:{_LIBRARY}"

[sync]
hold = 0

[[digest]]
path = "Papers/**/*.md"
entry = "file"
"""
NOTE, NEW_NOTE = "Papers/00/@person0.md", "Papers/00/@nobody.md"
"""A note that each made-up vault has, and one that it gets."""


@dataclass
class Workshop:
    """The temporary folder of a run, and how its processes are started."""

    folder: Path
    rounds: int = 3

    def __post_init__(self) -> None:
        self.home = self._made("home")
        installed = self.folder / "installed"
        if not installed.exists():
            install(installed)
        self.given = environment(self.home, installed)

    def _made(self, *names: str) -> Path:
        path = self.folder.joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def best(self, work: Callable[[], Usage]) -> Usage:
        """Return the best of some rounds, of one if it takes long."""
        found = work()
        for _ in range(self.rounds - 1 if found.cpu < _LONG else 0):
            found = found.better(work())
        return found

    def usage(
        self, command: Sequence[str], folder: Path | None = None, codes: Sequence[int] = (0,)
    ) -> Usage:
        """Return what a command took as a whole."""
        return measured(command, folder or self.home, self.given, codes)[0]

    def piece(self, name: str, *arguments: str) -> tuple[Usage, float]:
        """Return what a piece took, and how many records it had."""
        return measured_piece(piece(name, *arguments), self.home, self.given)

    def change(self, *arguments: str | Path) -> None:
        """Edit a library in a process of its own."""
        self._run("benchmarks.changes", *arguments)

    def _run(self, module: str, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", module, *map(str, arguments)]
        subprocess.run(command, check=True, env=self.given, cwd=self.home)

    def file(self, kind: str, size: int) -> Path:
        """Return a file of made-up entries or items, or a vault, made when first asked for."""
        ending = "" if kind == "vault" else ".json" if kind in MADE else ".md"
        path = self._made("inputs") / f"{kind}-{size}{ending}"
        if not path.exists():
            self._run("benchmarks.inputs", kind, str(size), path)
        return path

    def digests(self, name: str) -> list[Path]:
        """Return the digests of an input: `list 640`, `vault 5,000`, or the real ones."""
        if name == REAL:
            # Those in capitals tell about the digests.
            return sorted(SHARED.glob("[a-z]*.md"))
        return [self.made(name)]

    def made(self, name: str) -> Path:
        """Return the file of a made-up input: `list 640`, `items 5,000`."""
        kind, size = name.split()
        return self.file(kind, int(size.replace(",", "")))

    def project(self, name: str) -> Project:
        """Return the project of an input, pushed and settled, as it was before any other case."""
        project, kept = self._project_and_kept(name)
        if not kept.exists():
            self.first_push(name)
        shutil.rmtree(project.folder)
        # In place: what a run keeps may name the folder it worked in.
        shutil.copytree(kept, project.folder)
        return project

    def first_push(self, name: str) -> Usage:
        """Return what the first push of an input takes; its project is kept for other cases."""
        project, kept = self._project_and_kept(name)
        usage = project.push_first(self.digests(name))
        if not kept.exists():
            # The second run writes what a run that found everything in sync keeps.
            project.run("sync", "--yes")
            shutil.copytree(project.folder, kept)
        return usage

    def _project_and_kept(self, name: str) -> tuple[Project, Path]:
        return Project(self._made("project", name), self), self.folder / f"kept {name}"


@dataclass(frozen=True)
class Project:
    """A project whose library stands beside its digests, so that its state can go alone."""

    folder: Path
    workshop: Workshop

    def push_first(self, digests: Sequence[Path], *options: str) -> Usage:
        """Begin anew with these digests; return what their first push takes."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        for path in digests:
            if path.is_dir():
                shutil.copytree(path, self.folder, dirs_exist_ok=True)
            else:
                shutil.copy(path, self.folder)
        is_vault = any(path.is_dir() for path in digests)
        rules = _VAULT if is_vault else _CONFIGURATION
        (self.folder / "zoterodigest.toml").write_text(rules)
        return self.run("push", "--yes", *options)

    def run(self, *arguments: str) -> Usage:
        """Return what a command of the program takes in this project."""
        made_up = all(_MADE_UP.fullmatch(path.name) for path in self.folder.glob("*.md"))
        # Real digests have entries that are unreadable, ambiguous or in conflict.
        codes = (0,) if made_up else (0, 1, 3, 6)
        return self.workshop.usage(ours(*arguments), self.folder, codes)

    @property
    def library(self) -> Path:
        """The library's file."""
        return self.folder / _LIBRARY

    def edit_entries(self, count: int) -> None:
        """Change the titles of made-up entries, from the middle of the digest on."""
        path = min(self.folder.glob("*.md"))
        text = path.read_text("utf-8")
        middle = len(text) // 2
        edited = _TITLE.sub(r"\1 Edited", text[middle:], count=count)
        path.write_text(text[:middle] + edited, "utf-8")

    def edit_note(self) -> None:
        """Change a paragraph of one note of a vault."""
        path = self.folder / NOTE
        text = path.read_text("utf-8").replace("Compare with", "Compare it with")
        path.write_text(text, "utf-8")

    def remove_note(self) -> None:
        """Delete one note of a vault."""
        (self.folder / NOTE).unlink()

    def add_file(self) -> None:
        """Add a file about no paper to a vault."""
        (self.folder / NOTE).with_name("idea.md").write_text("An idea.\n")

    def add_note(self) -> None:
        """Add a note about a paper to a vault."""
        front = "---\ntitle: A Paper Nobody Read Before\ncitekey: nobody\n---\n"
        (self.folder / NEW_NOTE).write_text(f"{front}\nNew.\n")

    def move_note(self) -> None:
        """Move one note of a vault into another folder, under another name."""
        path = self.folder / NOTE
        path.rename(path.parent.with_name("01") / f"moved {path.name}")

    @property
    def entries(self) -> int:
        """How many made-up entries the digests have."""
        return sum(len(_TITLE.findall(path.read_text())) for path in self.folder.glob("*.md"))

    def forget_stamp(self) -> None:
        """Delete what tells that nothing changed since the last run."""
        for path in (self.folder / _STATE).glob("cache/settled-*"):
            path.unlink()

    def forget_state(self) -> None:
        """Delete everything that is not committed: a fresh clone."""
        shutil.rmtree(self.folder / _STATE)

    def forget_cache(self) -> None:
        """Delete what may be deleted at any time."""
        shutil.rmtree(self.folder / _STATE / "cache", ignore_errors=True)
