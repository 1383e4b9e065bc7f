"""Lint: what looks wrong in a digest, where it stands, and the edit that surely mends it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from zoterodigest.core.values.names import parse_names
from zoterodigest.core.values.record import member_texts, text_in
from zoterodigest.core.values.span import Edit, Span
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.mojibake import mojibake_in
from zoterodigest.digest.read.references import LINK_SLOTS, find_links, hyperlink
from zoterodigest.digest.read.report import entry_works
from zoterodigest.digest.read.shapes import are_names
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.digest.read.strays import strays
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex


@dataclass(frozen=True, slots=True)
class LintFinding:
    """Something that looks wrong: the rule that says so, the byte where it begins, and a sentence.

    `fix` is the edit that mends it, if there is no doubt about it.
    """

    rule: str
    start: int
    message: str
    fix: Edit | None = None


def lint_digest(document: Document) -> list[LintFinding]:
    """Return what looks wrong in a digest, in the order of its bytes."""
    found = [one for rule in _rules() for one in rule(document)]
    return sorted(_habits_once(found), key=lambda one: (one.start, one.rule, one.message))


def _rules() -> tuple[Callable[[Document], Iterator[LintFinding]], ...]:
    looks = (_slips, _front_matter, _mojibake, _templates, _links, _missing_links)
    return (*looks, _tasks, _order, _names, _duplicates)


_MANY = 10


def _habits_once(found: Sequence[LintFinding]) -> Iterator[LintFinding]:
    """Yield each finding; of many that say the same the first: they are a habit, not a slip."""
    counts = Counter(one.message for one in found if one.fix is None)
    said: set[str] = set()
    for one in sorted(found, key=lambda one: one.start):
        count = 0 if one.fix else counts[one.message]
        if count <= _MANY:
            yield one
        elif one.message not in said:
            said.add(one.message)
            yield replace(one, message=f"{one.message} ({count:,} times, first here)")


def _slips(document: Document) -> Iterator[LintFinding]:
    """Find lines that would be fields but for a slip: keys that stand twice, misspelt labels."""
    for entry in document.entries:
        for problem in dict.fromkeys(entry.problems):
            if problem.is_slip:
                start = document.lines.starts[problem.line - 1]
                yield LintFinding("unread", start, f"not read: {problem.reason}")


def _front_matter(document: Document) -> Iterator[LintFinding]:
    if document.lines.is_data:
        # Only who has notes in files pays for what reads them.
        from zoterodigest.digest.read.lint_notes import faults_of_note

        for start, message, fix in faults_of_note(document):
            yield LintFinding("front-matter", start, message, fix)


def _mojibake(document: Document) -> Iterator[LintFinding]:
    lines = document.lines
    if lines.source.isascii():
        return
    for line in range(len(lines)):
        # Not decoded with replacement signs: a byte that is no UTF-8 is not mojibake.
        text = decoded(lines[line])
        for start, run, meant in mojibake_in(text):
            at = lines.starts[line] + len(text[:start].encode())
            in_fence = lines.is_hidden(line) and not lines.is_taken(line)
            # In code it may be shown on purpose.
            is_shown = in_fence or text.count("`", 0, start) % 2
            is_sure = meant and not is_shown
            fix = Edit(Span(at, at + len(run.encode())), meant.encode()) if is_sure else None
            said = f", meant was “{meant}”" if meant else ""
            yield LintFinding("mojibake", at, f"text in a wrong encoding: “{run}”{said}", fix)


_SLOTS = r"(?:titles?|authors?|names?|venue|year|date|url|link|arxiv|doi|summary|abstract|code)"
_TEMPLATE = lazy_regex(
    rf"(?:todo|tbd|fixme|lorem ipsum.*|your \w+(?: here)?|\{{+\s*{_SLOTS}\s*\}}+|<{_SLOTS}>)\W*",
    re.I | re.S,
)


def _templates(document: Document) -> Iterator[LintFinding]:
    """Find words that a format knows as its template's own, and those of any template."""
    for entry in document.entries:
        for slot in entry.slots:
            words = slot.words.strip()
            if words and (words in entry.reading.placeholders or _TEMPLATE.fullmatch(words)):
                said = f"words of a template: “{words}”"
                yield LintFinding("template", slot.span.start, said)


