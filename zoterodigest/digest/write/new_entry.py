"""The text of a new entry's slots: its fields, written in the manner of the entries around.

Each writer begins with a neighbor's text, as an edit begins with the text that stands there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from zoterodigest.core.values.blocks import split_blocks
from zoterodigest.core.values.dates import year_in
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Hyperlink,
    Members,
    Names,
    Value,
    is_empty,
    text_in,
)
from zoterodigest.digest.format.format import NewRule, folded_label
from zoterodigest.digest.read.references import CODE_LABELS, stated_links
from zoterodigest.digest.write.blocks import blocks_text, is_list
from zoterodigest.digest.write.house_style import HouseStyle
from zoterodigest.digest.write.html import (
    Spelling,
    armour,
    armoured_block,
    inert_blocks,
    inert_line,
    plain,
)
from zoterodigest.digest.write.link_lists import LinkList, LinkWriter, url_form_of, url_like
from zoterodigest.digest.write.new_names import names_like
from zoterodigest.digest.write.new_venue import new_venue
from zoterodigest.digest.write.shown import UnwritableValue, safe_url
from zoterodigest.digest.write.values import (
    lines_text,
    new_chips_text,
    words_in,
)
from zoterodigest.digest.write.votes import most_alike, shape_of, usual
from zoterodigest.digest.write.writing import STUB_END, text_like
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_BLOCKS = ("summary", "abstract", "comment", "section")
_UNSPELLED = ("categories", "date", "year")
"""Slots whose signs are their form, such as stars around a date: no entities stand for them."""

_BREAKERS = lazy_regex(r"[\[\]<>|`\n]")
_ID_LABEL = lazy_regex(r"(?:arxiv|doi)\s?[:.]?\s?", re.I)
_JOINING = lazy_regex(r"\b(?:or|and)\b")
_SHORT_COMMENT = 20


@dataclass(frozen=True, slots=True)
class NewEntryDraft:
    """A new entry on its way: its fields, whom it is to look like, and how carefully it is written.

    `spell` writes each text; `version` is that of a paper of arXiv, for neighbors that link to one;
    `has_commas` says that commas part names, whatever most neighbors have.
    """

    fields: Fields
    manner: HouseStyle
    rule: NewRule
    version: str = ""
    spell: Spelling = plain
    has_commas: bool = False

    @property
    def armoured(self) -> bool:
        """Whether entities are written for the signs that could end a slot."""
        return self.spell is armoured_block

    @property
    def links(self) -> tuple[Hyperlink, ...]:
        """The links to write: none that would do anything but lead to a page."""
        links = filter(_is_harmless, stated_links(self.fields))
        return tuple(it for it in links if not (self.armoured and _breaks(it.label)))

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
            return self._guarded(slot, new_venue(self.fields, self.manner, beside))
        if slot == "short_title" and self.manner.entries and not self.manner.texts(slot):
            return ""  # a list without nicknames stays one
        value = self.fields.get("task" if slot == "tags" else slot, EMPTY)
        if slot == "year" and is_empty(value):
            value = year_in(words_in(self.fields, "date"))
        if is_empty(value):
            return ""
        sample = self._sample(slot, value)
        if isinstance(value, Names):
            return self._authors(value)
        if slot == "summary":
            return self._guarded(slot, _blocks(sample, value))
        text = text_like(sample, slot, slot, value)
        return inert_line(text, "") if slot in _UNSPELLED else self._guarded(slot, text)

    def section(self, name: str, sample: str) -> str:
        """Return the text of the section (or abstract) called `name`."""
        value = self.fields[name]
        text = lines_text("", value) if name == "abstract" else _blocks(sample, value)
        return self._guarded("section", text)

    def _sample(self, slot: str, value: Value) -> str:
        """Return what a neighbor has in a slot: for a list the nearest that has one, else usual."""
        samples = list(self.manner.samples(slot))
        texts = [it.words for _, it in samples]
        if isinstance(value, Blocks):
            lists = [text for text in texts if "\n" in text and is_list(text)]
            texts = lists if is_list(value.texts[0]) and lists else texts
            return next(iter(texts), "")
        if isinstance(value, Members) and len(value.texts) > 1:
            texts = [text for text in texts if "," in text or ";" in text] or texts
            return most_alike(texts, lambda text: (_signs_in(text), ", " in text))
        if slot == "date" and isinstance(value, str):
            # `2022.10` does not tell whether May is `5` or `05`, `May 27` not how the 7th is.
            dated = [(it.words, text_in(e.reading.fields, "date")) for e, it in samples]
            texts = [words for words, date in dated if _zeros(date) == _zeros(value)] or texts
            return most_alike(texts, lambda text: (shape_of(text), _sizes_of_numbers(text)))
        return next(iter(texts), "")

    def _guarded(self, slot: str, text: str) -> str:
        """Return a text in which nothing comes to life: no element, no link that is not asked."""
        if slot in _BLOCKS:
            try:
                inert = inert_blocks(text, "", is_markdown=slot == "summary")
            except UnwritableValue:
                inert = ""
            return self.spell(text if self.armoured else inert)
        return armour(text) if self.armoured else inert_line(text, "")

    def _page(self) -> str:
        """Write the work's address as most neighbors write theirs, by arXiv or by DOI."""
        arxiv, doi = (words_in(self.fields, name) for name in ("arxiv", "doi"))
        samples = [(slot.words, it.reading.fields) for it, slot in self.manner.samples("url")]
        forms = [url_form_of(url, words_in(it, "arxiv")) for url, it in samples]
        resolvers = [_before_doi(url, words_in(it, "doi")) for url, it in samples]
        pairs = zip(forms, resolvers, strict=True)
        most = usual("arxiv" if form else "doi" if it else "" for form, it in pairs)
        # Its own page, if that is its DOI's, or others link to such pages.
        own = _own_page(self.fields)
        of_arxiv = [
            bool(form) for form, (_, it) in zip(forms, samples, strict=True) if "arxiv" in it
        ]
        if own and arxiv and usual(of_arxiv) is False:
            return safe_url(own)
        is_doi = bool(doi) and (most == "doi" or not arxiv)
        if own and ((is_doi and doi in own) or (not arxiv and (not doi or most == ""))):
            return safe_url(own)
        if doi and (most == "doi" or not arxiv) and (found := usual(filter(None, resolvers))):
            return safe_url(found + doi)
        if arxiv and (form := usual(filter(None, forms))):
            return url_like(form, arxiv, self.version)
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
        unfolded = [it["comment"] for it in entries if "comment" in it and "comment_stub" not in it]
        is_label = len({*stubs}) == 1 < len(stubs) and not stubs[0].endswith(STUB_END)
        if is_label and not unfolded and comment:
            return stubs[0]  # a label that says what is folded, not how it begins
        if len(comment) <= max(_SHORT_COMMENT, *unfolded, 0):
            return ""
        # Five letters, as the daily tables of arXiv papers cut theirs: “Accep...”.
        size = len(stubs[0].removesuffix(STUB_END)) if stubs else 5
        return comment[:size] + STUB_END

    def _authors(self, value: Names) -> str:
        people = tuple(self._guarded("authors", person) for person in value.people)
        samples = [] if self.has_commas else self.manner.texts("authors")
        return names_like(samples, replace(value, people=people))

    def _links(self, slot: str, beside: Collection[str]) -> str:
        wanted = [it for it in self.links if self._belongs(it, slot, beside)]
        writer = self.link_writer(self.manner.link_lists(slot))
        is_shown = slot == "links" and ("url" not in beside or writer.most_show_page)
        return self.listed(writer, wanted, is_page_shown=is_shown)

    def link_writer(self, lists: Sequence[LinkList]) -> LinkWriter:
        """Return what writes lists of links as `lists` are."""
        return LinkWriter(lists, (self.rule.link, self.rule.link_gap))

    def listed(
        self, writer: LinkWriter, wanted: Sequence[Hyperlink], *, is_page_shown: bool
    ) -> str:
        """Return a list of the links `wanted`, with the work itself if it is to be shown there."""
        page = paper_url(self.fields) if is_page_shown else ""
        arxiv, doi = (words_in(self.fields, name) for name in ("arxiv", "doi"))
        return writer.text(page, wanted, arxiv, self.version, doi)

    @property
    def _labels_of_code(self) -> frozenset[str]:
        lists = self.manner.link_lists("code")
        return frozenset(folded_label(it.label) for each in lists for it in each.links)

    def _belongs(self, link: Hyperlink, slot: str, beside: Collection[str]) -> bool:
        label = folded_label(link.label)
        is_code = label in CODE_LABELS or label in self._labels_of_code
        return is_code if slot == "code" else not (is_code and "code" in beside)


