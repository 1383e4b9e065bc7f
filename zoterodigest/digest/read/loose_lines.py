"""Lines of loose templates: values without the marks around them, and whether they can be such.

In the open, where no mark tells what a value is, only what is known or written as such counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from zoterodigest.core.values import identity, names, venue_slot
from zoterodigest.core.values.record import Names
from zoterodigest.core.values.venue import VenueTable
from zoterodigest.digest.format import loose
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.format.line_pattern import (
    LINKS_ALONE,
    ChosenPattern,
    LineMatch,
)
from zoterodigest.digest.read.codecs import PUBLISHERS
from zoterodigest.digest.read.found import is_title
from zoterodigest.digest.read.open_titles import LINK_WORDS, is_named
from zoterodigest.digest.read.parts import holds_title
from zoterodigest.digest.read.people import are_last_names, is_person
from zoterodigest.digest.read.references import links_within
from zoterodigest.digest.read.shapes import is_clear, may_be_names
from zoterodigest.digest.read.slots import decoded
from zoterodigest.regex import lazy_regex

LONGEST_NICKNAME = 60
_MARKED = frozenset({"short_title", "venue", "authors", "date", "award"})
_PERIOD = lazy_regex(rb"(?:\bet\.? ?al|\bu\. ?a|\b[A-Z])$")
_EMOJI_NAME = lazy_regex(rb"(?:[ \t]*:[a-z][a-z0-9_+-]*:)*[ \t]+:[a-z][a-z0-9_+-]*$")
_MARKS_LEFT = lazy_regex(r"[*`\[\]]|^[_(]|[_]$")


def unmarked(chosen: ChosenPattern, match: LineMatch, data: bytes) -> LineMatch:
    """Return a match with the slots of values without the marks around them."""
    slots = []
    for place, (start, end) in zip(chosen.places, match.slots, strict=True):
        if place.slot in _MARKED:
            text = decoded(data[start:end])
            left, right = loose.within_marks(text)
            start, end = start + len(text[:left].encode()), start + len(text[:right].encode())
        # The period of "et al." and of an initial is theirs.
        if place.slot == "authors" and data[end : end + 1] == b"." and _PERIOD.search(data[:end]):
            end += 1
        # The colon that ends the name of an emoji is taken for a sign behind the title.
        elif place.slot == "title" and data[end : end + 1] == b":":
            end = start + len(_EMOJI_NAME.sub(b"", data[start:end]))
        slots.append((start, end))
    return LineMatch(tuple(slots), match.groups)


def is_plausible(
    chosen: ChosenPattern,
    match: LineMatch,
    found: LineMatch,
    data: bytes,
    terms: tuple[DigestFormat, VenueTable],
) -> bool:
    """Whether each value is one, by the marks around it or by itself."""
    form, venues = terms
    texts = {
        place.slot: decoded(data[start:end])
        for place, (start, end) in zip(chosen.places, found.slots, strict=True)
    }
    is_bare = "title" in texts and not chosen.has_marked_title
    if not _are_as_named(texts, _links_in(chosen, found, data), venues):
        return False
    if is_bare and not (_is_bare_entry(texts, form, venues) and _is_parted(chosen, match, data)):
        return False
    if not is_bare and _is_in_book_marks(chosen, found, data) and not _is_of_paper(texts, venues):
        return False
    pairs = zip(chosen.places, match.slots, found.slots, strict=True)
    marked = {place.slot for place, outer, inner in pairs if outer[0] < inner[0]}
    is_open = is_bare or _is_called(chosen, match, data)
    return (
        _has_clear_edges(chosen, match, found, data)
        and ("venue" in marked or _may_be_year(chosen, found, texts, data))
        and _is_venue(texts.get("venue"), venues, is_marked="venue" in marked)
        and (not is_bare or _has_paper(texts) or _is_known(texts.get("venue", ""), venues))
        and _are_authors(texts.get("authors"), venues, is_marked="authors" in marked or not is_open)
        and _is_nickname(_without_marks_in_code(chosen, found, data), form, venues)
    )


def _are_as_named(texts: Mapping[str, str], links: Iterator[bytes], venues: VenueTable) -> bool:
    """Whether links are nothing else, an award is a known one, and a comment is such a remark."""
    # A word or two before a link that is called by a title are a name of what the link leads to.
    title = texts.get("title", "")
    if title.count(" ") < 2 and title and holds_title(texts.get("links", "").encode()):
        return False
    # A line below a title that holds nothing else; behind a title, names are looked for anyway.
    if texts.keys() == {"summary"} and _is_no_remark(texts["summary"], venues):
        return False
    awards = texts.get("award", "Oral").split(", ")
    are_awards = all(one.casefold() in _AWARDS for one in awards)
    is_remark = _REMARK.match(texts.get("comment", "accepted")) is not None
    return are_awards and is_remark and all(map(LINKS_ALONE.matches, links))


def _is_no_remark(text: str, venues: VenueTable) -> bool:
    """Whether a text is a citation, a row of names, a venue or another paper."""
    bare = text.lstrip("-*+•> \t")
    pieces = [it.strip(" .*_") for it in _BETWEEN_PEOPLE.split(_IN_BRACKETS.sub("", bare))[:4]]
    # "Ada Lovelace, A Title", "Lovelace, A., Gödel, K."
    is_led = len(pieces) > 1 and (is_person(pieces[0]) or bool(_INITIALS.fullmatch(pieces[1])))
    is_cited = _CITED.search(" ".join(bare.split()[:_MOST_CITED])) is not None
    reading = venue_slot.parse_venue(bare.strip(" ."))
    is_venue = bool(reading.year) and _is_known(bare.strip(" ."), venues)
    links = links_within(bare.encode())
    is_paper = any(identity.is_paper_url(it.url) for it in links) or bool(_ID_LAST.search(bare))
    return is_led or is_cited or is_venue or is_paper or may_be_names(bare.encode())


_BETWEEN_PEOPLE = lazy_regex(r",| and | & ")
_IN_BRACKETS = lazy_regex(r"\([^()]*\)")
_INITIALS = lazy_regex(r"(?:[A-Z]\.?-?){1,3}")
_ID_LAST = lazy_regex(r"\barXiv:\d{4}\.\d{4,5}\W*(?:\d{4}\W*)?$")
_MOST_CITED = 8


def _without_marks_in_code(chosen: ChosenPattern, found: LineMatch, data: bytes) -> str | None:
    """Return the nickname; of one in code without what would be a mark elsewhere."""
    for place, (start, end) in zip(chosen.places, found.slots, strict=True):
        if place.slot == "short_title":
            is_code = data[start - 1 : start] == data[end : end + 1] == b"`"
            text = decoded(data[start:end])
            return re.sub(r"[*\[\]]", "", text) if is_code else text
    return None


_PARTING = lazy_regex(r"[^\w\s)\]:：-]")


def _is_parted(chosen: ChosenPattern, match: LineMatch, data: bytes) -> bool:
    """Whether a title that nothing marks ends before its authors: a sign stands between them.

    Behind a comma, which also parts people, the authors begin with the first name.
    """
    spans = {it.slot: span for it, span in zip(chosen.places, match.slots, strict=True)}
    (begin, end), (start, stop) = spans["title"], spans.get("authors", (0, 0))
    if start < end:
        return True
    between = decoded(data[end - 1 : start + 1])
    if "," not in between:
        return bool(_PARTING.search(between))
    last, authors = decoded(data[begin:end]).rpartition(",")[2].strip(), decoded(data[start:stop])
    is_name = not authors[0].islower() or names.is_particle(authors.split()[0])
    return is_name and not (is_person(last) or are_last_names(f"{last}, {authors}"))


def _is_called(chosen: ChosenPattern, match: LineMatch, data: bytes) -> bool:
    """Whether a colon stands behind the title: what follows a nickname so may look like people."""
    spans = {it.slot: span for it, span in zip(chosen.places, match.slots, strict=True)}
    (_, end), (start, _) = spans.get("title", (0, 0)), spans.get("authors", (0, 0))
    return end < start and any(sign in decoded(data[end:start]) for sign in ":：")


def _splits_word(chosen: ChosenPattern, found: LineMatch, data: bytes) -> bool:
    """Whether a hyphen within a word is taken for the dash before a summary."""
    last = 0
    for place, (start, end) in zip(chosen.places, found.slots, strict=True):
        between = decoded(data[last:start])
        if place.slot == "summary" and last and between[:1] in _DASHES:
            return True
        last = end
    return False


_DASHES = frozenset("-–—")


def _links_in(chosen: ChosenPattern, found: LineMatch, data: bytes) -> Iterator[bytes]:
    for place, (start, end) in zip(chosen.places, found.slots, strict=True):
        if place.slot == "links":
            yield data[start:end]


def _has_clear_edges(
    chosen: ChosenPattern, match: LineMatch, found: LineMatch, data: bytes
) -> bool:
    """Whether no value ends within a word or a pair of marks."""
    return (
        _may_touch(chosen, match, data)
        and not _ends_at_odd_mark(chosen, found, data)
        and not _splits_word(chosen, found, data)
    )


def _may_touch(chosen: ChosenPattern, match: LineMatch, data: bytes) -> bool:
    """Whether no venue touches the title behind it, but for one in brackets."""
    names = [place.slot for place in chosen.places]
    if names[:2] != ["venue", "title"] or match.slots[0][1] < match.slots[1][0]:
        return True
    return decoded(data[slice(*match.slots[0])])[-1] in "])）】"


def _may_be_year(
    chosen: ChosenPattern, found: LineMatch, texts: Mapping[str, str], data: bytes
) -> bool:
    """Whether a year alone in place of the venue is behind a list of people that ends as such.

    Of "A. Bee, Cee Dee, 2020" the last may be a venue, of "A. Bee et al., 2020" not.
    """
    if "authors" not in texts or venue_slot.parse_venue(texts.get("venue", "CVPR")).venue:
        return True
    if names.parse_names(texts["authors"]).truncated:
        return True
    slots = zip(chosen.places, found.slots, strict=True)
    end = next(end for place, (_, end) in slots if place.slot == "authors")
    is_parted = bool(data[end : end + 1].strip())
    return is_parted and bool(_LAST_OF_LIST.search(texts["authors"]))


_LAST_OF_LIST = lazy_regex(r" (?:and|und|&) [^,，、;；]+$")
_REMARK = lazy_regex(
    r"(?:accepted|extended|presented|published|rejected|submitted|to appear|under review"
    r"|withdrawn)\b",
    re.I,
)
"""What is said in parentheses of a paper on its way to a venue."""


def _ends_at_odd_mark(chosen: ChosenPattern, found: LineMatch, data: bytes) -> bool:
    """Whether a title ends at `"`, and one of those has no other: it may be that of inches."""
    slots = zip(chosen.places, found.slots, strict=True)
    ends = [end for place, (_, end) in slots if place.slot == "title"]
    return any(data[end : end + 1] == b'"' for end in ends) and data.count(b'"') % 2 == 1


def _is_in_book_marks(chosen: ChosenPattern, found: LineMatch, data: bytes) -> bool:
    """Whether the title stands in marks that are as often around books, talks and magazines."""
    slots = zip(chosen.places, found.slots, strict=True)
    starts = [start for place, (start, _) in slots if place.slot == "title"]
    return any(
        decoded(data[:start]).rstrip(" \xa0\u202f*_")[-1:] in _BOOK_MARKS for start in starts
    )


def _is_of_paper(texts: Mapping[str, str], venues: VenueTable) -> bool:
    name = venue_slot.parse_venue(texts.get("venue", "")).venue
    return _has_paper(texts) or venues.find(name) is not None


_BOOK_MARKS = frozenset("«»‹›《〈「『")
_AWARDS = frozenset(map(str.casefold, venue_slot.AWARDS))


def _are_authors(text: str | None, venues: VenueTable, *, is_marked: bool) -> bool:
    if text is None:
        return True
    if _MARKS_LEFT.search(text):
        return False
    return is_marked or is_clear("authors", text, venues) or are_last_names(text)


def _is_venue(text: str | None, venues: VenueTable, *, is_marked: bool) -> bool:
    if text is None:
        return True
    if _MARKS_LEFT.search(text) or _CITED.search(text):
        return False
    if is_marked:
        return True
    reading = venue_slot.parse_venue(text)
    inside = reading.venue.partition("(")[2]
    return _is_known(text, venues) and bool(reading.year) and not _REMARK.match(inside)


def _is_known(text: str, venues: VenueTable) -> bool:
    """Whether it is a venue that the table knows, or only a year, a date."""
    name = venue_slot.parse_venue(text).venue
    return not name or venues.find(name) is not None or name.startswith(PUBLISHERS)


def _is_nickname(text: str | None, form: DigestFormat, venues: VenueTable) -> bool:
    """Whether a name in marks is one: no venue, date or award, no word for a part of a page."""
    if text is None:
        return True
    if len(text) > LONGEST_NICKNAME:
        return False
    is_name = not _MARKS_LEFT.search(text.rstrip("*")) and is_title(form, text.encode())
    return is_name and not venue_slot.parse_venue(text).year and venues.find(text) is None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CITED = lazy_regex(r"\bet\.? al\b")
_FUNCTION_WORDS = _words("""
    a an the of in on at by for from with to and or as is are was see about via their our this that
    its his her it we you behind after on de la le du sur par von der die das und
