"""Lists of links of a new entry: written as most of the entries around write theirs.

What is voted on are the signs around a list and between two links, the form of each link by its
label, what the page of the work itself is called, and by which address it is linked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations

from zoterodigest.core.values.record import Fields, Hyperlink, text_in
from zoterodigest.digest.format.format import folded_label
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.read.references import (
    CODE_LABELS,
    LinkSpan,
    find_links,
    hyperlink,
    is_own_page,
)
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.shown import safe_url
from zoterodigest.digest.write.votes import usual
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_LABEL, _URL, _ID, _REPOSITORY, _VERSION = "\0", "\1", "\2", "\3", "\4"
_DOI, _FOREIGN, _PAGE = "\5", "\6", "\7"
_OWN_SIGNS = frozenset((_ID, _DOI, _FOREIGN, _REPOSITORY, _PAGE))
"""What stands for words about one work or repository alone; for `_FOREIGN` nothing is known."""

_REPOSITORY_IN = lazy_regex(
    r"https?://(?:www\.)?(?:github|gitlab)\.com/([^/?#\s]+/[^/?#\s]+)", re.I
)


_MANY_NAMES = 3

_JOINING = lazy_regex(r"\b(?:or|and)\b")
_WORD = lazy_regex(r"[\w./-]+")
_NUMBER = lazy_regex(r"\d{3}")
_PAGE_ID = lazy_regex(r"(?<=[/=])(?=[^/?#&=]*\d)[\w-]{8,}")
"""What names one page of a site in its URL: a number or a code, such as that of a video."""
_IMAGE = lazy_regex(r"!\[[^\[\]]*\]\([^()]*\)|<img\b[^<>]*>", re.I)
_LAST_IMAGE = lazy_regex(rf"(?:{_IMAGE.pattern})$", re.I)
_BADGE = lazy_regex(rf"/badge/{_LABEL}-[0-9A-Za-z]+(?:\.svg)?(?![\w-])(?![^)\"']*logo)")
"""A badge that shows a label, on one colour, and nothing else."""


@dataclass(frozen=True, slots=True)
class _ListedLink:
    """A link as it stands in a list: its text with signs for what is its own, and what it says."""

    form: str
    label: str
    is_own: bool
    url_form: tuple[str, bool, str] | None


Signs = tuple[str, tuple[str, ...], str]
"""What stands before, between and behind the links of a list."""


class LinkList:
    """A list of links of one entry: its text with the brackets around it.

    `signs` is None if there are words among them; "A or B" are signs, too. `badge` is an image
    behind all links that counts the stars of a repository.
    """

    def __init__(self, text: str, entry: DigestEntry) -> None:
        data, fields = text.encode(), entry.reading.fields
        spans = find_links(data)
        names = {name for it in spans if (name := _repository(hyperlink(data, it).url))}
        self.has_code = bool(names)
        image = _LAST_IMAGE.search(text) if names else None
        self.badge = ""
        if image and (name := next((it for it in names if it in image[0]), "")):
            self.badge = image[0].replace(name, _REPOSITORY)
            data = text[: image.start()].encode()
        self.links = tuple(_written(data, span, fields) for span in spans)
        edges = [0, *(edge for span in spans for edge in span.whole), len(data)]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        pieces = [decoded(data[start:end]) for start, end in pairs]
        is_signs = spans and not any(map(str.isalnum, _JOINING.sub("", "".join(pieces))))
        self.signs: Signs | None = None
        if is_signs:
            self.signs = pieces[0], tuple(pieces[1:-1]), pieces[-1]


def _repository(url: str) -> str:
    found = _REPOSITORY_IN.match(url)
    return found[1].removesuffix(".git") if found else ""


def _written(data: bytes, span: LinkSpan, fields: Fields) -> _ListedLink:
    link = hyperlink(data, span)
    before = decoded(data[span.whole[0] : span.url[0]])
    after = decoded(data[span.url[1] : span.whole[1]])
    is_own = is_own_page(link.url, fields)
    arxiv = text_in(fields, "arxiv")
    url_form = url_form_of(link.url, arxiv) if is_own else None
    label = link.label
    if is_own:
        texts = (_with_signs(text, link.url, fields) for text in (before, after, label))
        before, after, label = texts
    if name := _repository(link.url):
        before, after = (text.replace(name, _REPOSITORY) for text in (before, after))
    elif not is_own and (name := _page_id(link.url)):
        before, after = (text.replace(name, _PAGE) for text in (before, after))
    return _ListedLink(f"{before}{_URL}{after}", label, is_own, url_form)


def _page_id(url: str) -> str:
    return next(reversed(_PAGE_ID.findall(url)), "")


def _is_for_any(form: str, label: str) -> bool:
    """Whether a form can hold a label: a badge shows nothing else, so none of code is a paper's."""
    if _LABEL not in form or not _OWN_SIGNS.isdisjoint(form):
        return False
    images = _IMAGE.findall(form)
    return all(map(_BADGE.search, images)) and (not images or label.isalnum())


