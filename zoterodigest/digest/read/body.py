"""Bodies: an entry's text below its head, claimed line by line by the form of its format.

The head's groups come first, then the lines, labels and sections of the format; the first line that
none of them claims begins the rest. What nothing claims is named, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from zoterodigest.digest.format.format import Format, fold
from zoterodigest.digest.read.found import Found
from zoterodigest.digest.read.lines import shorn
from zoterodigest.digest.read.own_notes import claim_notes, part_notes
from zoterodigest.digest.read.sections import Body, claim_section
from zoterodigest.digest.read.slots import (
    Claims,
    Slot,
    Unread,
    block_text,
    claim_groups,
    trimmed,
)

_LABEL = re.compile(
    rb"^[ \t]*(?:(?:[-*+]|\xe2\x80\xa2)[ \t]+)?(?:\*\*|__|\*|_)?"
    rb"([^:*_|\[\](){}<>`\n]{1,60}?)(?:\*\*|__|\*|_)?"
    rb"[ \t]*(?::|\xef\xbc\x9a)[ \t]*(?:\*\*|__)?[ \t]*"
)
_FULL_COLON = "：".encode()


def slots_of(found: Found, form: Format) -> Claims:
    """Return the slots of one entry in the order in which they stand."""
    claims = Claims()
    claim_groups(claims, found.text.slice(*found.head), found.match, form)
    parted = part_notes(found)
    _claim_body(claims, Body(parted.rest), form)
    claim_notes(claims, parted)
    return claims


def _claim_body(claims: Claims, body: Body, form: Format) -> None:
    """Claim the body line by line; what follows the first unclaimed line is the rest."""
    line = 0
    while line < len(body.ranges):
        if not body.line(line).strip():
            line += 1
            continue
        stop = claim_section(claims, body, line, form)
        if stop is None and _claim_line(claims, body, line, form):
            stop = line + 1
        if stop is None and form.rest is not None:
            rest = block_text(body.text, body.ranges[line][0], len(body.text.data))
            claims.slots.append(Slot(form.rest, rest))
            return
        if stop is None:
            claims.unread.append(Unread(line, "no rule of the format reads this line"))
        line = stop if stop is not None else line + 1


def _claim_line(claims: Claims, body: Body, line: int, form: Format) -> bool:
    """Claim a line by the first pattern not used yet that matches, else by its label."""
    data = shorn(body.line(line))
    for index, pattern in enumerate(form.lines):
        if index in claims.used_lines:
            continue
        if match := pattern.search(data):
            claims.used_lines.add(index)
            claim_groups(claims, body.text.slice(*body.ranges[line]), match, form)
            return True
    return bool(form.slots_by_label) and _claim_label(claims, body, line, form)


def _claim_label(claims: Claims, body: Body, line: int, form: Format) -> bool:
    match = _LABEL.match(body.line(line))
    if match is None:
        return False
    label = fold(match[1].replace(_FULL_COLON, b":").decode("utf-8", "replace"))
    slot = form.slots_by_label.get(label)
    if slot is None:
        return _claim_misspelt(claims, label, line, form.slots_by_label)
    if slot != "ignored":
        start = body.ranges[line][0]
        behind, end = start + match.end(), start + len(shorn(body.line(line)))
        if not body.text.data[behind:end].strip():  # the slot stands one blank behind its label
            behind = start + len(match[0].rstrip(b" \t"))
        claims.slots.append(Slot(slot, trimmed(body.text, behind, end)))
    return True


def _claim_misspelt(claims: Claims, label: str, line: int, labels: Mapping[str, str]) -> bool:
    """Claim a line whose label is one slip away from a known one: its field is unreadable."""
    taken = {slot.name for slot in claims.slots}
    for known, slot in sorted(labels.items()):
        if slot not in taken and len(known) > 3 and is_one_slip(label, known):
            claims.unread.append(Unread(line, f"“{label}” looks like “{known}” misspelt"))
            claims.unreadable.add(slot)
            return True
    return False


def is_one_slip(word: str, known: str) -> bool:
    """Whether one letter added, left out, changed or swapped with the next makes `word` `known`."""
    if word == known or abs(len(word) - len(known)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), None)
    if at is None:
        return True
    left, right = word[at:], known[at:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left == right[1:] or left[1:] == right