""")  # fmt: skip
_NEWS = frozenset({"Our", "We", "I", "New", "News", "Update", "Updated"})
_PAPER_WORDS = _words("""
    abs acl acm anthology arxiv article cvf doi full html ieee link openreview paper papers pdf pmlr
    preprint proceedings pub publication 论文 论文链接
""")  # fmt: skip
_MARKED_TAIL = ("(", "*", "`", "_")


def _is_bare_entry(texts: Mapping[str, str], form: DigestFormat, venues: VenueTable) -> bool:
    """Whether a title that nothing marks is followed by what follows titles, and is no sentence."""
    title = texts["title"]
    words = title.split()
    if not texts.get("tail", "(").startswith(_MARKED_TAIL) or not is_title(form, title.encode()):
        return False
    if (
        words[-1] in _FUNCTION_WORDS
        or words[0] in _NEWS
        or title[-1] == "!"
        or not is_bare_title(title, venues)
        or _may_be_authors(title, texts.get("authors", ""))
    ):
        return False
    is_small = words[0].isalpha() and words[0].islower() and words[0].isascii()
    # Behind a link that is called by its venue any others may stand.
    links = links_within(texts.get("links", "").encode()) if "url" not in texts else ()
    if is_small or not all(is_named(link.label, LINK_WORDS) for link in links[:1]):
        return False
    return "url" not in texts or _is_paper_of_venue(texts["url"], texts.get("venue", ""))


def _is_paper_of_venue(url: str, venue: str) -> bool:
    """Whether a link called by a venue leads to a paper: no deadline's day or call for papers."""
    url = url.strip("<>")
    is_paper = identity.is_paper_url(url) or url.lower().endswith(".pdf")
    return is_paper and bool(venue_slot.parse_venue(venue).venue)


