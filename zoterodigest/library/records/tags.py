"""Tags of our namespaces (`task:…`): spelled in one way, compared without case and hyphens.

And the person's own, which stay as they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zoterodigest.core.values.tags import is_tag_of_notes
from zoterodigest.frozen import dataclass
from zoterodigest.mapping import is_tool_tag
from zoterodigest.regex import lazy_regex

Tag = Mapping[str, Any]

_AUTOMATIC = 1

# Characters; zotero.org refuses a longer one (413).
LONGEST_TAG = 255


@dataclass(frozen=True, slots=True)
class Spellings:
    """How tags are spelled; make one with `Spellings.of`."""

    _phrases: Mapping[tuple[str, ...], str]
    _synonyms: Mapping[str, str]
    _longest: int
    _is_literal: bool = False
    _is_folded: bool = True

    @staticmethod
    def of(phrases: Iterable[str], synonyms: Mapping[str, str]) -> Spellings:
        """Index phrases by their words, and synonyms by their folded form."""
        by_words = {tuple(_folded(phrase).split()): phrase for phrase in phrases}
        by_text = {_folded(other): name for other, name in synonyms.items()}
        return Spellings(by_words, by_text, max(map(len, by_words), default=0))

    @staticmethod
    def as_written(*, is_folded: bool = False) -> Spellings:
        """Return the spellings by which every tag stays as it is, but for blanks.

        With `is_folded`, two that differ only in case and hyphens are one tag all the same.
        """
        return Spellings({}, {}, 0, _is_literal=True, _is_folded=is_folded)

    def fold(self, text: str) -> str:
        """Return one text for all spellings of a tag."""
        if not self._is_folded:
            return " ".join(text.split())
        folded = _folded(text)
        return _folded(self._synonyms.get(folded, folded))

    def spell(self, text: str) -> str:
        """Return `text` as a tag spells it; what is known is spelled alike however written."""
        if self._is_literal:
            return " ".join(text.split())
        text = self._synonyms.get(_folded(text), text)
        tokens = _TOKEN.findall(" ".join(text.split()))
        folded = [word.casefold() for _, word in tokens]
        spelled = ""
        at = 0
        while at < len(tokens):
            size = self._phrase_at(folded, at)
            words = tuple(folded[at : at + size])
            phrase = self._phrases[words] if size else _lowered(tokens[at][1])
            spelled += _separator(tokens, at) + phrase
            at += size or 1
        return _low_line(text) + spelled if spelled else text

    def _phrase_at(self, words: list[str], at: int) -> int:
        """Return how many words the longest known phrase at `at` has, 0 if there is none."""
        for size in range(min(self._longest, len(words) - at), 0, -1):
            if tuple(words[at : at + size]) in self._phrases:
                return size
        return 0


def with_tag_members(
    tags: Sequence[Tag], prefix: str, members: Iterable[str], spellings: Spellings
) -> list[dict[str, Any]]:
    """Return `tags` with those that begin with `prefix` being `members`.

    A tag that already means a member stays as it is; every other tag stays in its place.
    """
    # Compared folded: what a person spelled in another way is the same tag and stays.
    wanted = {spellings.fold(cut_tag(prefix, one)): one for one in members if one.strip()}
    kept: list[dict[str, Any]] = []
    for tag in tags:
        name = str(tag.get("tag", ""))
        is_foreign = not name.startswith(prefix)
        if is_foreign or wanted.pop(spellings.fold(name.removeprefix(prefix)), None) is not None:
            kept.append(dict(tag))
    added = (prefix + cut_tag(prefix, spellings.spell(member)) for member in wanted.values())
    return kept + [{"tag": name} for name in added]


def is_own_tag(tag: Tag) -> bool:
    """Tell whether a tag is one that the person gave, and that a note can have.

    Automatic ones (type 1) came with the metadata.
    """
    name = str(tag.get("tag", ""))
    return tag.get("type") != _AUTOMATIC and is_tag_of_notes(name) and not is_tool_tag(name)


def with_own_tags(
    tags: Sequence[Tag], members: Iterable[str], spellings: Spellings
) -> list[dict[str, Any]]:
    """Return `tags` with those of the person being `members`; all others stay in their places.

    An automatic one that means a member becomes one of the person's, as it does in Zotero.
    """
    wanted = {spellings.fold(cut_tag("", one)): cut_tag("", one) for one in members if one.strip()}
    folded = [spellings.fold(str(tag.get("tag", ""))) for tag in tags]
    present = {fold for tag, fold in zip(tags, folded, strict=True) if is_own_tag(tag)}
    kept: list[dict[str, Any]] = []
    for tag, fold in zip(tags, folded, strict=True):
        is_asked = fold in wanted
        if not is_own_tag(tag) and is_asked and fold not in present:
            present.add(fold)
            kept.append({"tag": tag["tag"]})
        elif is_asked or not is_own_tag(tag):
            kept.append(dict(tag))
    return kept + [{"tag": text} for fold, text in wanted.items() if fold not in present]


def cut_tag(prefix: str, member: str) -> str:
    """Return `member` as long as a tag with `prefix` can hold it."""
    return " ".join(member.split())[: LONGEST_TAG - len(prefix)].rstrip()


_TOKEN = lazy_regex(r"(^|[\s_]+|[-‐‑–]+)([^\s_‐‑–-]+)")
_HYPHENS = lazy_regex(r"[-‐‑–_]+")


def _folded(text: str) -> str:
    folded = " ".join(_HYPHENS.sub(" ", text.casefold()).split())
    return _low_line(text) + folded if folded else text.strip()


def _low_line(text: str) -> str:
    """Return the low line that a tag begins with: it tells it from the one without."""
    return "_" if text.lstrip().startswith("_") else ""


def _separator(tokens: list[tuple[str, str]], at: int) -> str:
    """Return what parts a word from the one before: a hyphen beside a digit is kept (GPT-4)."""
    if at == 0:
        return ""
    is_name = tokens[at - 1][1][-1].isdigit() or tokens[at][1][0].isdigit()
    return "-" if is_name and not tokens[at][0].isspace() else " "


def _lowered(word: str) -> str:
    """Return a word in lower case, but not one with capitals or digits behind its first letter."""
    has_capitals = any(character.isupper() for character in word.lstrip("([\"'")[1:])
    return word if has_capitals else word.lower()
