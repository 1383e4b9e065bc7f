"""The project of the hour, and what has to be in it at the end.

A slot is a text of one paper that a file and the library show. Each edit puts a token of its own at
the end of a slot. So the bytes of all files and the values of all items at the end are known.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS = ("Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Haven")
NOTES = 400
VAULT, BIB = "Papers", "refs.bib"
LISTS = ("lists/a.md", "lists/b.md")
CONFIGURATION = """\
library = "http://127.0.0.1:{port}/users/1"
[[digest]]
path = "lists/*.md"
when_dropped = "trash"
when_trashed = "remove"
[[digest]]
path = "Papers/*.md"
entry = "file"
tags = true
[[bibliography]]
path = "refs.bib"
push = true
pull = true
collections = ["a"]
[sync]
hold = {hold}
"""
ENTRY = """\
> **{title}**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2401.00{number})
> Task: {tags}
>
> - What it does: {note}
> - What it leaves.

"""
NOTE = """\
---
title: {title}
arxiv: "2402.00{number}"
tags: [{tags}]
---
It shows {note}

A second paragraph on {number}.
"""
IN_BIB = """\
@inproceedings{{paper{number},
  title  = {{{title}}},
  year   = 2025,
  eprint = {{2401.00{number}}},
}}
"""


@dataclass(frozen=True, order=True)
class Slot:
    """A text of a paper, its `kind` is "title", "tags" or "note"; `files` show it."""

    paper: str
    kind: str
    files: tuple[str, ...]

    def text(self, tokens: tuple[str, ...]) -> str:
        """Return what stands in the files when these tokens have come."""
        between = {"tags": ", " if self.files[0].startswith(VAULT) else "; "}.get(self.kind, " ")
        return between.join((self._first, *tokens))

    @property
    def _first(self) -> str:
        if self.kind == "title":
            return f"Reading {WORDS[int(self.paper) % 8]} Signs of Subject {self.paper}"
        return f"{self.kind}-{self.paper}" if self.kind == "tags" else f"words{self.paper}"

    def is_in_library(self, tokens: tuple[str, ...], item: Any, note: str) -> bool:
        """Tell whether an item and its note have all tokens, each once and in order."""
        if self.kind == "tags":
            prefix = "" if self.files[0].startswith(VAULT) else "task:"
            has = [one["tag"] for one in item["tags"]]
            return all(has.count(f"{prefix}{one}") == 1 for one in (self._first, *tokens))
        if self.kind == "title":
            return bool(item["title"] == self.text(tokens))
        return note.count(self.text(tokens)) == 1


def slots() -> Iterator[Slot]:
    """Yield the slots of the project."""
    for number in range(16 + NOTES):
        paper = f"{100 + number}"
        file = LISTS[number // 8] if number < 16 else f"{VAULT}/{paper}.md"
        yield Slot(paper, "title", (file, BIB) if file == LISTS[0] else (file,))
        yield from (Slot(paper, kind, (file,)) for kind in ("tags", "note"))


def lay_out(root: Path, port: int, hold: int) -> None:
    """Write the project: two lists, a .bib of one of them, and a vault in git."""
    papers: dict[str, dict[str, str]] = {}
    for slot in slots():
        here = papers.setdefault(slot.paper, {"number": slot.paper, "file": slot.files[0]})
        here[slot.kind] = slot.text(())
    texts = {file: f"# List {file[6]}\n\n" for file in LISTS} | {BIB: ""}
    for one in papers.values():
        is_note = one["file"].startswith(VAULT)
        template = NOTE if is_note else ENTRY
        texts[one["file"]] = texts.get(one["file"], "") + template.format(**one)
        texts[BIB] += IN_BIB.format(**one) if one["file"] == LISTS[0] else ""
    texts["zoterodigest.toml"] = CONFIGURATION.format(port=port, hold=hold)
    an_hour_ago = time.time() - 3600
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
        os.utime(root / name, (an_hour_ago, an_hour_ago))
    git(root, "init", "--quiet", "--initial-branch=main")


def expected(text: str, file: str, tokens: Mapping[Slot, tuple[str, ...]]) -> str:
    """Return a file as it has to be when all tokens have come."""
    for slot, has in tokens.items():
        if file in slot.files and has:
            assert text.count(slot.text(())) == 1
            text = text.replace(slot.text(()), slot.text(has))
    return text


def git(root: Path, *arguments: str) -> None:
    """Run git in a folder."""
    person = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *person, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    """Commit the vault as it is."""
    git(root, "add", VAULT)
    git(root, "commit", "--quiet", "--allow-empty", "--message", "Notes")


def branch(root: Path, beside: Path) -> None:
    """Make a branch on which all notes have another paragraph; the folder stays as it is."""
    git(root, "worktree", "add", "--quiet", "-B", "branch", str(beside))
    for note in (beside / VAULT).iterdir():
        note.write_text(f"{note.read_text()}\nA paragraph of the branch.\n")
    commit(beside)
    git(root, "worktree", "remove", "--force", str(beside))