def _with_signs(text: str, url: str, fields: Fields) -> str:
    """Return what stands around the `url` of a work with signs for what names that work alone."""
    if arxiv := text_in(fields, "arxiv"):
        text = re.sub(rf"{re.escape(arxiv)}(v\d{{1,3}})?", _id_sign, text)
    if doi := text_in(fields, "doi"):
        text = re.sub(re.escape(doi), _DOI, text, flags=re.I)
    return _WORD.sub(lambda it: _FOREIGN if _is_in_page(it[0], url) else it[0], text)


def _is_in_page(word: str, url: str) -> bool:
    """Whether a word is an identifier of the work behind a URL: its number stands there, too."""
    return bool(_NUMBER.search(word)) and word.casefold().strip("./-") in url.casefold()


def _id_sign(found: re.Match[str]) -> str:
    return _ID + (_VERSION if found[1] else "")


def url_form_of(url: str, arxiv: str) -> tuple[str, bool, str] | None:
    """Return what stands around an identifier in a URL, and whether a version follows it."""
    found = re.search(rf"{re.escape(arxiv)}(v\d{{1,3}})?", url) if arxiv else None
    return (url[: found.start()], bool(found[1]), url[found.end() :]) if found else None


def url_like(form: tuple[str, bool, str], arxiv: str, version: str) -> str:
    """Return the URL of a paper of arXiv in a form of `url_form_of`."""
    before, is_versioned, after = form
    return safe_url(f"{before}{arxiv}{version if is_versioned else ''}{after}")


