"""Private text of a vault stands in nothing that a command prints, sends or keeps.

One test takes two seconds: every form of private text goes through every edit and every command
that could show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, cache_of, config_of
from tests.cli.test_review import reviewing
from tests.library.web import KEY, Server, a_server
from zoterodigest.cli.base.options import CONFLICTING
from zoterodigest.core.links.link import fingerprint
from zoterodigest.library.port import LibraryItem

CANARY = "CANARY"
RULES = """\
[[digest]]
path = "Papers/*.md"
entry = "file"
[sync]
hold = 0
[lookup]
on_push = false
"""
SECRET = "---\ntitle: CANARY-title\ncitekey: secret\nzotero: false\n---\n\nCANARY-file\n"

FORMS = """\
---
title: "A Study of all Forms"
citekey: forms2015
year: 2015
diary: CANARY-property
---

A paragraph word00 first %%CANARY-paragraph%% and last.

- An item word01 %%CANARY-item%%
- Another one word02.
	- Nested %%CANARY-nested%% word03

| A head %%CANARY-head%% | other |
|---|---|
| A cell word04 %%CANARY-cell%% | plain |

### A heading word05 %%CANARY-heading%%

> [!tip] A callout word06
> and in it %%CANARY-callout%% it goes on.

> [!note] Private
> CANARY-private-callout

A text with a footnote word07.[^1]

[^1]: A footnote word08 %%CANARY-footnote%% and its end.

In front word09 %%CANARY-lines
CANARY-more-lines
%% and behind.

Words word10 <!-- CANARY-html --> and words.

<!--
CANARY-html-lines
-->

## Private

CANARY-section

### CANARY-below

- CANARY-item-of-section

## More

The last words word11.

A sentence that becomes private word12.

The very last.
"""
UNCLOSED_FORM = """\
---
title: "A Study of an Open Form"
citekey: open2015
---

Words above it.

A word that stands word13 %%CANARY-unclosed

