"""What documents cite: they are read with all the texts that they read in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from zoterodigest.bibtex.cited.mentions import (
    ALL,
    CitesKey,
    DefinesLabel,
    DefinesSet,
    Mention,
    ReadsText,
    UsesBib,
    UsesBiblatex,
    mentions_of,
)

Reader = Callable[[PurePath], bytes | None]
"""Gives the bytes of a file, None if there is no such file."""


@dataclass(frozen=True, slots=True)
class At:
    """A line of a file."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A key, and where it is cited."""

    key: str
    at: At


@dataclass(frozen=True, slots=True)
class Cited:
    """What documents cite, in the order of reading.

    `bibs` are the .bib files they name, as paths; `unread` the texts they read in that are not
    there. `\\nocite{*}` makes `cites_all` true and is no citation. `by_bibtex` tells whether BibTeX
    reads the .bib files, as far as the documents say; otherwise biber or another program does.
    """

    citations: tuple[Citation, ...]
    cites_all: bool
    bibs: tuple[PurePath, ...]
    unread: tuple[Citation, ...]
    by_bibtex: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are cited, none twice."""
        return tuple(dict.fromkeys(citation.key for citation in self.citations))


def cited_in(paths: Iterable[PurePath], read: Reader) -> Cited:
    """Return what the documents at `paths` cite, with all texts they read in, each read once."""
    walk = _Walk(read)
    for path in paths:
        walk.follow(path)
    cites_all = any(citation.key == ALL for citation in walk.citations)
    no_keys = walk.other_names | {ALL}
    named = tuple(citation for citation in walk.citations if citation.key not in no_keys)
    by_bibtex = walk.names_bibtex and not walk.loads_biblatex
    bibs = tuple(dict.fromkeys(walk.bibs))
    return Cited(named, cites_all, bibs, tuple(walk.unread), by_bibtex)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text being read: its lines, what is still to come, and the folders its names are in."""

    path: PurePath
    main_folder: PurePath
    line_starts: Sequence[int]
    mentions: Iterator[Mention]

    def at(self, character: int) -> At:
        return At(str(self.path), bisect_right(self.line_starts, character))


@dataclass
class _Walk:
    """The texts of documents, followed in the order in which TeX reads them."""

    read: Reader
    citations: list[Citation] = field(default_factory=list)
    bibs: list[PurePath] = field(default_factory=list)
    unread: list[Citation] = field(default_factory=list)
    other_names: set[str] = field(default_factory=set)
    names_bibtex: bool = False
    loads_biblatex: bool = False
    _seen: set[PurePath] = field(default_factory=set)

    def follow(self, path: PurePath) -> bool:
        """Read `path` and all that it reads in; tell whether it is there."""
        main = self._opened(path, path.parent)
        if main is None:
            return False
        stack = [main]
        while stack:
            inner = self._take(stack[-1])
            if inner is None:
                stack.pop()
            else:
                stack.append(inner)
        return True

    def _take(self, text: _Text) -> _Text | None:
        """Take mentions of `text` up to the next text to be read, which is returned."""
        for mention in text.mentions:
            match mention:
                case CitesKey(at, key):
                    self.citations.append(Citation(key, text.at(at)))
                case UsesBib(_, name, by_bibtex):
                    self.bibs += _bib_paths(name, text.main_folder)
                    self.names_bibtex |= by_bibtex
                case UsesBiblatex():
                    self.loads_biblatex = True
                case DefinesLabel(_, name) | DefinesSet(_, name):
                    self.other_names.add(name)
                case ReadsText(at, name):
                    inner = self._found(mention, text)
                    if isinstance(inner, _Text):
                        return inner
                    if not inner:
                        self.unread.append(Citation(name, text.at(at)))
        return None

    def _found(self, mention: ReadsText, text: _Text) -> _Text | bool:
        """Return the text that is mentioned, or whether it was read before."""
        if _COMPUTED.search(mention.folder + mention.name):
            return True
        folders = dict.fromkeys([text.main_folder, text.path.parent])
        names = [mention.name]
        if text.path.suffix not in (".aux", ".typ"):  # TeX alone adds a suffix
            names.insert(0, f"{mention.name}.tex")
        for folder in folders:
            for name in names:
                path = folder / mention.folder / name
                if path in self._seen:
                    return True
                if found := self._opened(path, text.main_folder):
                    return found
        return False

    def _opened(self, path: PurePath, main_folder: PurePath) -> _Text | None:
        data = self.read(path)
        if data is None:
            return None
        self._seen.add(path)
        text = _LINE_END.sub("\n", data.decode("utf-8-sig", "surrogateescape"))
        starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
        return _Text(path, main_folder, starts, mentions_of(path.name)(text))


_LINE_END = re.compile(r"\r\n?")
_COMPUTED = re.compile(r"[\\#|{}\0]")


def _bib_paths(name: str, folder: PurePath) -> Iterator[PurePath]:
    """Yield the path that a document in `folder` means by `name`; an address is none."""
    if "://" not in name and not _COMPUTED.search(name):
        yield folder / (name if name.lower().endswith(".bib") else f"{name}.bib")
