"""What `init` proposes for digests: which are written by a program, which say the same as another,
which are vaults.

A proposal is a rule for the configuration and the reason for it; the person has the last word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from zoterodigest.core.values.identity import Identifier
from zoterodigest.digest.format.format import data_formats
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.frozen import dataclass
from zoterodigest.mapping import venue_table
from zoterodigest.project.dated_files import dates_in
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import BadInput
from zoterodigest.regex import lazy_regex

_PROGRAMS_FORMATS = frozenset({"arxiv-daily-table", "daily-bullets", "hf-daily-table"})
_PHRASE = lazy_regex(
    r"\b(?:auto(?:matically)?[ -]?(?:generated|updated|collected|maintained)"
    r"|(?:generated|updated) (?:automatically|daily|every day|by (?:github|a (?:bot|script)))"
    r"|do not edit)\b|自动(?:生成|更新|抓取)|每(?:日|天)(?:自动)?更新",
    re.I,
)
_MANY_DATED = 3
"""From so many dated files of one name on, a file of theirs is one of a series."""

_LANGUAGES = "de|en|es|fr|it|ja|jp|ko|kr|pt|ru|zh|cn|zh[-_]cn|zh[-_]tw|zh[-_]hans|zh[-_]hant"
_IN_LANGUAGE = lazy_regex(rf"^(?P<name>.+?)[._-](?:{_LANGUAGES})(?P<end>\.[^./]*)$", re.I)
_MOSTLY = 0.6
"""The share of works in common from which on two digests are twins."""
_FEWEST_SHARED = 3
_MOST_READ = 30
"""So many files, from all over a folder, tell what it holds."""


@dataclass(frozen=True, slots=True)
class DigestProposal:
    """A digest that is to be configured: its path there, what it holds, the files `beside` it."""

    path: str
    document: Document
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for the digest at `path`, as a line of TOML, and why it is proposed."""

    path: str
    rule: str
    reason: str


def why_vault(files: Sequence[Path]) -> str:
    """Return why the papers in `files` seem to be one a file; "" if these are lists.

    A list may have front matter that names one paper: what a format of lists reads is a list.
    """
    form, venues = data_formats()["note"], venue_table()
    chosen = files[:: max(1, len(files) // _MOST_READ)]
    notes = lists = 0
    for path in chosen:
        with suppress(BadInput):  # a file that can't be read says nothing
            data = read_digest(path).data
            if read_document(path.name, data, formats_for(path), venues).entries:
                lists += 1
            elif read_document(path.name, data, (form,), venues).entries:
                notes += 1
    return f"{notes} of {len(chosen)} files are notes of one paper each" if notes > lists else ""


def propose(candidates: Sequence[DigestProposal]) -> tuple[Proposal, ...]:
    """Return what is proposed for `candidates`, in their order; of twins the other one leads."""
    programs = {one.path: reason for one in candidates if (reason := _program(one))}
    works = {
        one.path: frozenset(it for entry in one.document.core_entries() for it in entry.identifiers)
        for one in candidates
    }
    found: list[Proposal] = []
    for place, one in enumerate(candidates):
        if one.path in programs:
            found.append(Proposal(one.path, "pull = false", programs[one.path]))
        for number, other in enumerate(candidates):
            shared = _shared(works[one.path], works[other.path])
            if number == place or not _is_twin(one.path, other.path, shared, number < place):
                continue
            if one.path in programs and other.path in programs:
                continue
            reason = f"{shared:.0%} of its works are those of {other.path}, which has the say"
            found.append(Proposal(one.path, 'push = ["summary"]', reason))
            break
    return tuple(found)


def _program(candidate: DigestProposal) -> str:
    """Return why a program seems to write a digest; "" if nothing speaks for it."""
    formats = Counter(entry.format.name for entry in candidate.document.entries)
    for name, _ in formats.most_common(1):
        if name in _PROGRAMS_FORMATS:
            return f"programs write its format, {name}"
    if phrase := next(_phrases(candidate.document), ""):
        return f"it says “{phrase}”"
    name = candidate.path.rpartition("/")[2]
    others = candidate.beside - {name}
    siblings = sum(_undated(other) == _undated(name) for other in others)
    if dates_in(name) and siblings >= _MANY_DATED:
        return f"it is one of a series: {siblings} dated files of this name lie there"
    if any(found["day"] for found in dates_in(name)):
        return "its name bears a date, like those of programs"
    return ""


def _phrases(document: Document) -> Iterator[str]:
    """Yield what stands outside the entries and tells of a program, as it is written."""
    for text in document.unread_texts():
        for found in _PHRASE.finditer(text):
            yield " ".join(found[0].split())


def _undated(name: str) -> str:
    for found in reversed(dates_in(name)):
        name = f"{name[: found.start()]}\0{name[found.end() :]}"
    return name


def _shared(some: frozenset[Identifier], others: frozenset[Identifier]) -> float:
    """Return how much two digests have in common, of the larger one."""
    shared = len(some & others)
    return shared / max(len(some), len(others)) if shared >= _FEWEST_SHARED else 0.0


def _is_twin(path: str, other: str, shared: float, is_later: bool) -> bool:
    """Tell whether `path` repeats `other`: by its name in another language, else as the later."""
    if _without_language(path) == other:
        return shared > 0
    if _without_language(other) == path:
        return False
    is_translated, other_is = path != _without_language(path), other != _without_language(other)
    return shared > _MOSTLY and (is_later if is_translated == other_is else is_translated)


def _without_language(path: str) -> str:
    found = _IN_LANGUAGE.match(path)
    return f"{found['name']}{found['end']}" if found else path
