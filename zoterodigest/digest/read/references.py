"""References: the links of an entry, and what they say: identifiers, the paper's page, other links.

A link is a Markdown link with or without double brackets, an `<a href>` or a bare URL.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from zoterodigest.core.values import identity
from zoterodigest.core.values.identity import Identifier
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, WebLinks, is_empty
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.format.pattern import Pattern
from zoterodigest.digest.read.slots import Draft, EntryReading, Slot
from zoterodigest.frozen import frozen
from zoterodigest.regex import lazy_regex


@frozen()
class LinkSpan:
    """A link in a text: half-open byte offsets of the whole, its label and its URL.

    A bare URL's label is the empty range before it.
    """

    whole: tuple[int, int]
    label: tuple[int, int]
    url: tuple[int, int]


# RE2 has no recursion, so brackets in a label are understood three deep.
_MARKDOWN = Pattern(
    r"!?\[(?P<name>(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\](?:\([^()]*\))?)*)\]"
    r"\([ \t]*<?(?P<url>(?:[^()\s<>]|\([^()\s]*\))*)>?(?:[ \t]+\"[^\"]*\")?[ \t]*\)"
)
_PLAIN = lazy_regex(rb"!?\[(\[[^\[\]]*\]|[^\[\]]*)\]\(([^()\t\n\f\r <>]*)\)")
"""A link whose label holds no brackets, or stands in a pair of them as a whole."""
# Each `<a>` is searched up to the next one at most, so that all together take linear time.
_ANCHOR = lazy_regex(
    rb"<a\b[^<>]*?\bhref\s*=\s*[\"']?([^\"'\s<>]*)[\"']?[^<>]*>"
    rb"((?:[^<]|<(?!/?a\b)[^<>]*>)*)</a\s*>",
    re.I,
)
_BARE = lazy_regex(
    rb"(?:(?<![\w(\[<\"'=/])|(?<=DOI=))https?://[^\s<>|\]\"'`]+|<(https?://[^\s<>|\"'`]+)>", re.I
)
_LABEL = lazy_regex(r"^[\[\s*_`]*!?\[?([^\[\]]*)\]?(?:\([^()]*\))?[\]\s*_`]*$")


def find_links(data: bytes) -> list[LinkSpan]:
    """Return every link in `data` in order, without images outside links."""
    spans = _markdown_links(data)
    if b"![" in data:
        spans = [span for span in spans if data[span.whole[0]] != 0x21]
    if anchors := _anchors(data):
        spans = sorted((*spans, *anchors), key=lambda span: span.whole)
    # Most lists write each address into a link. Not to look for others is 5 % of reading one.
    addresses = data.count(b"://")
    for span in spans:
        addresses -= data.count(b"://", *span.whole)
    if not addresses:
        return spans
    starts = [span.whole[0] for span in spans]
    bare = [span for span in _bare_links(data) if not _is_within(span, spans, starts)]
    return sorted((*spans, *bare), key=lambda span: span.whole)


_BETWEEN_LINKS = lazy_regex(
    rb"(?:[-*+][ \t]+)?"
    rb"(?:[\s,;|/()\[\]\xc2\xb7\\]|</?(?:p|br|div|span|center)\b[^<>]*>|&[a-z]{2,6};)*"
)


def holds_only_links(line: bytes) -> bool:
    """Whether a line holds links, badges and what parts them, and nothing else."""
    bare = line.strip()
    if bare[-1:] not in (b")", b"]", b"\\", b"|", b">"):
        return False
    if b"](" not in bare and b"<a" not in bare:
        return False
    spans = [*_markdown_links(bare), *_anchors(bare)]
    spans.sort(key=lambda span: span.whole)
    links = [span for span in spans if bare[span.whole[0]] != 0x21]
    edges = [0, *(edge for span in spans for edge in span.whole), len(bare)]
    between = b"".join(bare[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2))
    return bool(links) and _BETWEEN_LINKS.fullmatch(between) is not None


def _markdown_links(data: bytes) -> list[LinkSpan]:
    """Return the Markdown links and images in `data`."""
    # A label with other brackets in it would have its `](` in no plain link. Where there is none,
    # this finds the same in a tenth of the time: 10 % of reading a list.
    plain = [LinkSpan(it.span(), it.span(1), it.span(2)) for it in _PLAIN.finditer(data)]
    if len(plain) == data.count(b"]("):
        return plain
    return [
        LinkSpan((match.start, match.end), match.groups["name"], match.groups["url"])
        for match in _MARKDOWN.finditer(data)
    ]


def _anchors(data: bytes) -> list[LinkSpan]:
    """Return the links of HTML in `data`."""
    if b"<a" not in data and b"<A" not in data:
        return []
    return [LinkSpan(it.span(), it.span(2), it.span(1)) for it in _ANCHOR.finditer(data)]


_ALT = lazy_regex(r"<img\b[^<>]*?\balt\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s<>\"']+))", re.I)
_TAG = lazy_regex(r"<[^<>]*>")


def _without_tags(label: str) -> str:
    """Return what people see of a label in HTML: its words, or what stands for its image."""
    words = _TAG.sub("", label).strip()
    image = None if words else _ALT.search(label)
    return html.unescape(next(filter(None, image.groups()), "") if image else words)


def hyperlink(data: bytes, span: LinkSpan) -> Hyperlink:
    """Return the link at `span`: label without brackets and marks, entities of the URL resolved.

    One that is called by its own address has no label, as an attachment in Zotero has none then.
    """
    label = data[slice(*span.label)].decode("utf-8", "replace")
    if "<" in label:
        label = _without_tags(label)
    url = address(data[slice(*span.url)].decode("utf-8", "replace"))
    if label[:2] == "\\[" and label[-2:] == "\\]":
        label = label[2:-2]
    # Most labels are one word, many of them in brackets.
    word = label[1:-1] if label[:1] == "[" and label[-1:] == "]" else label
    if word.isalnum():
        return Hyperlink(word, url)
    inner = _LABEL.match(label)
    label = (inner[1] if inner else label).rstrip(_LABEL_MARKS).lstrip()
    return Hyperlink("" if label == url else label, url)


_LABEL_MARKS = " \t\r\n*_`"


_NO_ADDRESSES = frozenset({"nan", "none", "null", "n/a", "na", "-"})
"""What programs write for an address that they do not have."""


def address(text: str) -> str:
    """Return the URL of a link with its entities resolved; "" if it is not a link."""
    url = (html.unescape(text) if "&" in text else text).strip()
    return "" if len(url) < 5 and url.lower() in _NO_ADDRESSES else url


def _bare_links(data: bytes) -> Iterator[LinkSpan]:
    for found in _BARE.finditer(data):
        if found[1]:
            start, end = found.span(1)
            yield LinkSpan(found.span(), (start, start), (start, end))
            continue
        # A sign behind a bare URL is the sentence's, as in GitHub's autolinks (GFM 6.9).
        start, end = found.start(), found.start() + len(found[0].rstrip(b".,;:!?)*_"))
        yield LinkSpan((start, end), (start, start), (start, end))


def _is_within(span: LinkSpan, spans: Sequence[LinkSpan], starts: Sequence[int]) -> bool:
    at = bisect_right(starts, span.whole[0]) - 1
    return at >= 0 and span.whole[0] < spans[at].whole[1]


_ARTICLES = frozenset({"a", "an", "her", "his", "its", "my", "our", "the", "their", "this"})
_SIGNS = " \t*_`"
_ENDS = frozenset([b"", *(bytes([sign]) for sign in b".,:;|-[])}>\"'!?/")])
_NEARBY = 40


def _is_in_sentence(data: bytes, span: LinkSpan, label: str) -> bool:
    """Whether a link is a part of a sentence, and so leads to what that is about.

    "attention after [Veličković et al.](…)", "as in [their paper](…)", "Smith ([X](…)) and others".
    """
    start = max(0, span.whole[0] - _NEARBY)
    # A sign stands before most links, or another link.
    if data[start : span.whole[0]].rstrip(b" \t*_`")[-1:] in _ENDS:
        return False
    before = data[start : span.whole[0]].decode("utf-8", "ignore")
    text = before.rstrip(_SIGNS)
    inner = text.rstrip("(（").rstrip(_SIGNS)
    if not inner[-1:].isalpha():
        return False
    words = inner.split()
    if inner == text and words[-1] in _ARTICLES:
        return True
    if folded_label(label) in PAPER_LABELS:
        return False
    if inner == text and words[-1].islower() and not _PUBLISHED.search(label):
        return True
    after = data[span.whole[1] : span.whole[1] + _NEARBY].decode("utf-8", "ignore")
    return after.lstrip(_SIGNS + ")）")[:1].islower()


LINK_SLOTS = ("url", "links", "code", "tail")
PAPER_LABELS = frozenset(
    {"paper", "pdf", "arxiv", "preprint", "abs", "openreview", "full paper", "论文"}
)
"""What a link to the paper itself is called, folded."""

_PUBLISHED = lazy_regex(r"(?i:arxiv|doi)|\d{4}\.\d{4,5}|^[A-Z][\w .&/-]{1,30}['’]?\d\d$")
CODE_LABELS = frozenset({"code", "code link", "github", "official code", "代码", "pytorch"})

_ARXIV_HOST = lazy_regex(r"https?://(?:[a-z]+\.)?(?:arxiv\.org|ar5iv\.[a-z.]+)/", re.I)
_RESOLVER = lazy_regex(r"https?://(?:dx\.|www\.)?doi\.org/", re.I)


def stated_links(fields: Fields) -> tuple[Hyperlink, ...]:
    """Return the links among the fields of an entry or a work."""
    links = fields.get("links")
    return links.hyperlinks if isinstance(links, WebLinks) else ()


def links_within(text: bytes) -> list[Hyperlink]:
    """Return every link in `text`, in order."""
    return [hyperlink(text, span) for span in find_links(text)]


def _slot_links(slot: Slot) -> Iterator[tuple[Hyperlink, bool]]:
    """Yield the links of a slot, and whether each is a part of a sentence.

    A bare URL has its column's name for a label.
    """
    data = slot.text.data
    for span in find_links(data):
        link = hyperlink(data, span)
        is_cited = slot.name == "tail" and _is_in_sentence(data, span, link.label)
        yield link if link.label else Hyperlink(slot.section or "", link.url), is_cited


def with_links(draft: Draft, slots: Sequence[Slot], placeholders: tuple[str, ...]) -> EntryReading:
    """Complete a draft by what its links say: identifiers, the paper's page, the other links."""
    linked = [slot for slot in slots if slot.name in LINK_SLOTS]
    beside = [slot for slot in linked if slot.name != "url"]
    titled = next((address(slot.words) for slot in linked if slot.name == "url"), "")
    labelled, dead, cited, code = _links_beside(beside)
    own = [link for link in labelled if link not in cited] if cited else labelled
    urls = [titled, *(link.url for link in own)] if titled else [it.url for it in own]
    identifiers = _identifiers(draft.fields, urls, has_title_link=bool(titled))
    texts = [slot.words for slot in linked]
    _put_identity(draft, identifiers, texts, urls)
    # After the identifiers: which page is the own one of a paper depends on whether it has an id.
    page = _paper_page(draft, titled, own)
    if beside:
        others = tuple([link for link in labelled if not _is_twin(link.url, draft.fields, page)])
        if len(beside) < len(linked):
            texts = [slot.words for slot in beside]
        draft.put("links", WebLinks(others), "\n".join(texts))
    return EntryReading(
        draft.fields, draft.raws, identifiers, tuple(labelled), titled, code, tuple(dead),
        placeholders, tuple(cited),
    )  # fmt: skip