_DEAD = lazy_regex(
    # Words for an address that is still to come.
    r"(?:none|n/?a|todo|tbd|x{3,}|\.{3}|…|\?+|#|url|link|your[-_ ]?\w+|\{[^}]*\}|file:.*"
    # Addresses without an end, and those that lead to everybody's own computer.
    r"|https?(?::/{0,2}|://(?:https?:|localhost\b|127\.0\.0\.1\b).*)?"
    # Examples, and sites instead of a page.
    r"|https?://(?:www\.)?(?:example\.(?:com|org|net)\b.*|github\.com/user(?:name)?/.*"
    r"|(?:github|huggingface|arxiv|doi)\.\w+|arxiv\.org/(?:abs|pdf)(?:/x[x.]*)?))/?",
    re.I,
)
_TRAILING = lazy_regex(rb",[ \t]*$")
_REST = lazy_regex(rb"[ \t\r]*(?:\n|\Z)")


def _links(document: Document) -> Iterator[LintFinding]:
    """Find links without an address, and those whose address leads nowhere."""
    for entry in document.entries:
        for slot in entry.slots:
            if slot.name == "url" and _DEAD.fullmatch(slot.words.strip()):
                yield _dead(slot.span.start, slot.words.strip())
            elif slot.name in LINK_SLOTS and slot.name != "url":
                yield from _links_of(document, slot)


def _links_of(document: Document, slot: Slot) -> Iterator[LintFinding]:
    data = slot.text.data
    for found in find_links(data):
        link, (start, end) = hyperlink(data, found), found.whole
        span = slot.text.source_span(start, end)
        if _DEAD.fullmatch(link.url):
            yield _dead(span.start, link.url)
        elif not link.url:
            said = f"an empty link: {decoded(data[start:end])}"
            yield LintFinding("link", span.start, said, _without(document, span))


def _dead(start: int, url: str) -> LintFinding:
    return LintFinding("link", start, f"a link that leads nowhere: {url}")


def _without(document: Document, link: Span) -> Edit | None:
    """Return the edit that removes a link with its comma, if it is the last thing of its line."""
    line = document.lines.starts[document.lines.line_at(link.start)]
    comma = _TRAILING.search(document.source[line : link.start])
    # Elsewhere nobody knows what belongs to it.
    if comma is None or not _REST.match(document.source, link.end):
        return None
    return Edit(Span(line + comma.start(), link.end), b"")


_FEW = 5
"""An entry in five is an exception."""


def _missing_links(document: Document) -> Iterator[LintFinding]:
    entries = [entry for entry in document.entries if not entry.broken]
    bare = [entry for entry in entries if not _is_linked(entry)]
    if _FEW * len(bare) <= len(entries):
        for entry in bare:
            yield LintFinding("link", entry.span.start, "no link, unlike the other entries")


def _is_linked(entry: DigestEntry) -> bool:
    reading = entry.reading
    return bool(reading.title_url or reading.links or reading.identifiers)


_PARTED = lazy_regex(r"\s*[,;/，、；]\s*")
_SIGNS = lazy_regex(r"[^\w]+")
_PLURAL = lazy_regex(r"(?<=[^\Wsiu])s\b")


def _tasks(document: Document) -> Iterator[LintFinding]:
    """Find names of tasks that are spelt otherwise than the same name elsewhere in the digest."""
    used = [(entry, name) for entry in document.entries for name in _task_names(entry)]
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for _, name in used:
        spellings[_folded(name)][name] += 1
    for entry, name in used:
        (usual, most), *others = spellings[_folded(name)].most_common()
        # Of two spellings that are used as often neither is wrong, but one of them could go.
        if not others or name == usual:
            continue
        is_clear = most > others[0][1]
        span = _task_span(entry, name)
        fix = Edit(span, usual.encode()) if is_clear and span else None
        start = span.start if span else entry.span.start
        elsewhere = f"“{usual}” ({most:,} times)" if is_clear else f"“{usual}”"
        yield LintFinding("task", start, f"the task “{name}” is also written {elsewhere}", fix)


