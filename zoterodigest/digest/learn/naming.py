"""Names for holes: which slot what differs in a list's lines is, by what stands there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from zoterodigest.core.values import identity, names, venue_slot
from zoterodigest.core.values.dates import parse_date
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format.format import builtin_formats, folded_label
from zoterodigest.digest.learn.marks import VENUE_AND_YEAR
from zoterodigest.digest.learn.skeletons import REST, Hole, RepeatedWords, Skeleton
from zoterodigest.digest.read.codecs import takes
from zoterodigest.frozen import dataclass
from zoterodigest.regex import lazy_regex

_MOST = 0.8
_LABELLED = 0.5
"""The share of contents that a slot must take, and that under a label that names the slot."""

_TAG = lazy_regex(r"</?[A-Za-z][^<>]*>")
_LAST_WORDS = lazy_regex(r"([^\W\d_][\w ]{0,24}?)[\s*_`\"']*[:：=]?[\s*_`\"'《“(\[<]*$")
_MORE_LABELS = {
    "who": "authors",
    "by": "authors",
    "people": "authors",
    "👥": "authors",
    "at": "venue",
    "in": "venue",
    "🏛": "venue",
    "when": "date",
    "📅": "date",
    "why": "summary",
    "note": "summary",
    "评": "summary",
    "what": "title",
    "📄": "title",
    "get": "url",
    "read": "url",
    "🔗": "url",
    "💻": "code",
    "🏆": "award",
    "🏷": "tags",
}
"""What people write before a value, beside the labels that formats know."""

_OPENINGS = (
    *("**", "*", "_", "__", "`", "[", "《", "“", '"', "「", "«"),
    *("<b>", "<strong>", "<i>", "<em>", "<u>"),
)
"""Signs that a title often stands behind."""

_AWARDS = frozenset(one.casefold() for one in venue_slot.AWARDS)
_CODE = lazy_regex(r"https?://(?:www\.)?(?:github|gitlab)\.com/", re.I)


def named(lines: Sequence[Skeleton], venues: VenueTable) -> list[list[str]]:
    """Return the slot of each hole of each line; one is the title, if any can be."""
    holes = [_PlacedHole(row, line, at) for row, line in enumerate(lines) for at in _holes(line)]
    slots = ["url" if one.is_target else _by_contents(one.hole, one.label, venues) for one in holes]
    scores = [
        one.title_score - _LATER * number if slot in ("", "title") else _NO_TITLE
        for number, (one, slot) in enumerate(zip(holes, slots, strict=True))
    ]
    best = scores.index(max(scores)) if scores and max(scores) > 0 else -1
    for at, slot in enumerate(slots):
        if at == best or slot == "title":
            slots[at] = "title" if at == best else ""
    for at, one in enumerate(holes):
        # Where the name of a venue leads is no page of the paper.
        is_named = one.is_target and at and holes[at - 1].row == one.row
        if is_named and slots[at - 1] == "venue" and not one.leads_to_paper:
            slots[at] = "ignored"
    slots = _each_once(slots, [one.hole for one in holes])
    result: list[list[str]] = [[] for _ in lines]
    for one, slot in zip(holes, slots, strict=True):
        result[one.row].append(slot)
    return result


_LATER = 0.15
"""What each hole before it takes from the score of a title."""
_NO_TITLE = -9.0


@dataclass(frozen=True, slots=True)
class _PlacedHole:
    """A hole of the line `row`: the part `at` in it."""

    row: int
    line: Skeleton
    at: int

    @property
    def hole(self) -> Hole:
        hole = self.line.parts[self.at]
        assert isinstance(hole, Hole)
        return hole

    @property
    def before(self) -> str:
        """The text right before it."""
        before = self.line.parts[self.at - 1] if self.at else None
        return before.text if isinstance(before, RepeatedWords) else ""

    @property
    def is_target(self) -> bool:
        """Whether it is where the link of a title leads, which may be a file of this folder."""
        return self.hole.key == "{url}" and self.before.endswith("](")

    @property
    def leads_to_paper(self) -> bool:
        """Whether it is an address of papers, by most of its contents."""
        return _share(list(self.hole.contents), identity.is_paper_url) >= 0.5

    @property
    def label(self) -> str:
        """The slot that the words right before it call it, or ""."""
        text = _TAG.sub(" ", self.before).rstrip(" \t*_`\"'《“([<:：=|").strip()
        found = _LAST_WORDS.search(text)
        words = [text, found[1] if found else "", *(text[-size:] for size in range(1, 5))]
        return next((_labels()[it] for it in map(_folded, words) if it in _labels()), "")

    @property
    def title_score(self) -> float:
        """How much what stands in it looks like titles."""
        texts = [text for text in self.hole.contents if text]
        if self.hole.key or not texts:
            return _NO_TITLE
        words = list(map(_length, texts))
        if max(words) < 2:
            return _NO_TITLE
        score = len(set(texts)) / len(texts)
        score += sum(2 <= number <= 20 for number in words) / len(words)
        score += _share(texts, lambda it: not (it[0].isalpha() and it[0].islower())) - 0.5
        score += sum(map(_capitals, texts)) / len(texts)
        score -= 0.8 * _share(texts, lambda it: it[-1] in ".。!！")
        score -= 2 * _share(texts, lists_people)
        score -= _share(texts, lambda it: bool(_NAME.fullmatch(it)))
        score -= 2 * _share(texts, lambda it: bool(VENUE_AND_YEAR.fullmatch(it)))
        score += 0.6 * self.before.rstrip().endswith(_OPENINGS)
        # What stands beside the links of a paper is its title rather than a line below.
        score += 0.5 * any(it.key in ("{links}", "{url}") for it in self.line.holes)
        # "Paper: [Title](address)": the label names the link, and so its title.
        if self._is_linked:
            return score + 1
        return score + (1 if self.label == "title" else -1 if self.label else 0)

    @property
    def _is_linked(self) -> bool:
        """Whether it is what a link to a paper is called by."""
        behind = self.line.parts[self.at + 1 : self.at + 3]
        if len(behind) < 2 or not self.before.endswith("["):
            return False
        text, target = behind
        if not (isinstance(text, RepeatedWords) and text.text.startswith("](")):
            return False
        pages = target.contents if isinstance(target, Hole) and target.key == "{url}" else ()
        return bool(pages) and _share(list(pages), identity.is_paper_url) >= 0.5


def _holes(line: Skeleton) -> list[int]:
    return [at for at, part in enumerate(line.parts) if isinstance(part, Hole)]


def _folded(text: str) -> str:
    return folded_label(text.replace("\ufe0f", ""))


@cache
def _labels() -> Mapping[str, str]:
    """Return the slot of each label that any format knows."""
    labels: dict[str, str] = {}
    for form in builtin_formats():
        for slots in (form.slots_by_column, form.slots_by_label):
            labels |= slots
    return {label: slot for label, slot in (labels | _MORE_LABELS).items() if label}


def _by_contents(hole: Hole, label: str, venues: VenueTable) -> str:
    """Return the slot that the contents of a hole show, "" for free text."""
    texts = [text for text in hole.contents if text]
    if not texts:
        return "ignored"
    if hole.key == "{url}":
        if _share(texts, lambda it: bool(_CODE.match(it))) > 0.5:
            return "code"
        return "url" if _share(texts, identity.is_paper_url) >= 0.5 or label == "url" else "links"
    if hole.key not in ("", REST):
        return hole.key.strip("{}")
    return _by_shape(texts) or _by_codec(texts, label, venues) or _by_label(texts, label)


def _by_shape(texts: Sequence[str]) -> str:
    found = [date for it in texts if (date := parse_date(it.strip("()[] `*_"))) is not None]
    if texts and len(found) >= _MOST * len(texts):
        return "year" if all(len(date) == 4 for date in found) else "date"
    if _share(texts, lambda it: bool(re.fullmatch(r"[\W\d]*", it))) >= _MOST:
        return "ignored"
    if _share(texts, lambda it: it.startswith("http") or "](" in it) >= _MOST:
        return "links"
    return "award" if _share(texts, lambda it: _plain(it) in _AWARDS) >= _LABELLED else ""


def _by_codec(texts: Sequence[str], label: str, venues: VenueTable) -> str:
    are_people = _share(texts, lambda it: _takes("authors", it, venues))
    if label == "authors" and are_people >= _LABELLED:
        return "authors"
    # Of one person a list may be: then only its label tells it from other words.
    if are_people >= _MOST and _share(texts, _has_names) >= 0.3:
        return "authors"
    are_venues = _share(texts, lambda it: _takes("venue", it, venues) and not _is_cited(it))
    return "venue" if are_venues >= (_LABELLED if label in ("venue", "award") else 0.7) else ""


def _is_cited(text: str) -> bool:
    """Whether a text begins with people, with a venue or year behind, and so may seem a venue."""
    people = names.parse_names(_END_YEAR.sub("", text)).people
    return len(people) > 1 and bool(_NAME.fullmatch(people[0]))


_END_YEAR = lazy_regex(r"[\s,.(]*(?:19|20)\d\d\W*$")


def _by_label(texts: Sequence[str], label: str) -> str:
    if label in ("summary", "abstract", "tags", "task", "title", "comment", "ignored"):
        return label
    # A few words that come again and again: a state, a rating.
    is_repeated = len(texts) >= 4 and len(set(texts)) < 0.5 * len(texts)
    return "ignored" if is_repeated and max(len(it.split()) for it in texts) <= 3 else ""


@lru_cache(maxsize=50_000)
def _takes(slot: str, text: str, venues: VenueTable) -> bool:
    return takes(slot, text, venues)


def _plain(text: str) -> str:
    return text.strip(" .*_").casefold()


def _has_names(text: str) -> bool:
    found = names.parse_names(text)
    return len(found.people) > 1 or found.truncated or bool(re.search(r"\b[A-Z]\. ", text))


def _share(texts: Sequence[str], is_one: Callable[[str], bool]) -> float:
    return sum(map(is_one, texts)) / len(texts)


def _capitals(text: str) -> float:
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    return sum(word[0].isupper() for word in words) / len(words) if words else 0.5


def _each_once(slots: Sequence[str], holes: Sequence[Hole]) -> list[str]:
    """Return slots so that none stands twice; the longest free text is the summary."""
    given: list[str] = []
    title = slots.index("title") if "title" in slots else -1
    free = [
        (_words(hole), at)
        for at, (slot, hole) in enumerate(zip(slots, holes, strict=True))
        if not slot and at > title and _words(hole) >= _FEWEST_WORDS
        if not (_are_people(hole) or _are_places(hole))
    ]
    summary = max(free)[1] if free and "summary" not in slots else -1
    best: dict[str, int] = {}
    for at, slot in enumerate(slots):
        best.setdefault(slot, at)
    for at, slot in enumerate(slots):
        if at == summary:
            given.append("summary")
        elif not slot:
            given.append("ignored")
        elif slot in ("links", "ignored") or best[slot] == at:
            given.append(slot)
        elif slot in ("url", "code"):
            given.append("links")
        else:
            given.append("ignored")
    return given


_FEWEST_WORDS = 4


def _words(hole: Hole) -> float:
    """Return how many words the contents of a hole have on average."""
    return sum(map(_length, hole.contents)) / max(len(hole.contents), 1)


def _length(text: str) -> int:
    """Return the number of words; two ideographs are a word."""
    return max(len(text.split()), len(text.encode()) // 10)


def lists_people(text: str) -> bool:
    """Whether a text is a list of people rather than a title."""
    found = names.parse_names(text)
    people = [one for one in found.people if _NAME.fullmatch(one)]
    return (len(people) > 1 or found.truncated) and len(people) == len(found.people)


_NAME = lazy_regex(
    r"[^\W\d_a-z][\w.'’-]*(?: (?:[^\W\d_a-z][\w.'’-]*|v[ao]n|de[nr]?|d[aeiou]|la|al|bin)){1,4}"
)


def _are_people(hole: Hole) -> bool:
    """Whether contents are lists of people, though the codec refuses some."""
    lists = sum(_has_names(text) and ". " not in text for text in hole.contents)
    return lists * 2 > len(hole.contents)


def _are_places(hole: Hole) -> bool:
    """Whether contents are rows of names, as of universities and companies, and no sentences."""
    return _share(hole.contents, is_of_names) > 0.5


def is_of_names(text: str) -> bool:
    """Whether a text has hardly a word in small letters, as a row of names, and no sentence."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word not in _SMALL_WORDS]
    return bool(words) and sum(map(str.isupper, (it[0] for it in words))) >= 0.85 * len(words)


