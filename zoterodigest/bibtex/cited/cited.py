"""What documents cite, and what of it the bibliographies lack.

A document is read with all the texts that it reads in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from difflib import get_close_matches
from pathlib import PurePath

from zoterodigest.bibtex.cited.mentions import (
    ALL,
    CitesKey,
    DefinesName,
    Mention,
    ReadsText,
    UsesBib,
    UsesBiblatex,
    in_settings,
    in_tex,
    mentions_of,
)
from zoterodigest.bibtex.tiles.tiles import Bibliography, EntryTile
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

ReadText = Callable[[PurePath], bytes | None]
"""Gives the bytes of a file, None if there is no such file."""


@dataclass(frozen=True, slots=True)
class At:
    """A line of a file."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class KeyAt:
    """A key, and where it is cited or has its entry; BibTeX alone reads one `behind_comment`."""

    key: str
    at: At
    behind_comment: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """What documents cite, in the order of reading.

    `bibs` are the .bib files they name, as paths; `unread` the texts they read in that are not
    there. `\\nocite{*}` makes `cites_all` true and is no citation. `by_bibtex` tells whether BibTeX
    reads the .bib files, as far as the documents say; otherwise biber or another program does.
    """

    citations: tuple[KeyAt, ...]
    cites_all: bool
    bibs: tuple[PurePath, ...]
    unread: tuple[KeyAt, ...]
    by_bibtex: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are cited, none twice."""
        return tuple(dict.fromkeys(citation.key for citation in self.citations))


def cited_in(paths: Iterable[PurePath], read: ReadText) -> Cited:
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
class _TexText:
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

    read: ReadText
    citations: list[KeyAt] = field(default_factory=list)
    bibs: list[PurePath] = field(default_factory=list)
    unread: list[KeyAt] = field(default_factory=list)
    other_names: set[str] = field(default_factory=set)
    names_bibtex: bool = False
    loads_biblatex: bool = False
    _seen: set[PurePath] = field(default_factory=set)

    def follow(self, path: PurePath) -> None:
        """Read `path`, if it is there, and all that it reads in."""
        main = self._opened(path, path.parent)
        if path.suffix.lower() == ".qmd":
            self._take_settings(path)
        # A stack, not recursion: a text may read in texts as deep as it likes.
        stack = [main] if main else []
        while stack:
            inner = self._take(stack[-1])
            if inner is None:
                stack.pop()
            else:
                stack.append(inner)

    def _take_settings(self, path: PurePath) -> None:
        """Take the bibliographies of the Quarto project in which `path` is, as far as named."""
        for folder in path.parents:
            settings = self.read(folder / "_quarto.yml")
            if settings is not None:
                for bib in in_settings(_decoded(settings)):
                    self.bibs += _bib_paths(bib.name, folder)
                return

    def _take(self, text: _TexText) -> _TexText | None:
        """Take mentions of `text` up to the next text to be read, which is returned."""
        for mention in text.mentions:
            match mention:
                case CitesKey(at, key):
                    self.citations.append(KeyAt(key, text.at(at)))
                case UsesBib(name, by_bibtex):
                    self.bibs += _bib_paths(name, text.main_folder)
                    self.names_bibtex |= by_bibtex
                case UsesBiblatex():
                    self.loads_biblatex = True
                case DefinesName(name):
                    self.other_names.add(name)
                case ReadsText(at, name):
                    inner = self._found(mention, text)
                    if isinstance(inner, _TexText):
                        return inner
                    if not inner:
                        self.unread.append(KeyAt(name, text.at(at)))
        return None

    def _found(self, mention: ReadsText, text: _TexText) -> _TexText | bool:
        """Return the text that is mentioned, or whether it was read before."""
        if _COMPUTED.search(mention.folder + mention.name):
            return True
        folders = dict.fromkeys([text.main_folder, text.path.parent])
        names = [mention.name]
        if mentions_of(text.path.name) is in_tex:  # TeX alone adds a suffix
            names.insert(0, f"{mention.name}.tex")
        # TeX looks from the folder of the main document; `import` and editors from the text's own.
        for folder in folders:
            for name in names:
                path = folder / mention.folder / name
                if path in self._seen:
                    return True
                if found := self._opened(path, text.main_folder):
                    return found
        return False

    def _opened(self, path: PurePath, main_folder: PurePath) -> _TexText | None:
        data = self.read(path)
        if data is None:
            return None
        self._seen.add(path)
        text = _decoded(data)
        starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
        return _TexText(path, main_folder, starts, mentions_of(path.name)(text))


def _decoded(data: bytes) -> str:
    return _LINE_END.sub("\n", data.decode("utf-8-sig", "surrogateescape"))


_LINE_END = lazy_regex(r"\r\n?")
_COMPUTED = lazy_regex(r"[\\#|{}\0]")


def _bib_paths(name: str, folder: PurePath) -> Iterator[PurePath]:
    """Yield the path that a document in `folder` means by `name`, nothing for an address."""
    if "://" not in name and not _COMPUTED.search(name):
        yield folder / (name if name.lower().endswith(".bib") else f"{name}.bib")


@dataclass(frozen=True, slots=True)
class Checked:
    """Citations held against bibliographies: keys missing, keys doubled, entries never cited.

    Beside a key in `missing` stands one that may be meant, or "". `commented` are entries behind a
    comment mark whose key is cited and has no other entry.
    """

    missing: Mapping[KeyAt, str]
    doubled: tuple[tuple[KeyAt, ...], ...] = ()
    unused: tuple[KeyAt, ...] = ()
    commented: tuple[KeyAt, ...] = ()


def check_keys(cited: Cited, bibliographies: Mapping[str, Bibliography]) -> Checked:
    """Hold what is cited against the `bibliographies`, by the names of their files.

    A key that differs in case is missing (biber) or an error (BibTeX), and two keys that differ in
    case are doubled. An entry is used as well where a used one refers to it (`crossref`, `xdata`),
    and by its other keys (`ids`). What stands behind a comment mark counts if BibTeX reads it.
    """
    known = [
        _Known(KeyAt(bib.key(entry), At(name, bib.place(entry.span.start).line)), bib, entry)
        for name, bib in bibliographies.items()
        for entry in bib.entries
        if len(entry.key)
    ]
    by_key: dict[str, _Known] = {}
    for one in known:
        for key in (one.standing.key, *_named_in(one, _OTHER_KEYS)):
            by_key.setdefault(key, one)
    commented = tuple(
        KeyAt(key, At(name, place.line), behind_comment=True)
        for name, bib in bibliographies.items()
        for key, place in bib.behind_comments()
    )
    read_too = commented if cited.by_bibtex else ()
    used = _used(cited, by_key)
    standings = [one.standing for one in known]
    return Checked(
        missing=missing_keys(cited, [*by_key, *(one.key for one in read_too)]),
        doubled=tuple(_doubled([*standings, *read_too])),
        unused=tuple(one for one in standings if not cited.cites_all and one.key not in used),
        commented=tuple(
            one for one in commented if one.key in cited.keys and one.key not in by_key
        ),
    )


def missing_keys(cited: Cited, known: Iterable[str]) -> Mapping[KeyAt, str]:
    """Return the citations whose key is not `known`, each with a known key that may be meant.

    Each key comes once for each file, where it is cited first. "" if no key is similar.
    """
    readable = dict.fromkeys(known)
    first: dict[tuple[str, str], KeyAt] = {}
    for one in cited.citations:
        first.setdefault((one.key, one.at.file), one)
    absent = [one for one in first.values() if one.key not in readable]
    similar = _similar_keys([one.key for one in absent], readable)
    return {one: similar[one.key] for one in absent}


def _similar_keys(absent: Iterable[str], known: Iterable[str]) -> Mapping[str, str]:
    """Return for each absent key the known one that may be meant, or an empty text.

    Only the first few are searched for by spelling: each search looks at every known key.
    """
    folded = {key.casefold(): key for key in reversed([*known])}
    return {
        key: folded.get(key.casefold()) or (_nearest(key, folded) if n < _MOST_SEARCHES else "")
        for n, key in enumerate(dict.fromkeys(absent))
    }


def _nearest(key: str, folded: Mapping[str, str]) -> str:
    if len(key) > _LONGEST_KEY:
        return ""
    near = get_close_matches(key.casefold(), folded, n=1, cutoff=_NEAR)
    return folded[near[0]] if near else ""


# `get_close_matches` compares with every known key, so few keys are searched for, and no long ones.
_MOST_SEARCHES = 30
_LONGEST_KEY = 80
_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class _Known:
    standing: KeyAt
    bibliography: Bibliography
    entry: EntryTile


_OTHER_KEYS = frozenset({"ids"})
_REFERENCES = frozenset({"crossref", "xref", "xdata", "entryset", "related"})


def _named_in(one: _Known, names: frozenset[str]) -> Iterator[str]:
    """Yield the keys that the fields called `names` list."""
    for each in one.entry.fields:
        if one.bibliography.text(each.name).lower() in names:
            for piece in each.pieces:
                keys = one.bibliography.text(piece.inner).split(",")
                yield from (key.strip() for key in keys if key.strip())


def _used(cited: Cited, by_key: Mapping[str, _Known]) -> frozenset[str]:
    used: set[str] = set()
    waiting = list(cited.keys)
    while waiting:
        one = by_key.get(waiting.pop())
        if one is not None and one.standing.key not in used:
            used.add(one.standing.key)
            waiting += _named_in(one, _REFERENCES)
    return frozenset(used)


def _doubled(standings: Iterable[KeyAt]) -> Iterator[tuple[KeyAt, ...]]:
    same: dict[str, list[KeyAt]] = {}
    for one in standings:
        same.setdefault(one.key.casefold(), []).append(one)
    yield from (tuple(each) for each in same.values() if len(each) > 1)