_OTHER_SCHEME = lazy_regex(r"\s*(?!https?:)[a-z][a-z\d+.-]*:", re.I)


def _is_harmless(link: Hyperlink) -> bool:
    return _is_page(link.url) and inert_line(link.label, "") == link.label


def _is_page(url: str) -> bool:
    # A library is outside input: a `javascript:` URL must not become a link of the digest.
    # A browser reads entities and passes over control characters: `java&Tab;script:`.
    return not _OTHER_SCHEME.match(safe_url(html.unescape(url)))


def _own_page(fields: Fields) -> str:
    url = words_in(fields, "url")
    return url if _is_page(url) else ""


def _breaks(label: str) -> bool:
    return not label or bool(_BREAKERS.search(label))


def _blocks(sample: str, value: Value) -> str:
    """Write blocks in the manner of `sample`, plainly where that would join two of them."""
    text = blocks_text(sample, value)
    is_joined = isinstance(value, Blocks) and len(split_blocks(text)) != len(value.texts)
    return blocks_text("", value) if is_joined else text


def paper_url(fields: Fields) -> str:
    """Return the URL of the work itself: its arXiv page, its own page, its DOI; or ""."""
    if arxiv := words_in(fields, "arxiv"):
        return f"https://arxiv.org/abs/{arxiv}"
    if url := _own_page(fields):
        return url
    doi = words_in(fields, "doi")
    return f"https://doi.org/{doi}" if doi else ""


def _signs_in(text: str) -> frozenset[str]:
    return frozenset(char for char in text if not char.isalnum() and char not in " -")


def _sizes_of_numbers(text: str) -> tuple[int, ...]:
    return tuple(map(len, re.findall(r"\d+", text)))


def _zeros(date: str) -> tuple[bool, bool]:
    """Return whether the month and the day of a date are less than ten."""
    return date[5:6] == "0", date[8:9] == "0"


def _before_doi(url: str, doi: str) -> str:
    """Return what stands before a DOI in a URL; "" if the URL is not of that work."""
    return url.removesuffix(doi) if doi and url.endswith(doi) else ""
