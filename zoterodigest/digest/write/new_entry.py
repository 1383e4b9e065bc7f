"""The text of a new entry's slots: its fields, written in the manner of the entries around.

Each writer begins with a neighbor's text, as an edit begins with the text that stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from zoterodigest.core.values import identity, names, venue_slot
from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.dates import is_iso, year_in
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Names,
    Value,
    is_empty,
)
from zoterodigest.digest.format.format import NewRule, folded_label
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.references import (
    CODE_LABELS,
    find_links,
    is_own_page,
    links_within,
    stated_links,
)
from zoterodigest.digest.read.slots import one_line
from zoterodigest.digest.write.blocks import blocks_text
from zoterodigest.digest.write.frames import link_manner
from zoterodigest.digest.write.house_style import HouseStyle
from zoterodigest.digest.write.html import (
    Spelling,
    armour,
    armoured_block,
    inert_blocks,
    inert_line,
    plain,
)
from zoterodigest.digest.write.links import (
    LinkManner,
    link_style,
    links_slot,
    links_texts,
    written_link,
)
from zoterodigest.digest.write.shown import safe_url
from zoterodigest.digest.write.values import (
    lines_text,
    names_text,
    new_chips_text,
    venue_text,
    words_in,
)
from zoterodigest.digest.write.writing import STUB_END, text_like
from zoterodigest.frozen import dataclass

_BLOCKS = ("summary", "abstract", "comment", "section")
_UNGUARDED = ("categories", "date", "year")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,9}[.)])\s")
_BREAKERS = re.compile(r"[\[\]<>|`\n]")
_ID_LABEL = re.compile(r"(?:arxiv|doi)\s?[:.]?\s?", re.I)
_JOINING = re.compile(r"\b(?:or|and)\b")
_SHORT_COMMENT = 20


@dataclass(frozen=True, slots=True)
class NewEntryDraft:
    """A new entry on its way: its fields, whom it is to look like, and how carefully it is written.

    `spell` writes each text; `version` is that of a paper of arXiv, for neighbors that link to one.
    """

    fields: Fields
    manner: HouseStyle
    rule: NewRule
    version: str = ""
    spell: Spelling = plain

    @property
    def armoured(self) -> bool:
        """Whether entities are written for the signs that could end a slot."""
        return self.spell is armoured_block

    def texts(self, slots: Collection[str], beside: Collection[str]) -> dict[str, str]:
        """Return the text of each of `slots`; `beside` are all slots that the entry has so far."""
        return {slot: self._text(slot, {*slots, *beside}).strip() for slot in slots}

    def _text(self, slot: str, beside: Collection[str]) -> str:
        if slot == "url":
            return self._page()
        if slot == "chips":
            return new_chips_text(self.manner.texts("chips"), self.fields)
        if slot in ("arxiv", "doi"):
            return self._identifier(slot)
        if slot == "comment_stub":
            return self._guarded(slot, self._stub())
        if slot in ("links", "code"):
            return self._links(slot, beside)
        if slot == "venue":
            return self._guarded(slot, self._venue(beside))
        value = self.fields.get("task" if slot == "tags" else slot, EMPTY)
        if slot == "year" and is_empty(value):
            value = year_in(words_in(self.fields, "date"))
        if is_empty(value):
            return ""
        sample = self._sample(slot, value)
        if isinstance(value, Names):
            return self._authors(sample, value)
        if slot == "summary":
            return self._guarded(slot, _blocks(sample, value))
        text = text_like(sample, slot, slot, value)
        return text if slot in _UNGUARDED else self._guarded(slot, text)

    def section(self, name: str, sample: str) -> str:
        """Return the text of the section (or abstract) called `name`."""
        value = self.fields[name]
        text = lines_text("", value) if name == "abstract" else _blocks(sample, value)
        return self._guarded("section", text)

    def _sample(self, slot: str, value: Value) -> str:
        """Return what the nearest neighbor has in a slot; for a list, the nearest that has one."""
        texts = self.manner.texts(slot)
        if isinstance(value, Blocks):
            lists = [text for text in texts if "\n" in text and is_list(text)]
            texts = lists if is_list(value.texts[0]) and lists else texts
        return next(iter(texts), "")

    def _guarded(self, slot: str, text: str) -> str:
        """Return a text in which nothing comes to life: no element, no link that is not asked."""
        if slot in _BLOCKS:
            inert = inert_blocks(text, "", is_markdown=slot == "summary") or ""
            return self.spell(text if self.armoured else inert)
        return armour(text) if self.armoured else inert_line(text, "")

    def _page(self) -> str:
        """Write the work's address as the nearest neighbor of arXiv writes its own."""
        new = words_in(self.fields, "arxiv")
        for entry, slot in self.manner.samples("url"):
            old = words_in(entry.reading.fields, "arxiv")
            url = slot.words
            found = re.search(rf"{re.escape(old)}(v\d{{1,3}})?", url) if old and new else None
            if found:
                like = new + (self.version if found[1] else "")
                return safe_url(url[: found.start()] + like + url[found.end() :])
        return safe_url(paper_url(self.fields))

    def _identifier(self, scheme: str) -> str:
        """Write an identifier with the label that the nearest neighbor has for its own."""
        new = words_in(self.fields, scheme)
        label = _ID_LABEL.match(next(iter(self.manner.texts(scheme)), ""))
        return f"{label[0] if label and new else ''}{new}"

    def _stub(self) -> str:
        """Return how a folded comment begins; "" for one as short as those that stand unfolded."""
        comment = " ".join(words_in(self.fields, "comment").split())
        stubs = self.manner.texts("comment_stub")
        entries = ({it.name: len(it.words) for it in slots} for _, slots in self.manner.models)
        unfolded = (it.get("comment", 0) for it in entries if "comment_stub" not in it)
        if len(comment) <= max((_SHORT_COMMENT, *unfolded)):
            return ""
        # Five letters, as the daily tables of arXiv papers cut theirs: “Accep...”.
        size = len(stubs[0].removesuffix(STUB_END)) if stubs else 5
        return comment[:size] + STUB_END

    def _authors(self, sample: str, value: Names) -> str:
        people = tuple(self._guarded("authors", person) for person in value.people)
        if people == value.people:
            return names_text(sample, value)
        return names_text("", Names(people, value.truncated))

    def _venue(self, beside: Collection[str]) -> str:
        """Write the venue as the nearest neighbor whose manner can show it."""
        wanted = {name: words_in(self.fields, name) for name in ("venue", "year", "award")}
        date = words_in(self.fields, "date")
        date = date if is_iso(date) else ""  # beside a venue a date in words would be part of it
        if not any(wanted.values()) and not date:
            return ""
        # The last sample is empty: a venue that no neighbor can show is written plainly.
        for sample in self._venue_samples(wanted["venue"]):
            shown = venue_slot.parse_venue(one_line(sample))
            asked = dict(wanted)
            if "year" in beside and sample and not shown.year:
                asked["year"] = ""
            if "award" in beside and not shown.award:
                asked["award"] = ""
            # Only in place of a date: elsewhere it would be read as part of the name.
            if shown.date:
                asked["date"] = date
            text = venue_text(sample, asked)
            reading = venue_slot.parse_venue(one_line(text))
            if all(getattr(reading, name) == value for name, value in asked.items()):
                return text
        return ""

    def _venue_samples(self, venue: str) -> list[str]:
        """Return the venues around: of the same one first; a date goes with that one only."""
        texts = self.manner.texts("venue")
        read = [(text, venue_slot.parse_venue(one_line(text))) for text in texts]
        same = [text for text, it in read if it.venue.casefold() == venue.casefold() or not venue]
        return [*same, *(text for text, it in read if not it.date), ""]

    def _links(self, slot: str, beside: Collection[str]) -> str:
        wanted = [it for it in stated_links(self.fields) if self._belongs(it, slot, beside)]
        paper = paper_url(self.fields) if slot == "links" and "url" not in beside else ""
        if not wanted and not paper:
            return ""
        fewest = min(len(wanted) + bool(paper), 2)
        samples = sorted(
            self.manner.samples(slot), key=lambda it: len(find_links(it[1].text.data)) < fewest
        )
        manner = link_manner(self.manner, self.rule)
        for entry, sample in samples:
            text = _like(sample.words, entry, self.fields, wanted, manner=manner)
            if text and _is_all(text, wanted, paper, self.fields):
                return text
        shown = (sample.text.data for _, sample in self.manner.samples(slot))
        frame, gap = link_style(shown, manner.style)
        label = _paper_label(self.manner, self.fields)
        every = [*([Hyperlink(label, paper)] if paper else []), *wanted]
        # "A or B" parts two links; before a third one it would be another choice.
        gap = ", " if _has_words(gap) else gap
        return gap.join(written_link(frame, link) for link in every)

    def _belongs(self, link: Hyperlink, slot: str, beside: Collection[str]) -> bool:
        if self.armoured and (not link.label or _BREAKERS.search(link.label)):
            return False
        is_code = folded_label(link.label) in CODE_LABELS
        return is_code if slot == "code" else not (is_code and "code" in beside)


