"""The new text of a slot that holds one value: a title, names, members, a venue, a date.

Each function begins with the text that stands there, and keeps the form of what stays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.core.values import dates, names, venue_slot
from zoterodigest.core.values.record import (
    EMPTY,
    Fields,
    Members,
    Names,
    Value,
    member_texts,
    plain_text,
    text_in,
)
from zoterodigest.core.values.short_names import last_names_in
from zoterodigest.core.values.tags import is_tag_of_notes
from zoterodigest.digest.read.fields import (
    ARXIV_CATEGORY,
    AWARD,
    CATEGORY,
    CHIP,
    TASK,
    one_name,
    one_tag,
)
from zoterodigest.digest.read.slots import one_line
from zoterodigest.mapping import is_tool_tag
from zoterodigest.regex import lazy_regex

_MARKS = "()[] `*_"


def escaped_entities(text: str) -> str:
    """Return text in which nothing is an entity by chance."""
    return text.replace("&", "&amp;") if html.unescape(text) != text else text


def line_text(old: str, value: Value) -> str:
    """Write one line of text; what already says so is kept, the blanks between its words too."""
    new = plain_text(value)
    # Two blanks or an entity in the digest are no change of the value, so they stay as they are.
    if one_line(old) == new:
        return old
    line = " ".join(new.split())
    return respaced(old, line.replace("&", "&amp;") if "&amp;" in old else escaped_entities(line))


def lines_text(old: str, value: Value) -> str:
    """Write lines of text, blank ones left out; what already says so is kept, blanks too."""
    new = plain_text(value)
    if html.unescape(old) == new:
        return old
    lines = (" ".join(line.split()) for line in new.split("\n"))
    text = escaped_entities("\n".join(line for line in lines if line))
    spaced = respaced(old, text)
    return spaced if spaced.count("\n") == text.count("\n") else text


_GAPS = lazy_regex(r"(\s+)")


def respaced(old: str, new: str) -> str:
    """Return `new` with the white space of `old` between words that stand there side by side.

    A word that takes the place of another has the white space of that one.
    """
    words, gaps = _GAPS.split(old)[::2], _GAPS.split(old)[1::2]
    new_words, new_gaps = _GAPS.split(new)[::2], _GAPS.split(new)[1::2]
    places: dict[int, int] = {}
    cursor = shift = 0
    for start, end, first, last in differing_ranges(words, new_words):
        places |= {at + shift: at for at in range(cursor, start)}
        if end - start == last - first:
            places |= {first + at: start + at for at in range(end - start)}
        elif start < end and first < last:
            places |= {first: start, last - 1: end - 1}
        cursor, shift = end, last - end
    places |= {at + shift: at for at in range(cursor, len(words))}
    for at, old_at in places.items():
        if places.get(at + 1) == old_at + 1:
            new_gaps[at] = gaps[old_at]
    return "".join(part for pair in zip(new_words, [*new_gaps, ""], strict=True) for part in pair)


def date_text(old: str, value: Value) -> str:
    """Write a date in the manner and the marks of the one that stands there; EMPTY clears it."""
    new, bare = plain_text(value), old.strip(_MARKS)
    if not new or not bare:
        return new
    start = old.index(bare)
    return old[:start] + dates.write_date(bare, new) + old[start + len(bare) :]


def year_text(old: str, value: Value) -> str:
    """Write a year in place of the one that stands there."""
    new = plain_text(value)
    if not re.search(r"\d{4}", old):
        return new
    return re.sub(r"(?:19|20)\d\d", lambda _: new, old, count=1)


def venue_text(old: str, asked: Fields) -> str:
    """Write venue, year, award and date, as far as `asked` holds them, into their one slot."""
    texts = {name: words_in(asked, name) for name in asked}
    reading = replace(venue_slot.parse_venue(one_line(old)), **texts)
    return venue_slot.venue_slot_text(old, reading)


def words_in(fields: Fields, name: str) -> str:
    """Return a field as one text: a scalar as it is, members parted by commas, else nothing."""
    value = fields.get(name)
    return ", ".join(value.texts) if isinstance(value, Members) else text_in(fields, name)


def names_text(old: str, value: Value) -> str:
    """Write names with the separators of the list that stands there, known names as written."""
    if not isinstance(value, Names):
        return ""
    present = names.parse_authors(old)
    if "[[" in old:
        return linked_names(old, value)
    if len(present.people) == 1 and _are_two(present.people[0], value):
        present = Names(last_names_in(present.people[0]), present.truncated)
    written = _as_they_stand(old, present.people)
    # "García Márquez, Gabriel" alone would be two people.
    turned = "; ".join(map(turned_name, value.people))
    are_turned = _are_turned(present) and len(names.parse_authors(turned).people) == len(
        value.people
    )
    full = _full_name if are_turned else one_name
    as_written = dict(zip(map(full, present.people), written, strict=True))
    spelled = {it: escaped_entities(turned_name(it) if are_turned else it) for it in value.people}
    people = [
        as_written.get(person, spelled[person] + _affiliation(written, present.people, person))
        for person in value.people
    ]
    separator, last = _separators(old, written)
    # Where a comma parts the two halves of a name, it parts no names.
    if are_turned and len(present.people) == 1:
        separator = "; "
    body = separator.join(people)
    # "A, B and et al." would read as one more author.
    if last and len(people) > 1 and not value.truncated:
        body = separator.join(people[:-1]) + last + people[-1]
    return _two_or_more(people, body, _cut_sign(old, written, separator) if value.truncated else "")


def _two_or_more(people: Sequence[str], body: str, sign: str) -> str:
    """Write "Zhang and Ruiz" for what would read as Ruiz Zhang: "Zhang, Ruiz", or with "et al."."""
    if len(people) == 2 and len(names.parse_authors(body + sign).people) == 1:
        return " ".join(filter(None, [" and ".join(people), sign.lstrip(" ,")]))
    return body + sign


def _are_two(person: str, value: Names) -> bool:
    """Tell whether "Zhang, Ruiz" stands for two people: for one of those who are to be written."""
    parted = last_names_in(person)
    return len(parted) > 1 and not set(parted).isdisjoint(value.people)


def _are_turned(present: Names) -> bool:
    """Tell whether all names of a list stand as "Last, First"."""
    return bool(present.people) and all(map(is_turned, present.people))


def is_turned(person: str) -> bool:
    """Tell whether a name stands as "Last, First"."""
    return "," in person and turned_name(person) == person


def turned_name(person: str) -> str:
    """Return a name as "Last, First"; one without two halves, or with a suffix, as it is."""
    match names.split_name(person):
        case names.PersonName(first, last) if "," not in first:
            return f"{last}, {first}"
        case _:
            return person


_LINKED = lazy_regex(r"\[\[[^\[\]\n]*\]\]")


def linked_names(old: str, value: Names) -> str:
    """Write names as links to notes, as those that stand there are: `[[A]], [[B]]`."""
    present = names.parse_authors(old)
    raws = _LINKED.findall(old)
    as_written = {names.parse_authors(raw).people: raw for raw in raws}
    people = [as_written.get((person,), f"[[{person}]]") for person in value.people]
    separator = old.partition(raws[0])[2].partition("[[")[0] if len(raws) > 1 else ", "
    rest = old[old.rfind("]]") + 2 :]
    cut = (rest if present.truncated else f"{separator}et al.") if value.truncated else ""
    return separator.join(people) + cut


def _as_they_stand(old: str, people: Sequence[str]) -> list[str]:
    """Return names with the affiliations that stand behind them: "Ann Bee (MIT)"."""
    written: list[str] = []
    cursor = 0
    for person in people:
        at = old.find(person, cursor)
        cursor = max(at, 0) + len(person)
        written.append(person + (names.affiliation_behind(old, cursor) if at >= 0 else ""))
    return written


def _affiliation(written: Sequence[str], people: Sequence[str], person: str) -> str:
    """Return the affiliation of a person whose name is written otherwise now."""
    affiliations = (
        text[len(it) :]
        for text, it in zip(written, people, strict=True)
        if names.same_person(it, person)
    )
    return next(affiliations, "")


def _full_name(person: str) -> str:
    return names.full_name(names.split_name(person))


def _separators(old: str, people: Sequence[str]) -> tuple[str, str]:
    """Return what stands between the first two names, and before the last if that differs."""
    between: list[str] = []
    cursor = 0
    for person in people:
        at = old.find(person, cursor)
        if at < 0:
            return ", ", ""
        between.append(old[cursor:at])
        cursor = at + len(person)
    if len(between) < 2:
        return ", ", ""
    last = between[-1] if len(between) > 2 and between[-1] != between[1] else ""
    return between[1], last


def _cut_sign(old: str, people: Sequence[str], separator: str) -> str:
    is_cut = names.parse_authors(old).truncated
    if is_cut and people:
        return old[old.rfind(people[-1]) + len(people[-1]) :]
    return f"{separator}et al."


def _listed(separator: str, pattern: re.Pattern[str], old: str, value: Value) -> str:
    """Write members: those that stay keep their place, new ones come behind the separator."""
    wanted = member_texts(value)
    parts = _parts(pattern, old)
    present = {one_line(part): part for part in parts}
    if tuple(present) == tuple(wanted):
        return old
    kept = [part for text, part in present.items() if text in wanted]
    new = [escaped_entities(text) for text in wanted if text not in present]
    return _between(old, parts, separator).join((*kept, *new))


def _parts(pattern: re.Pattern[str], old: str) -> list[str]:
    return [found[0].strip() for found in pattern.finditer(old) if found[0].strip()]


task_text = partial(_listed, "; ", TASK)
awards_text = partial(_listed, ", ", AWARD)

_TAG = lazy_regex(r"`[^`\n]*`|[^,;、，；\n`]+")


def _tagged(is_other: Callable[[str], bool], old: str, value: Value) -> str:
    """Write tags among others, which stay, as do those of programs.

    Those that stay keep their form and place, new ones come last.
    """
    wanted = member_texts(value)
    # Of `A`****, ****`B` the stars are marks of the tags.
    parts = [part for part in _parts(_TAG, old) if part.strip("*_~")]
    texts = [one_tag(part) for part in parts]
    mark = next((it for it in ("[[", "`", "#") if parts and parts[0].startswith(it)), "")
    end = {"[[": "]]", "`": "`"}.get(mark, "")
    stay = {*wanted, *(text for text in texts if is_other(text) or is_tool_tag(text))}
    kept = [part for part, text in zip(parts, texts, strict=True) if text in stay]
    # `#two words` would be the tag `two`.
    signs = {text: ("[[", "]]") if mark == "#" and " " in text else (mark, end) for text in wanted}
    new = [text.join(signs[text]) for text in wanted if text not in texts]
    return _between(old, parts, ", ").join((*kept, *new))


def _is_category(text: str) -> bool:
    return ARXIV_CATEGORY.fullmatch(text) is not None


tags_text = partial(_tagged, _is_category)
categories_in_tags_text = partial(_tagged, lambda text: not _is_category(text))
tags_of_note_text = partial(_tagged, lambda text: not is_tag_of_notes(text))


def _between(old: str, parts: Sequence[str], default: str) -> str:
    """Return what stands between the first two of `parts`, which stand in `old` in order."""
    if len(parts) < 2:
        return default
    end = old.index(parts[0]) + len(parts[0])
    return old[end : old.index(parts[1], end)]


def chips_text(old: str, value: Value) -> str:
    """Write category chips: chips that are no category stay, categories follow in order."""
    wanted = member_texts(value)
    chips = [(found[0], found[1].strip()) for found in CHIP.finditer(old)]
    kept = [raw for raw, text in chips if not CATEGORY.fullmatch(text) or text in wanted]
    present = {text for _, text in chips}
    added = [f" `{text}`" for text in wanted if text not in present]
    written = "".join((*kept, *added))
    return written if old[:1].isspace() else written.lstrip()


def new_chips_text(samples: Sequence[str], fields: Fields) -> str:
    """Write the chips of a new entry, its identifier first, parted as in the nearest of `samples`.

    What could end a chip is left out.
    """
    arxiv, doi = text_in(fields, "arxiv"), text_in(fields, "doi")
    identifier = f"arXiv:{arxiv}" if arxiv else f"doi:{doi}" if doi else ""
    members = member_texts(fields.get("categories", EMPTY))
    texts = [f"`{text}`" for text in (identifier, *members) if text and not set(text) & {"`", "\n"}]
    first, more = _chip_gaps(samples)
    if not identifier:
        return more.join(texts)
    return first.join(filter(None, (*texts[:1], more.join(texts[1:]))))


def _chip_gaps(samples: Sequence[str]) -> tuple[str, str]:
    """Return what parts the first chip from the second, and others from each other."""
    gaps = [[found[0].partition("`")[0] for found in CHIP.finditer(text)] for text in samples]
    first = next((each[1] for each in gaps if len(each) > 1), "  ")
    return first, next((each[2] for each in gaps if len(each) > 2), " ")


def categories_text(old: str, value: Value) -> str:
    """Write categories with the separator that stands there."""
    found = re.search(r"[,;]?\s+|[,;]", old.strip())
    return (found[0] if found else ", ").join(member_texts(value))