def _links_beside(
    slots: Sequence[Slot],
) -> tuple[list[Hyperlink], list[str], list[Hyperlink], str]:
    """Return the links of slots, the labels of those to nowhere, cited links, the first to code."""
    labelled: list[Hyperlink] = []
    dead: list[str] = []
    cited: list[Hyperlink] = []
    code = ""
    # All in one pass, and no text decoded twice: 6 % of reading a table.
    for slot in slots:
        for link, is_cited in _slot_links(slot):
            if not link.url:
                dead.append(link.label)
                continue
            labelled.append(link)
            if is_cited:
                cited.append(link)
            if not code and _is_code(slot, link):
                code = link.url
    return labelled, dead, cited, code


def _is_code(slot: Slot, link: Hyperlink) -> bool:
    """Whether a link leads to the paper's code: by its place, or by its label."""
    return slot.name == "code" or link.label.casefold().strip("[]() ") in CODE_LABELS


def _identifiers(
    fields: Fields, urls: Sequence[str], *, has_title_link: bool
) -> frozenset[Identifier]:
    """Return one identifier for each scheme, the first found; a plain URL only if it is all."""
    known: dict[str, Identifier] = {}
    # A slot of its own for an identifier outweighs the links: those may lead to other papers.
    for scheme in ("arxiv", "doi"):
        value = fields.get(scheme)
        if isinstance(value, str) and value:
            known[scheme] = identity.identifier_in(scheme, value)
    for found in map(identity.identifier_of, urls):
        if found is not None and found.scheme != "url":
            # The first of a scheme counts: links to other works follow those to the paper itself.
            known.setdefault(found.scheme, found)
    if known:
        return frozenset(known.values())
    papers = (
        url
        for index, url in enumerate(urls)
        if identity.is_paper_url(url) or (has_title_link and index == 0)
    )
    pages = filter(None, map(identity.identifier_of, papers))
    return frozenset(islice(pages, 1))


