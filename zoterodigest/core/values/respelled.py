"""Whether one name is another in another spelling.

`same_person` in names.py is more generous: there, both names stand for one work.
"""

from __future__ import annotations

from zoterodigest.core.values.names import (
    CollectiveName,
    folded_name,
    same_name,
    same_person,
    split_name,
)
from zoterodigest.regex import lazy_regex


def is_respelled(person: str, shown: str, held: tuple[str, ...]) -> bool:
    """Tell whether `shown` is the name of `person` in another spelling, and nobody else's.

    A first name that contradicts makes it somebody else: another initial, or another whole name.
    """
    if any(same_name(shown, one) for one in held):
        return False
    one, other = split_name(person), split_name(shown)
    if isinstance(one, CollectiveName) or isinstance(other, CollectiveName):
        return same_person(person, shown)
    firsts, lasts = _pair(one.first, other.first), _pair(one.last, other.last)
    if sorted(firsts[0] + lasts[0]) == sorted(firsts[1] + lasts[1]):
        return True  # "Wang Wei" is Wei Wang.
    if lasts[0][-1:] == lasts[1][-1:]:
        return _agree(*firsts)
    # Zhang and Zheng are two people. In a long last name, one other letter is a slip if the first
    # name is the same.
    whole = "".join(firsts[0])
    return len(whole) > 1 and whole == "".join(firsts[1]) and _is_slip(*map("".join, lasts))


def _pair(one: str, other: str) -> tuple[list[str], list[str]]:
    """Return the words of two texts; "Müller" and "Mueller" are one word."""
    found = [_WORDS.findall(_UMLAUTS.sub(r"\1", folded_name(text))) for text in (one, other)]
    return found[0], found[1]


def _agree(one: list[str], other: list[str]) -> bool:
    """Tell whether two lists of first names can be one person's: no word contradicts."""
    joined, turned = "".join(one), "".join(other)
    # "Xiao-Ming" and "Xiaoming", "J.-P.", "JP" and "Jean-Pierre".
    if joined in (turned, _initials(other)) or turned == _initials(one):
        return True
    return all(
        a == b or _is_initial(a, b) or _is_initial(b, a) for a, b in zip(one, other, strict=False)
    )


def _initials(words: list[str]) -> str:
    return "".join(word[0] for word in words) if len(words) > 1 else "".join(words)


def _is_initial(letter: str, word: str) -> bool:
    # An ideograph is a whole name: it has no capital form.
    return word.startswith(letter) and len(letter) == 1 and letter != letter.upper()


def _is_slip(one: str, other: str) -> bool:
    """Tell whether two long words differ in one letter, or in one that a word lacks."""
    if max(len(one), len(other)) < _LONG or abs(len(one) - len(other)) > 1:
        return False
    return any(
        one[:at] == other[:at] and a == b
        for at in range(len(one))
        for a in (one[at:], one[at + 1 :])
        for b in (other[at:], other[at + 1 :])
    )


_LONG = 6
_WORDS, _UMLAUTS = lazy_regex(r"\w+"), lazy_regex(r"([aou])e")
