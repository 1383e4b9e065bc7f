"""The text of `zoterodigest.toml`: a first one that teaches its keys, and another library in it.

Below it, the line in `.gitattributes` by which git merges the lock file and keeps it out of diffs.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from zoterodigest.project.config import DEFAULT_LIBRARY
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    SourceChanged,
    read_if_present,
    replace_file,
)
from zoterodigest.project.lock.lock import LOCK_FILE
from zoterodigest.project.proposals import Proposal
from zoterodigest.regex import lazy_regex


def initial_config(
    digests: Iterable[str],
    proposals: Iterable[Proposal] = (),
    bibliographies: Iterable[str] = (),
    library: str = DEFAULT_LIBRARY,
) -> str:
    """Return a first configuration for `digests`, with what is proposed, and `bibliographies`.

    All are paths with `/` in them. Bibliographies are exported into, and no sides of the sync.
    """
    rules: dict[str, list[Proposal]] = {}
    for proposal in proposals:
        rules.setdefault(proposal.path, []).append(proposal)
    first, *others = list(digests) or ["*.md"]
    tables = [_digest(first, rules.get(first, ())) + _keys(rules.get(first, ()))]
    tables += [_digest(path, rules.get(path, ())) for path in others]
    return _INITIAL.format(
        library=_toml(library),
        digests="\n".join(tables),
        bibliographies="\n".join(_bibliographies(tuple(bibliographies))),
    )


def _digest(path: str, proposals: Iterable[Proposal]) -> str:
    proposed = (f"# Proposed, as {_comment(one.reason)}.\n{one.rule}\n" for one in proposals)
    return f"[[digest]]\npath = {_toml(path)}\n{''.join(proposed)}"


def _keys(proposals: Iterable[Proposal]) -> str:
    """Return the lines that show a digest's other keys; they stand with the first one."""
    rules = [one.rule for one in proposals]
    taken = {rule.partition(" ")[0] for rule in rules}
    lines = (_VAULT_KEYS if 'entry = "file"' in rules else _KEYS).splitlines(keepends=True)
    return "".join(line for line in lines if line.split(" ")[1] not in taken)


def _bibliographies(paths: Sequence[str]) -> Iterator[str]:
    if not paths:
        yield f'# [[bibliography]]\n# path = "refs.bib"\n{_BIB_KEYS}'
    for number, path in enumerate(paths):
        yield f"[[bibliography]]\npath = {_toml(path)}\n{'' if number else _BIB_KEYS}"


def _comment(text: str) -> str:
    # A comment of TOML ends with its line and holds no control characters.
    return re.sub("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]", "?", text)


def _toml(text: str) -> str:
    # A name that is no UTF-8 cannot stand in TOML; as a pattern it still finds its file.
    text = re.sub("[\ud800-\udfff]", "?", text)
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_KEYS = """\
# name = "{name}"               # heads its notes; {name} is the file's name without .md
# format = "NAME"               # when it is not recognised; `zoterodigest formats` lists them
# collection = "Daily/{year}-{month}"  # dated files; default: a collection of its name
# entry = "part"                # "file": each file is the note of one paper, as in a vault
# headings = true               # its headings become subcollections
# push = true                   # or false, or a list: ["title", "authors", "summary", "sections"]
# pull = true                   # false for a file that a program writes; or a list
# when_dropped = "keep"         # the item of an entry you delete: "keep", "archive" or "trash"
# when_trashed = "keep"         # the entry of an item you trash: "keep" or "remove"
# notes = "off"                 # your own notes in Zotero: "off", "tagged" (publish) or "all"
# annotations = false           # true: what you marked in PDFs, from Zotero into the digest
"""

_VAULT_KEYS = """\
# private = ["Diary"]           # the text below these headings stays here, as below "Private"
# sections = ["Notes"]          # only the text below these headings is synced
# tags = false                  # true: the tags in front matter are tags in Zotero, and back
# new = {file = "@{citekey}.md"}  # an item that you put into its collection gets a note
#                               # with template = "FILE" in it, the note is made from that file
# annotations = false           # true: what you marked in PDFs, from Zotero into the note
# collection = "Papers/{folder}"  # folders as collections; default: one, of the folder's name
# body = true                   # in a group's library: others may read the text of the notes
# push = true                   # or false, or a list: ["title", "authors", "summary", "sections"]
# pull = true                   # false: no edit made in Zotero comes into the notes; or a list
# notes = "off"                 # your own notes in Zotero: "off", "tagged" (publish) or "all"
"""

_BIB_KEYS = """\
# to = "bibtex"                 # or "biblatex"
# items = "digests"             # works of your digests; or "library"
# cited = ["main.tex"]          # only what these documents cite
# push = false                  # true: edits made in the .bib go to the library
# pull = false                  # true: edits made elsewhere also go into entries you wrote
# prune = false                 # true: remove exported entries whose work is no longer chosen
"""