def _blocks(sample: str, value: Value) -> str:
    """Write blocks in the manner of `sample`, plainly where that would join two of them."""
    text = blocks_text(sample, value)
    is_joined = isinstance(value, Blocks) and len(split_blocks(text)) != len(value.texts)
    return blocks_text("", value) if is_joined else text


def is_list(text: str) -> bool:
    """Whether a text begins with a list item."""
    return bool(_ITEM.match(text))


def paper_url(fields: Fields) -> str:
    """Return the URL of the work itself: its arXiv page, its own page, its DOI; or ""."""
    if arxiv := words_in(fields, "arxiv"):
        return f"https://arxiv.org/abs/{arxiv}"
    if url := words_in(fields, "url"):
        return url
    doi = words_in(fields, "doi")
    return f"https://doi.org/{doi}" if doi else ""


def with_cut_authors(fields: Fields, manner: HouseStyle) -> Fields:
    """Return `fields` with the authors cut where the entries around cut longer lists."""
    value = fields.get("authors")
    if not isinstance(value, Names):
        return fields
    lists = [names.parse_names(text) for text in manner.texts("authors")]
    cuts = {len(it.people) for it in lists if it.truncated}
    longest = max((len(it.people) for it in lists if not it.truncated), default=0)
    if len(cuts) == 1 and (most := cuts.pop()) >= longest and len(value.people) > most:
        return {**fields, "authors": Names(value.people[:most], truncated=True)}
    return fields


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _like(
    sample: str,
    entry: DigestEntry,
    fields: Fields,
    wanted: Sequence[Hyperlink],
    *,
    manner: LinkManner,
) -> str | None:
    """Return a neighbor's links with the new work's in their place; None if they cannot serve."""
    old, new = words_in(entry.reading.fields, "arxiv"), words_in(fields, "arxiv")
    if bool(old) != bool(new):
        return None
    pattern = re.compile(re.escape(old) + r"(?:v\d+)?")
    moved: Callable[[str], str] = partial(pattern.sub, lambda _: new) if old else str
    present = [replace(it, url=moved(it.url)) for it in stated_links(entry.reading.fields)]
    slot = links_slot(moved(sample).encode())
    return links_texts([slot], present, wanted, manner=manner)[0].strip().lstrip(",;|· ")