class LinkWriter:
    """Writes lists of links as `lists` are, the nearest first; `style` is the format's own."""

    def __init__(self, lists: Sequence[LinkList], style: tuple[str, str]) -> None:
        self._lists = lists
        self._frame = style[0].replace("{name}", _LABEL).replace("{url}", _URL)
        self._gap = style[1]

    @cached_property
    def _links(self) -> tuple[_ListedLink, ...]:
        return tuple(link for each in self._lists for link in each.links)

    @cached_property
    def labels(self) -> frozenset[str]:
        """What the links to other pages are called, folded."""
        return frozenset(folded_label(it.label) for it in self._links if not it.is_own)

    @cached_property
    def most_show_page(self) -> bool:
        """Whether most lists link to the work itself."""
        shown = sum(any(link.is_own for link in each.links) for each in self._lists)
        return 2 * shown > len(self._lists)

    @cached_property
    def is_page_first(self) -> bool:
        """Whether the work itself stands before other links."""
        orders = ([link.is_own for link in each.links] for each in self._lists)
        firsts = [order[0] for order in orders if True in order and len(order) > 1]
        return 2 * sum(firsts) >= len(firsts)

    def text(
        self,
        page: str,
        wanted: Sequence[Hyperlink],
        arxiv: str,
        version: str,
        doi: str,
    ) -> str:
        """Return a list with `page`, the work itself (unless ""), and the links `wanted`.

        Where most have two pages of the work, or another one of arXiv, so has the new list.
        """
        ordered = self._in_order(wanted)
        links = [self._link(link) for link in ordered]
        if page:
            used = frozenset(folded_label(link.label) for link in wanted if link.label)
            pages = self._pages(page, (arxiv, version, doi), used)
            own = [it.replace(_VERSION, version) for it in pages]
            at = self._place_of_page([folded_label(link.label) for link in ordered])
            links[at:at] = own
        if not links:
            return ""
        before, between, after = self._signs(len(links))
        return before + between.join(links) + after + self._badge(wanted)

    def _badge(self, wanted: Sequence[Hyperlink]) -> str:
        """Return the image of stars that most lists with a repository end in."""
        badge = usual(it.badge for it in self._lists if it.has_code) or ""
        name = next(filter(None, (_repository(link.url) for link in wanted)), "")
        return badge.replace(_REPOSITORY, name) if name else ""

    def _in_order(self, wanted: Sequence[Hyperlink]) -> list[Hyperlink]:
        """Return links in the order in which most lists have two of their labels."""
        ordered: list[Hyperlink] = []
        for link in wanted:
            at, label = len(ordered), folded_label(link.label)
            while at:
                other = folded_label(ordered[at - 1].label)
                if self._pairs[label, other] <= self._pairs[other, label]:
                    break
                at -= 1
            ordered.insert(at, link)
        return ordered

    def _place_of_page(self, labels: Sequence[str]) -> int:
        """Return how many links stand before the work itself, as most lists have two labels."""
        votes = [self._before_page[label] for label in labels]
        if not any(votes):
            return 0 if self.is_page_first else len(labels)
        return max((at for at, vote in enumerate(votes, 1) if vote > 0), default=0)

    @cached_property
    def _before_page(self) -> Counter[str]:
        """How many more lists have a link of a label before the work itself than behind it."""
        found: Counter[str] = Counter()
        for each in self._lists:
            pages = [at for at, link in enumerate(each.links) if link.is_own]
            for at, link in enumerate(each.links if pages else ()):
                if not link.is_own:
                    found[folded_label(link.label)] += 1 if at < pages[0] else -1
        return found

    @cached_property
    def _pairs(self) -> Counter[tuple[str, str]]:
        """How many lists have a link of one label before one of another."""
        every = (
            [folded_label(it.label) for it in each.links if not it.is_own] for each in self._lists
        )
        return Counter(pair for labels in every for pair in {*combinations(labels, 2)})

    def _pages(self, page: str, ids: tuple[str, str, str], used: frozenset[str]) -> list[str]:
        """Return the links to the work itself; none has a label that is `used` for another page."""
        arxiv, version, doi = ids
        every = [tuple(link for link in each.links if link.is_own) for each in self._lists]
        if self._are_pages_named:
            every = []
        if used:
            every = [own for own in every if used.isdisjoint(folded_label(it.label) for it in own)]
        if arxiv:
            shown = usual(
                own
                for own in (tuple((it.form, it.url_form) for it in links) for links in every)
                if own and all(form and {_DOI, _FOREIGN}.isdisjoint(text) for text, form in own)
            )
            if shown:
                urls = [(text, url_like(form, arxiv, version)) for text, form in shown if form]
                return [text.replace(_ID, arxiv).replace(_URL, url) for text, url in urls]
        others = [
            link
            for own in every
            for link in own
            if (_OWN_SIGNS - {_DOI} if doi else _OWN_SIGNS).isdisjoint(link.form)
            and "arxiv" not in f"{link.label} {link.form}".casefold()
        ]
        form = None if arxiv else usual(link.form for link in others)
        if form is None:
            label = self._label_of_page([link.label for own in every for link in own], arxiv)
            form = self._form_for_any(label).replace(_LABEL, label)
        return [form.replace(_DOI, doi).replace(_URL, safe_url(page))]

    @cached_property
    def _are_pages_named(self) -> bool:
        """Whether each list calls the work by a name of its own: its title or its journal."""
        own = [link.label for link in self._links if link.is_own and link.label]
        return len({*own}) == len(own) >= _MANY_NAMES

    def _link(self, link: Hyperlink) -> str:
        others = [it for it in self._links if not it.is_own]
        # A column `Code` of bare addresses names them.
        if folded_label(link.label) in CODE_LABELS and usual(it.label for it in others) == "":
            link = Hyperlink("", link.url)
        same = (it.form for it in others if it.label == link.label)
        alike = (it.form for it in others if it.label.casefold() == link.label.casefold())
        name = _repository(link.url)
        page = _page_id(link.url)
        form = next((it for it in (usual(same), usual(alike)) if it and link.label in it), None)
        if form is None or (_REPOSITORY in form and not name) or (_PAGE in form and not page):
            form = self._form_for_any(link.label).replace(_LABEL, link.label)
        form = form.replace(_REPOSITORY, name).replace(_PAGE, page)
        return form.replace(_URL, safe_url(link.url))

    def _form_for_any(self, label: str) -> str:
        """Return how most links are written in which `label` says all that their text says."""
        if not label:
            bare = (it.form for it in self._links if not it.label)
            return usual(bare) or _URL
        named = (it for it in self._links if it.label and it.label in it.form)
        forms = [it.form.replace(it.label, _LABEL) for it in named]
        return usual(form for form in forms if _is_for_any(form, label)) or self._frame

    def _label_of_page(self, known: Sequence[str], arxiv: str) -> str:
        if known and not any(known):
            return ""
        named = [it for it in known if it and _OWN_SIGNS.isdisjoint(it)]
        named = [it for it in named if "arxiv" not in it.casefold()]
        others = [it.label for it in self._links if it.label]
        are_titled = 2 * sum(it[0].isupper() for it in others) > len(others)
        default = ("arXiv", "Paper") if are_titled else ("arxiv", "paper")
        return usual(named) or default[0 if arxiv else 1]

    def _signs(self, count: int) -> tuple[str, str, str]:
        """Return what stands before, between and behind as many links."""
        known = [signs for each in self._lists if (signs := each.signs) is not None]
        alone = [signs for signs in known if not signs[1]]
        even = [signs for signs in known if len({*signs[1]}) < 2]
        as_many = [signs for signs in even if len(signs[1]) == count - 1]
        # "A or B" parts two links; before a third one it would be another choice.
        several = [it for it in even if it[1] and not any(map(str.isalnum, it[1][0]))]
        found = usual((it[0], it[1][:1], it[2]) for it in as_many or several or alone)
        before, between, after = found or ("", (), "")
        gap = between[0] if between else after + self._gap_between(before) + before
        return before, gap, after

    def _gap_between(self, before: str) -> str:
        form = self._form_for_any("paper")
        if form == self._frame:
            return self._gap
        return " " if before or form.startswith("[[") else ", "