def _task_names(entry: DigestEntry) -> list[str]:
    texts = member_texts(entry.reading.fields.get("task"))
    return [name for text in texts for name in _PARTED.split(text) if name]


def _folded(name: str) -> str:
    return _PLURAL.sub("", _SIGNS.sub(" ", name.casefold()).strip())


def _task_span(entry: DigestEntry, name: str) -> Span | None:
    """Return the bytes of a task's name, if it stands once in its slot, and as it is."""
    for slot in entry.slots:
        if slot.name in ("task", "tags"):
            whole = re.compile(rb"(?<![\w-])" + re.escape(name.encode()) + rb"(?![\w-])")
            found = list(whole.finditer(slot.text.data))
            if len(found) == 1:
                return slot.text.source_span(*found[0].span())
    return None


def _order(document: Document) -> Iterator[LintFinding]:
    """Find entries out of order below headings where the others are in order of dates or titles."""
    groups: dict[tuple[str, ...], list[DigestEntry]] = defaultdict(list)
    for entry in document.entries:
        groups[entry.heading_keys].append(entry)
    for entries in groups.values():
        dated = [entry for entry in entries if _date(entry)]
        # A month and a day of it can stand in either order.
        length = min((len(_date(entry)) for entry in dated), default=0)
        dates = [_date(entry)[:length] for entry in dated]
        if len(dated) > len(entries) / 2 and len(set(dates)) > 1:
            out = [dated[at] for at in strays(dates, can_fall=True)]
            what = "date"
        else:
            out = [
                entries[at]
                for at in strays([_SIGNS.sub("", it.title.casefold()) for it in entries])
            ]
            what = "title"
        for entry in out:
            said = f"out of order: the others below this heading are sorted by {what}"
            yield LintFinding("order", entry.span.start, said)


def _date(entry: DigestEntry) -> str:
    return text_in(entry.reading.fields, "date") or text_in(entry.reading.fields, "year")


_ENDS_CUT = lazy_regex(rb"\bet\.?[ \t]*al\.?[ \t]*\Z", re.I)
_MORE_NAMES = lazy_regex(
    rb"[.,; \t]*(&|and\b)?[ \t]*([^|*_\[\](){}<\r\n]*[^|*_\[\](){}<\r\n.,; \t])", re.I
)


def _names(document: Document) -> Iterator[LintFinding]:
    """Find names behind an "et al.": the list of names is read up to it."""
    for entry in document.entries:
        for slot in entry.slots:
            if slot.name != "authors" or not (cut := _ENDS_CUT.search(slot.text.data)):
                continue
            more = _MORE_NAMES.match(document.source, slot.span.end, entry.span.end)
            if more is None or not are_names(text := decoded(more[2])):
                continue
            # One name behind a comma may be a journal's: "et al., Pattern Recognition".
            if more[1] or len(parse_names(text).people) > 1:
                start = slot.text.source_span(*cut.span()).start
                said = f"“et al.” inside the list of authors hides “{text}”"
                yield LintFinding("authors", start, said)


def _duplicates(document: Document) -> Iterator[LintFinding]:
    """Find entries whose paper stands above. In two digests one paper is no slip."""
    first: dict[str, int] = {}
    for (work, line), entry in zip(entry_works(document), document.entries, strict=True):
        if work in first:
            said = f"the same paper as in line {first[work]} ({work})"
            yield LintFinding("duplicate", entry.span.start, said)
        elif work:
            first[work] = line


def edits_of(findings: Iterable[LintFinding]) -> list[Edit]:
    """Return the edits that mend what can be; of two that overlap the first."""
    edits: list[Edit] = []
    for one in sorted((it.fix for it in findings if it.fix), key=lambda edit: edit.span):
        if not edits or one.span.start >= edits[-1].span.end:
            edits.append(one)
    return edits
