"""Private text of a vault stands in nothing that a command prints or keeps.

One test takes a second: it gives eighteen commands, each of which could leak.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, cache_of

CANARY = "CANARY"
RULES = """\
[[digest]]
path = "Papers/*.md"
entry = "file"
private = ["Private"]
[sync]
hold = 0
[lookup]
on_push = false
"""
NOTE = """\
---
title: "A Method for Stochastic Optimization"
citekey: adam2015
year: 2015
diary: CANARY-property
---

# A Method for Stochastic Optimization

## Notes

What I think of it. %% CANARY-comment %%

{more}

## Private

CANARY-heading is nobody's business.

### Below

- CANARY-item

## More

%%
CANARY-block
"""
SECRET = "---\ntitle: CANARY-title\ncitekey: secret\nzotero: false\n---\n\nCANARY-file\n"
PRIVATE = ("comment", "heading", "item", "block", "title", "file")
"""What is private: a property that is no field of a record is only never sent."""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    (tmp_path / "Papers").mkdir()
    (tmp_path / "zoterodigest.toml").write_text(RULES)
    (tmp_path / "Papers" / "secret.md").write_text(SECRET)
    path = tmp_path / "Papers" / "@adam2015.md"
    path.write_text(NOTE.format(more="First words."))
    return path


def test_no_command_prints_or_keeps_private_text(
    zoterodigest: Zoterodigest, tmp_path: Path, note: Path
) -> None:
    said: list[str] = []

    def run(*arguments: str) -> None:
        ran = zoterodigest(*arguments)
        said.append(ran.out + ran.err)

    run("inspect", "Papers", "--json")
    run("plan", "-vv", "--json")
    run("sync", "-vv", "--yes")
    note.write_text(NOTE.format(more="Other words.").replace("2015\n", "2016\n"))
    run("status", "-vv", "--json")
    run("sync", "-vv", "--yes")
    assert b"Other words." in (tmp_path / ".zoterodigest" / "library.sqlite").read_bytes()
    note.write_text("---\ntitle: Nothing\ncitekey: adam2015\n---\n\n## Private\n\nCANARY-heading\n")
    for command in ("status", "sync", "conflicts", "doctor", "lint", "log", "ls", "export"):
        run(command)
    run("log", "--json")
    run("undo", "--yes")

    assert not [text for text in said if CANARY in text]
    kept = [tmp_path, cache_of(tmp_path)]
    files = {path for folder in kept for path in folder.rglob("*") if path.is_file()}
    files -= set((tmp_path / "Papers").rglob("*"))
    files -= set((tmp_path / ".zoterodigest" / "backups").rglob("*"))
    leaks = {
        (path.name, word)
        for path in files
        for word in PRIVATE
        if f"{CANARY}-{word}".encode() in path.read_bytes()
    }
    assert leaks == set()