def _is_all(text: str, wanted: Sequence[Hyperlink], paper: str, fields: Fields) -> bool:
    """Whether a text shows the links wanted, the work itself if it must, and nothing else."""
    data = text.encode()
    if _has_words(_between(data, [span.whole for span in find_links(data)])):
        return False
    shown = [link for link in links_within(data) if link.url]
    twins = [it for it in shown if is_own_page(it.url, fields)]
    others = {(it.label, it.url) for it in shown if it not in twins}
    asked = {(it.label, safe_url(it.url)) for it in wanted}
    return others == asked and (bool(twins) or not paper)


def _between(data: bytes, ranges: Sequence[tuple[int, int]]) -> str:
    pairs = pairwise([(0, 0), *ranges, (len(data), len(data))])
    between = b" ".join(data[left[1] : right[0]] for left, right in pairs)
    return _JOINING.sub("", between.decode("utf-8", "replace"))


def _paper_label(manner: HouseStyle, fields: Fields) -> str:
    """Return how the entries around call the link to the work itself."""
    is_arxiv = bool(words_in(fields, "arxiv"))
    for entry, slot in manner.samples("links"):
        known = entry.reading.fields
        if bool(words_in(known, "arxiv")) == is_arxiv:
            url = words_in(known, "url")
            for link in links_within(slot.text.data):
                found = identity.identifier_of(link.url) if link.url else None
                if link.url == url or (found and found.value == known.get("arxiv")):
                    return link.label
    return "arxiv" if is_arxiv else "paper"
