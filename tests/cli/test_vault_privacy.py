"""Private text of a vault stands in nothing that a command prints or keeps.

One test takes a second: it gives eighteen commands, each of which could leak.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, cache_of
from tests.library.web import KEY, a_server
from zoterodigest.core.links.link import fingerprint

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


KINDS = """\
---
title: "A Study of {name}"
citekey: {name}
year: 2015
diary: CANARY-property
---

What I think of it. %% CANARY-inline %% More words of {name}.

%%
CANARY-block over

several lines
%%

<!-- CANARY-html -->

> [!note] Private
> CANARY-callout

## Private

CANARY-heading is nobody's business.

### Below

- CANARY-item
	- CANARY-nested

```
CANARY-code
```

## Notes

A last paragraph of {name}.

%%zt-managed%%
CANARY-managed
%%/zt-managed%%

<!-- ZF_NOTE_BEG_ABCD2345 -->
CANARY-region
<!-- ZF_NOTE_END_ABCD2345 -->

{end}
"""
UNCLOSED = "%% CANARY-unclosed\n\nCANARY-end of the file"
IMPORTED = """\
---
title: A Study of Imports
citekey: imports
---

CANARY-outside of what the tool keeps.

%% begin notes %%
The words of imports. %% CANARY-within %%
%% end notes %%

%% Import Date: 2026-03-02T10:15:33.120+01:00 %%
"""


def files_with(folder: Path, word: str, *, but: tuple[str, ...]) -> list[str]:
    """Return the files in which a word stands, beside those in some folders."""
    files = (path for path in folder.rglob("*") if path.is_file())
    named = ((path.relative_to(folder).as_posix(), path) for path in files)
    return [
        name for name, it in named if not name.startswith(but) and word.encode() in it.read_bytes()
    ]


@pytest.mark.parametrize("library", ["users/1", "groups/7"])
def test_no_request_or_file_or_line_of_a_run_holds_private_text(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """Nothing of a body goes to a group, as nobody said `body = true`."""
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    papers = tmp_path / "Papers"
    papers.mkdir()
    (papers / "one.md").write_text(KINDS.format(name="one", end=""))
    (papers / "two.md").write_text(KINDS.format(name="two", end=UNCLOSED))
    (papers / "imports.md").write_text(IMPORTED)
    (papers / "secret.md").write_text(SECRET)
    said: list[str] = []
    with a_server(library) as server:
        (tmp_path / "zoterodigest.toml").write_text(f'library = "{server.url}/{library}"\n{RULES}')

        def run(*words: str) -> str:
            ran = zoterodigest(*words)
            said.append(ran.out + ran.err)
            return ran.out

        run("plan", "-vv")
        run("sync", "-vv", "--yes")
        for path in (papers / "one.md", papers / "two.md"):
            text = path.read_text().replace("last paragraph", "later paragraph")
            path.write_text(text.replace("2015", "2016").replace("CANARY-item", "CANARY-item two"))
        run("sync", "-vv", "--yes")
        (papers / "one.md").write_text("---\ncitekey: one\n---\n\n## Private\n\nCANARY-heading\n")
        for command in ("status", "sync", "conflicts", "doctor", "lint", "log", "ls", "inspect"):
            run(command, "-vv")
        run("undo", "-vv", "--yes")
        sent = [
            f"{one.path} {one.query} {one.headers}".encode() + one.body for one in server.requests
        ]
        held = repr(server.behind.read()).encode()

    assert b"A Study of one" in held
    assert (b"last paragraph of two" in b"".join(sent)) is (library == "users/1")
    assert not [text for text in said if CANARY in text]
    assert not [one for one in sent if CANARY.encode() in one]
    assert CANARY.encode() not in held
    state = ("Papers/", ".zoterodigest/backups/")
    for word in (CANARY, *(fingerprint(line) for line in KINDS.splitlines() if CANARY in line)):
        assert files_with(tmp_path, word, but=state) == []
    assert files_with(cache_of(tmp_path), CANARY, but=("-",)) == []


def test_a_first_sync_with_a_group_lists_the_sections_that_would_leave_and_asks(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    (tmp_path / "Papers").mkdir()
    (tmp_path / "Papers" / "one.md").write_text(KINDS.format(name="one", end=""))
    rules = RULES.replace("[sync]", "body = true\n[sync]")
    with a_server("groups/7") as server:
        (tmp_path / "zoterodigest.toml").write_text(f'library = "{server.url}/groups/7"\n{rules}')

        asked = zoterodigest("sync")
        before = b"".join(one.body for one in server.requests)
        told = zoterodigest("sync", "--yes")
        after = b"".join(one.body for one in server.requests)

    assert (asked.code, told.code) == (7, 0)
    assert "the text of 1 note goes to a group's library, with the sections “Notes”" in asked.err
    assert b"last paragraph of one" not in before
    assert b"last paragraph of one" in after