_INITIAL = """\
# What zoterodigest keeps in sync. Paths are relative to this file.
# Lines that begin with # show what may be set, most of them with its default.

# The library. A trial library is a file, to try things out without Zotero. "desktop" is the Zotero
# on this computer: run `zoterodigest auth desktop` once. "user:ID" or "group:ID" is a library at
# zotero.org: run `zoterodigest auth` once.
library = {library}

# The lock file holds the links between digests and library. Commit it to git with this file.
# lock = "zoterodigest.lock"

# One [[digest]] for each file, or for several by a pattern (path = "daily/*.md").
{digests}
# One [[bibliography]] for each .bib that a sync brings up to date.
{bibliographies}
# One [[feed]] for each list that `zoterodigest feed` fills with new papers of arXiv.
# [[feed]]
# digest = "daily/{{year}}-{{month}}-{{day}}.md"
# categories = ["cs.CV"]        # any of them
# keywords = ["diffusion"]      # any of these words or phrases
# exclude = ["survey"]          # none of these
# name = "diffusion"            # what the command calls it
# section = "New papers"        # a heading, with a date or without
# maximum = 100                 # the most papers of one run
# order = "newest"              # or "oldest" first

[zotero]
# links = "attachments"         # code and project links: "attachments", "extra" or "off"
# categories = false            # arXiv categories as tags
# marks = false                 # a star or [x] beside a title as tags

[sync]
# merge_tool = ["vimdiff"]      # what `resolve` may run
# hold = 10                     # seconds for which a note that just changed is left alone

[sync.prefer]                   # the side that wins if both changed one field
# venue = "zotero"
# summary = "markdown"

[formats]
# folders = ["formats"]         # formats of your own

[lookup]                        # what is looked up about papers
# on_push = true                # false: a push looks nothing up, as with --offline
# mailto = "you@example.org"    # whom a service may write to; Crossref asks for it
# days = 30                     # for how long an answer is taken as it is
# dblp = ""                     # "" leaves a source out: arxiv, crossref, dblp, semantic_scholar

[citekeys]                      # how new citation keys are made
# formula = "auth.lower + shorttitle(3,3) + year"
"""


_VALUE = lazy_regex(
    rb"""^(?P<key>[ \t]*(?:library|"library"|'library')[ \t]*=[ \t]*)"""
    rb"""(?P<value>"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*')""",
    re.M,
)
_BOM = b"\xef\xbb\xbf"


def library_line(address: str) -> str:
    """Return the line of a configuration that names the library at `address`."""
    return f"library = {_toml(address)}"


def with_library(source: bytes, address: str) -> bytes | None:
    """Return the configuration `source` with `address` as its library; None if it cannot be done.

    A configuration that names none gains a first line. Whatever the edit does is read again: it is
    dropped unless exactly the library has changed.
    """
    for start, end, new in _edits(source, address):
        edited = source[:start] + new + source[end:]
        if _read(edited) == {**(_read(source) or {}), "library": address}:
            return edited
    return None


def _edits(source: bytes, address: str) -> list[tuple[int, int, bytes]]:
    # Any `library` line may be meant: the caller reads each result again and takes the right one.
    values = [(*found.span("value"), _toml(address).encode()) for found in _VALUE.finditer(source)]
    start = len(_BOM) if source.startswith(_BOM) else 0
    end_of_line = b"\r\n" if b"\r\n" in source else b"\n"
    return [*values, (start, start, library_line(address).encode() + end_of_line)]


def _read(source: bytes) -> dict[str, object] | None:
    try:
        return tomllib.loads(source.decode("utf-8").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


ATTRIBUTES = ".gitattributes"
MERGE_DRIVER = "git config merge.zoterodigest.driver 'zoterodigest merge-lock %O %A %B'"
"""What lets git merge lock files in one clone: git takes no command from a file of a repository."""

_LINE = f"{LOCK_FILE} -diff merge=zoterodigest".encode()
_NAMED = lazy_regex(rb"^[^#\r\n]*" + re.escape(LOCK_FILE.encode()), re.M)


def add_lock_attributes(folder: Path) -> bool:
    """Tell git how to treat the lock file in `folder`; return whether a line was added.

    Only in a git repository, and only below what is in `.gitattributes`. A file that names the lock
    file, that is a symbolic link, or that can't be read or written stays as it is.
    """
    path = folder / ATTRIBUTES
    if path.is_symlink() or not _is_in_git(folder):
        return False
    with suppress(BadInput, CannotWrite, SourceChanged):
        before = read_if_present(path)
        after = _with_line(before or b"")
        if after is not None:
            replace_file(path, after, before)
            return True
    return False


def _with_line(source: bytes) -> bytes | None:
    """Return `source` with the line for the lock file; None if it should stay as it is."""
    # A file with NUL is in UTF-16: a line of one byte a sign would make all of it unreadable.
    if b"\0" in source or _NAMED.search(source):
        return None
    end_of_line = b"\r\n" if b"\r\n" in source else b"\n"
    gap = b"" if not source or source.endswith(b"\n") else end_of_line
    return source + gap + _LINE + end_of_line


def _is_in_git(folder: Path) -> bool:
    """Tell whether `folder` lies in a git repository; in a linked worktree `.git` is a file."""
    absolute = folder.absolute()
    return any((parent / ".git").exists() for parent in (absolute, *absolute.parents))
