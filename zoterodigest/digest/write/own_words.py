"""Own words: a change of an entry, in the text that the digest has for what does not change.

A change comes in the form in which blocks are compared. Many texts have one such form, and the
digest's own is the one to keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from zoterodigest.core.links.hunks import differing_ranges
from zoterodigest.core.values.blocks import INLINE_FORMULA
from zoterodigest.core.values.dates import is_iso
from zoterodigest.core.values.record import (
    EMPTY,
    Blocks,
    Fields,
    Members,
    is_empty,
    is_in_date,
    value_parts,
)
from zoterodigest.core.values.tags import TAGS, in_one_word
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.digest.write.paired import paired
from zoterodigest.digest.write.respelled import respellings
from zoterodigest.digest.write.shown import BlockForm
from zoterodigest.digest.write.values import respaced
from zoterodigest.digest.write.writing import slot_of


def in_own_words(fields: Fields, asked: Fields, form: BlockForm) -> Fields:
    """Return `asked` with the text in `fields` for each block that says the same in `form`."""
    own = dict(asked)
    for name, value in asked.items():
        present = fields.get(name)
        if isinstance(value, Blocks) and isinstance(present, Blocks):
            own[name] = Blocks(own_texts(present.texts, value.texts, form))
    return own


def with_tags_of_note(entry: DigestEntry, asked: Fields) -> Fields:
    """Return `asked` with tags as a note spells them: its own as they stand, none with a blank.

    Obsidian has no tag with blanks: `machine learning` is written `machine-learning` there.
    """
    tags, present = asked.get(TAGS), entry.reading.fields.get(TAGS)
    if not isinstance(tags, Members):
        return asked
    own = {in_one_word(it).casefold(): it for it in value_parts(present or EMPTY)}
    spelled = (own.get(in_one_word(it).casefold(), in_one_word(it)) for it in tags.texts)
    return {**asked, TAGS: Members(tuple(dict.fromkeys(spelled)))}


def with_year_of_date(entry: DigestEntry, asked: Fields) -> Fields:
    """Return `asked` with the year that goes or comes with the date, where the entry shows both."""
    date = asked.get("date")
    if date is None or not is_in_date(entry.reading.fields):
        return asked
    if is_empty(date):
        return {**asked, "year": EMPTY}  # the year of a date that goes would be a date again
    if not isinstance(date, str) or not is_iso(date):
        return asked
    if len(date) == 4 and slot_of(entry, "date") == slot_of(entry, "year"):
        return {**asked, "date": EMPTY, "year": date}  # alone it reads as the year of the venue
    return {**asked, "year": date[:4]}


def own_texts(own: Sequence[str], wanted: Sequence[str], form: BlockForm) -> tuple[str, ...]:
    """Return `wanted` with the text of `own` for each block that says the same in `form`.

    A block that took the place of another is written as that one is, every new one is indented as
    those that stand as deep.
    """
    spliced = tuple(_spliced(own, wanted, form))
    # Behind a comment an indented line is inside of no item.
    whole = tuple(_with_whole_items(spliced, form))
    for texts in (spliced, whole):
        if _said(texts, form) == _said(wanted, form):
            return texts
    # Two margins of one depth were mixed: as it is asked for, with the comments that stood there.
    return (*wanted, *(text for text, says in zip(own, form(own), strict=True) if not says))


def _said(texts: Sequence[str], form: BlockForm) -> list[str]:
    return [text for text in form(texts) if text]


def _with_whole_items(texts: Iterable[str], form: BlockForm) -> Iterator[str]:
    """Yield `texts` with each comment behind all that stands inside of the item before it."""
    comments: list[str] = []
    for text in texts:
        if not form((text,))[0]:
            comments.append(text)
            continue
        if not _margin(text):
            yield from comments
            comments.clear()
        yield text
    yield from comments


def _spliced(own: Sequence[str], wanted: Sequence[str], form: BlockForm) -> Iterator[str]:
    said = form(own)
    solid = [at for at, text in enumerate(said) if text]
    # Of two margins for one depth the narrower: behind the wider it stands as deep all the same.
    wide_first = sorted(solid, key=lambda at: len(_margin(own[at])), reverse=True)
    margins = {_margin(said[at]): _margin(own[at]) for at in wide_first}
    texts = {said[at]: own[at] for at in solid}  # a block that moved takes its text along
    new = [texts.get(text) or _indented(text, margins) for text in wanted]
    cursor = 0
    for start, end, first, last in differing_ranges([said[at] for at in solid], wanted):
        begin = solid[start] if start < len(solid) else len(own)
        stop = solid[end - 1] + 1 if end > start else begin
        yield from own[cursor:begin]
        cursor = begin
        there = solid[start:end]
        pairs = paired([said[at] for at in there], wanted[first:last])
        for number in range(first, last):
            if number - first not in pairs:
                yield new[number]
                continue
            at = there[pairs[number - first]]
            # A comment says nothing in a note, so no edit there can be about it.
            yield from (own[one] for one in range(cursor, at) if not said[one])
            cursor = at + 1
            written = _respelled(own[at], said[at], wanted[number], form)
            yield written or in_place_of(own[at], new[number], form)
        yield from (own[at] for at in range(cursor, stop) if not said[at])
        cursor = stop
    yield from own[cursor:]


def _respelled(own: str, said: str, wanted: str, form: BlockForm) -> str:
    """Return `wanted` as `own`, which says `said`, spells what stays; "" if it would say else."""
    margin, own_margin = _margin(said), _margin(own)
    if margin != _margin(wanted):
        return ""
    asked, alone = form((wanted,))[0], form((own,))[0]
    # A paragraph speaks for an empty item above it: the item's sign is not its own.
    sign = next((one for one in ("- ", "1. ") if said.lstrip(" ") == one + alone), "")
    # In the margin of `own` first: a line that an edit adds stands as deep as those beside it.
    said, wanted = (_moved(text, margin, own_margin) for text in (said, wanted))
    texts = respellings(own, said, wanted)
    return next((text for text in texts if sign + form((text,))[0] == asked), "")


def in_place_of(own: str, block: str, form: BlockForm) -> str:
    """Return `block` with the blanks of `own` between words that stay, and its dollars.

    Nothing is taken over that would make `block` say something else, as blanks do in code.
    """
    margin, block = _margin(block), block.lstrip(" \t")
    for like in (respaced, _with_dollars_of):
        written = like(own.lstrip(" \t"), block)
        block = written if form((written,)) == form((block,)) else block
    return margin + block


def _margin(text: str) -> str:
    return text[: len(text) - len(text.lstrip(" \t"))]


def _indented(text: str, margins: Mapping[str, str]) -> str:
    """Return an item inside of another with its margin written as in `margins`, as far as known."""
    margin = _margin(text)
    known = max((one for one in margins if margin.startswith(one)), key=len, default="")
    new = margins.get(known, "") + margin.removeprefix(known)
    if not margin or new == margin:
        return text
    return _moved(text, margin, new)


def _moved(text: str, margin: str, new: str) -> str:
    """Return a block with another margin."""
    lines = (line.removeprefix(margin) for line in text.split("\n"))
    return "\n".join(new + line if line else line for line in lines)


def _with_dollars_of(own: str, block: str) -> str:
    """Return `block` with its inline formulas between the dollars that `own` gives them.

    A formula that `own` does not hold is written as all of its formulas are, if they are of one
    kind.
    """
    formulas = [(_tex(found), found.group()) for found in INLINE_FORMULA.finditer(own)]
    known = {tex: text for tex, text in formulas if text.startswith("$$")}
    if not known:
        return block
    is_of_one_kind = len({text[:2] == "$$" for _, text in formulas}) == 1

    def written(found: re.Match[str]) -> str:
        tex = _tex(found)
        return known.get(tex, f"$${tex}$$" if is_of_one_kind else found.group())

    return INLINE_FORMULA.sub(written, block)


def _tex(formula: re.Match[str]) -> str:
    return " ".join((formula.group(1) or formula.group(2)).split())