def _put_identity(
    draft: Draft, identifiers: Iterable[Identifier], texts: Sequence[str], urls: Sequence[str]
) -> None:
    raw = "\n".join(texts)
    for found in sorted(identifiers):
        if found.scheme == "doi":
            own = [url for url in urls if identity.identifier_of(url) == found]
            draft.put("doi", identity.doi_as_written(found.value, next(iter(own), "")), raw)
        elif found.scheme == "arxiv":
            draft.put("arxiv", found.value, raw)


def _paper_page(draft: Draft, titled: str, labelled: Sequence[Hyperlink]) -> str:
    """Return the paper's own page; it is the field `url` unless it only states an identifier."""
    if not is_empty(draft.fields.get("arxiv", EMPTY)):
        return ""
    pages = [titled, *(link.url for link in labelled if identity.is_paper_url(link.url))]
    page = next((url for url in pages if url), "")
    found = identity.identifier_of(page) if page else None
    is_arxiv = found is not None and found.scheme == "arxiv"
    if page and not is_arxiv and not _RESOLVER.match(page):
        draft.put("url", page, page)
    return page


def _is_twin(url: str, fields: Fields, page: str) -> bool:
    """Whether a link only leads to the paper itself: its arXiv pages, or the page in `url`."""
    if url == page:
        return True
    return _is_identified(url, fields, "arxiv") and bool(_ARXIV_HOST.match(url))


def is_own_page(url: str, fields: Fields) -> bool:
    """Tell whether a URL is a page of the paper itself: on arXiv, or behind its DOI."""
    is_arxiv_page = bool(_ARXIV_HOST.match(url) or _RESOLVER.match(url))
    return _is_identified(url, fields, "doi") or (
        is_arxiv_page and _is_identified(url, fields, "arxiv")
    )


def _is_identified(url: str, fields: Fields, scheme: str) -> bool:
    found = identity.identifier_of(url)
    if found is None or found.scheme != scheme:
        return False
    return found == identity.identifier_in(scheme, str(fields.get(scheme, "")))