_SMALL_WORDS = frozenset({"and", "at", "de", "der", "di", "for", "of", "the", "w"})


def is_paper(text: str) -> bool:
    """Whether a text names a paper: by an address, or an identifier."""
    return number_of_papers(text) > 0


def number_of_papers(text: str) -> int:
    """Return how many papers a text names.

    One without an arXiv id or a DOI counts by its page, one without a link by its venue and year.
    """
    known = {*identity.arxiv_in_text(text), *identity.doi_in_text(text)}
    if known:
        return len(known)
    pages = {url for url in _ADDRESS.findall(text) if identity.is_paper_url(url)}
    return len(pages) or bool(_PAPER_LINK.search(text) or _VENUE_AND_YEAR.search(text))


_PAPER_LINK = lazy_regex(
    r"\[\W{0,4}(?:paper|pdf|arxiv|论文)\W{0,4}\]\(http|>\W?(?:paper|pdf)\W?</a"
    r"|\b(?:paper|pdf|arxiv|论文)(?:链接)?\W{0,5}[:：]\W{0,5}(?:\[[^\[\]]*\]\()?<?http",
    re.I,
)
_VENUE_AND_YEAR = lazy_regex(
    rf"{VENUE_AND_YEAR.pattern}|\b(?:19|20)\d\d, [A-Z]{{3,}}"
    r"|^\d\d-[A-Z][a-z]{0,4}[A-Z]\w{0,10}-"
)
"""A venue as an acronym, behind or before its year."""
_ADDRESS = lazy_regex(r"https?://[^\s<>()\[\]|\"']+")