_INITIAL = lazy_regex(r"\b[A-Z]\.")
_FEWEST_NAMES = 3


def _may_be_authors(title: str, authors: str) -> bool:
    """Whether a text in the place of a title may be authors: "Ada Lovelace. Title of a Paper."

    A title of capitalized words alone, "Layer Normalization", is written as a name is: it is the
    title only before authors that can be nothing else.
    """
    people = names.parse_names(title)
    if not people.people or not all(map(is_person, people.people)):
        return people.truncated
    return _is_sure_list(title, people) or (
        bool(authors) and not _is_sure_list(authors, names.parse_names(authors))
    )


def _is_sure_list(text: str, people: Names) -> bool:
    """Whether a list of what is written as names are can be no title of a paper."""
    is_long = len(people.people) >= _FEWEST_NAMES or (len(people.people) > 1 and "," in text)
    return people.truncated or is_long or bool(_INITIAL.search(text))


def _has_paper(texts: Mapping[str, str]) -> bool:
    links = texts.get("links", "") or texts.get("tail", "")
    first = next(iter(links_within(links.encode())), None)
    return first is not None and (
        bool(first.label and is_named(first.label, _PAPER_WORDS))
        or identity.is_paper_url(first.url)
    )


_PAIR = lazy_regex(r"\*[^*]+\*|`[^`]*`|\b_[^_]+_\b|\]\(|://|<[a-z/]| ?;|。|#\d")
_SENTENCE = lazy_regex(r"[^\W\d_]{4,}\.\s+[^\W\d_]")
_YEAR_LAST = lazy_regex(r"(?:[,.:;(]\s*[^,.:;]{0,40})\b(?:19|20)\d\d\)?\.?$")
_YEAR_WITHIN = lazy_regex(r"\((?:[^()\d]{0,20}\b)?(?:19|20)\d\d\)[.,:;]\s")
_VENUE_FIRST = lazy_regex(
    r"(?:[A-Za-z][A-Za-z-]{1,14} ){0,2}(?:19|20)\d\d(?:\.\d\d)?"
    r"(?:(?: [a-z]+){0,3}| (?:Oral|Spotlight|Highlight|Poster)| \([A-Za-z ]+\)), [A-Z]"
)
_BEFORE_VENUE = lazy_regex(r"[.?!] In$")
_PART = lazy_regex(r"[.,;:?!-]\s+")