CANARY-end of the file
"""
COMMENT = re.compile(r" *%%.*?%%| *<!--.*?-->", re.S)
WORDS = tuple(f"word{number:02}" for number in range(14))


@dataclass
class Channels:
    """A vault with all forms of private text, and all in which such a text was found."""

    zoterodigest: Zoterodigest
    root: Path
    server: Server
    stage: str = ""
    leaks: set[tuple[str, str, str]] = field(default_factory=set)

    def look_at(self, where: str, found: bytes) -> None:
        for word in set(re.findall(rb"CANARY[-\w]*", found)):
            self.leaks.add((self.stage, where, word.decode()))

    def run(self, *words: str) -> int:
        ran = self.zoterodigest(*words)
        self.look_at(" ".join(words[:2]), (ran.out + ran.err).encode())
        return ran.code

    def commands(self, *lines: str) -> None:
        for line in lines:
            self.run(*line.split())

    def sync(self) -> int:
        """Sync; look at all that it said, sent and kept, and at its run in the log."""
        code = self.run("sync", "-vv", "--yes")
        runs = len([*(self.root / ".zoterodigest" / "history").glob("*.json")])
        self.commands(f"log {runs}", f"log {runs} --json")
        for one in self.server.requests:
            self.look_at("a request", f"{one.path} {one.query} {one.headers}".encode() + one.body)
        self.server.requests.clear()
        self.look_at("the library", repr(self.server.behind.read()).encode())
        for folder in (self.root, cache_of(self.root), config_of(self.root)):
            for path in folder.rglob("*"):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and not name.startswith(("Papers/", ".zoterodigest/backups/")):
                    self.look_at(name, path.read_bytes())
        return code

    def review(self) -> None:
        with reviewing() as page:
            page.enter()
            for tab in ("decide", "held", "reports", "changes", "runs"):
                self.look_at(f"review {tab}", page.tab(tab).encode())

    def edit(self, *pairs: tuple[str, str]) -> None:
        """Edit the notes as a person does."""
        for path in self.notes:
            path.write_text(replaced(path.read_text(), pairs))

    def edit_in_zotero(self, *pairs: tuple[str, str]) -> None:
        for one in self.server.behind.read().items:
            note = str(one.data.get("note", ""))
            if (new := replaced(note, pairs)) != note:
                self.server.behind.write([LibraryItem(one.key, one.version, {"note": new})])

    @property
    def notes(self) -> list[Path]:
        return [self.root / "Papers" / name for name in ("forms.md", "open.md")]

    @property
    def text(self) -> str:
        return "".join(path.read_text() for path in self.notes)

    @property
    def held(self) -> str:
        """What the notes hold in the library."""
        return "".join(str(one.data.get("note", "")) for one in self.server.behind.read().items)


def replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def edits(said: str, words: tuple[str, ...] = WORDS) -> list[tuple[str, str]]:
    """Return an edit beside each private text: a word comes behind each of `words`."""
    return [(word, f"{word} {said}") for word in words]


@pytest.fixture
def channels(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Channels]:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    (tmp_path / "Papers").mkdir()
    (tmp_path / "Papers" / "secret.md").write_text(SECRET)
    with a_server() as server:
        (tmp_path / "zoterodigest.toml").write_text(f'library = "{server.url}/users/1"\n{RULES}')
        found = Channels(zoterodigest, tmp_path, server)
        for path, text in zip(found.notes, (FORMS, UNCLOSED_FORM), strict=True):
            path.write_text(text)
        yield found


LOOKS = (
    "plan --diff -vv",
    "plan --json",
    "status -vv --json",
    "conflicts --json",
    "sync Papers/forms.md --dry-run --diff",
    "undo --dry-run",
)
ALL_LOOKS = (
    *LOOKS,
    *("inspect Papers --json", "inspect Papers/forms.md", "inspect Papers/open.md --explain 9"),
    *("status", "conflicts", "conflicts --diverged", "doctor", "lint --json", "lint --fix"),
    *("ls --json", "stats --json", "export -o refs.bib", "export -o refs.json", "log --json"),
    *("export --cited Papers/forms.md", "check-cites Papers/forms.md", "duplicates"),
    *("convert Papers/forms.md --to quoted-notes", "formats learn Papers/forms.md"),
    *("formats check Papers/forms.md", "open Papers/forms.md --print"),
    *("remove --dry-run", "unlink --dry-run", "push --dry-run", "pull --dry-run --diff"),
)


def test_no_form_of_private_text_is_in_any_channel_after_any_edit(channels: Channels) -> None:
    channels.stage = "the first sync"
    channels.commands("inspect Papers", "plan --diff", "plan --json")
    channels.sync()
    assert not [word for word in WORDS if word not in channels.held]

    channels.stage = "words beside it are edited in Zotero"
    channels.edit_in_zotero(*edits("zotero"))
    before = channels.text
    channels.commands(*ALL_LOOKS)
    channels.review()
    assert channels.sync() == 0
    after = channels.text
    assert not [word for word in WORDS if f"{word} zotero" not in COMMENT.sub("", after)]
    assert after.replace(" zotero", "") == before
    channels.commands("undo --dry-run", "undo --yes")
    assert channels.text == before
    channels.commands("redo --yes")
    assert channels.text == after

    channels.stage = "words beside it are edited in the file"
    channels.edit(*edits("file"))
    channels.commands(*LOOKS)
    channels.sync()
    assert not [word for word in WORDS if f"{word} file" not in channels.held]

    channels.stage = "words beside it are edited on both sides"
    channels.edit(*edits("left", WORDS[::3]))
    channels.edit_in_zotero(*edits("right", WORDS[::3]))
    channels.commands(*LOOKS)
    assert channels.sync() == CONFLICTING
    channels.commands("conflicts", "status", "plan --diff")
    channels.review()
    channels.commands("resolve --all --keep markdown -n", "resolve --all --keep zotero --yes")
    assert channels.sync() == 0

    channels.stage = "it is edited, goes and comes"
    channels.edit(("CANARY-", "CANARY-new-"), (" %%CANARY-new-item%%", ""))
    channels.edit(("word02", "word02 %%CANARY-added%%"), ("word11", "%%CANARY-added%% word11"))
    channels.commands(*LOOKS)
    channels.sync()

    channels.stage = "the file is broken, then private as a whole"
    channels.edit(("year: 2015", "year: ["))
    channels.commands(*LOOKS, "lint", "lint --fix", "doctor")
    channels.sync()
    channels.edit(("year: [", "year: 2015\nzotero: false"))
    channels.commands("status", "doctor", "inspect Papers", "lint")
    channels.sync()
    channels.commands("undo --yes", "watch --once")

    assert channels.leaks == set()


def test_a_text_that_becomes_private_goes_from_zotero_with_the_next_sync(
    channels: Channels,
) -> None:
    """The folders `history` and `values` still have what it was, as the documentation says."""
    channels.edit(("A sentence that becomes private", "CANARY-sealed"))
    channels.edit(("- Another one", "- CANARY-sealed-item"))
    channels.sync()
    assert "CANARY-sealed word12" in channels.held
    channels.edit(("CANARY-sealed word12.", "%%CANARY-sealed%% word12."))
    channels.edit(("- CANARY-sealed-item", "- Another one %%CANARY-sealed-item%%"))
    channels.sync()
    channels.leaks.clear()

    channels.stage = "then"
    channels.edit(("word00", "word00 file"))
    channels.commands(*LOOKS[:-1])
    channels.sync()

    assert "CANARY" not in channels.held
    assert "<p>word12.</p>" in channels.held
    kept = (".zoterodigest/history/", ".zoterodigest/values/")
    assert {it for it in channels.leaks if not it[1].startswith(kept)} == set()


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