def _is_led_by_people(text: str) -> bool:
    """Whether a text begins with two people at least: "Ada Lovelace, Kurt Gödel, A Title"."""
    first, _, rest = text.partition(",")
    if not rest or not is_person(first):
        return False
    second = rest.partition(",")[0].strip()
    return all(map(is_person, filter(None, _AND.split(second))))


_AND = lazy_regex(r"(?:^| )(?:and|&) ")


def is_bare_title(text: str, venues: VenueTable) -> bool:
    """Whether a text without marks can be a title: no authors, venue or year stand at its ends."""
    if _VENUE_FIRST.match(text) or _is_led_by_people(text):
        return False
    if _YEAR_WITHIN.search(text) or _BEFORE_VENUE.search(text) or _CITED.search(text):
        return False
    if _PAIR.search(text) or _YEAR_LAST.search(text) or _SENTENCE.search(text):
        return False
    for found in _PART.finditer(text):
        rest = text[found.end() :]
        reading = venue_slot.parse_venue(rest)
        if reading.year and venues.find(reading.venue) is not None:
            return False
        people = names.parse_names(rest)
        is_list = people.truncated or len(people.people) > 1
        if found[0][0] in ".?!" and is_list and is_clear("authors", rest, venues):
            return False
        if found[0][0] in ",;" and is_list and all(map(is_person, people.people)):
            return False
        if found[0][0] in ",;" and are_last_names(rest):
            return False
    return True
