"""Titles in the open: whether a line may be one of a list whose titles no marks are around.

Most lines of prose, and of lists with marked titles, show at once that they are not.
"""

from __future__ import annotations

from zoterodigest.core.values.key_table import first_word
from zoterodigest.digest.read.slots import decoded
from zoterodigest.regex import lazy_regex

_NAMES = """
    abs acl acm aclanthology anthology arxiv article bibtex blog code colab conference cvf data
    dataset datasets demo doi full git github gitlab here hf home homepage html huggingface ieee
    implementation journal keras link links matlab model models notebook official openreview page
    paper papers pdf pmlr post poster preprint project projectpage proceedings pub publication
    published pytorch repo report site slides source springer supp supplementary supplemental talk
    tensorflow tf thesis url video web webpage website weights wiki youtube
    论文 代码 项目 主页 链接 论文链接 项目主页
"""
LINK_WORDS = frozenset(_NAMES.split())
"""The first words of what links of a list are called."""

_FIRST_LINK = lazy_regex(rb"\[(?=[^\[\]!])([^\[\]]*)\]\(")
_BOLD_PHRASE = lazy_regex(rb"(?:\*\*|__)(?:[^\s*_`\[\]]+[ ]){4,}[^*_`\[\]]*(?:\*\*|__)")
"""A bold text of five words and more, which is no nickname, and with no year in it no venue."""
_YEAR = lazy_regex(rb"(?:19|20)\d\d")

_DATED = lazy_regex(rb"[*_`]*[A-Za-z][A-Za-z0-9&./ -]{0,30}?(?:19|20)\d\d(?: [A-Z][a-z]+)?[*_`]*")
"""What a link to a paper may be called: a venue with its year."""


def has_no_open_title(data: bytes) -> bool:
    """Whether a line, seen at once, is not one with a title that nothing marks.

    It begins with a bold title, or its first link is called as no link of a list. To try all
    templates, with all choices of their groups, takes 50 times as long.
    """
    phrase = _BOLD_PHRASE.match(data)
    if phrase is not None and not _YEAR.search(phrase[0]):
        return True
    first = _FIRST_LINK.search(data)
    if first is None or _DATED.fullmatch(first[1]):
        return False
    return not is_named(decoded(first[1]), LINK_WORDS)


def is_named(label: str, names: frozenset[str]) -> bool:
    """Whether a link is called as links of lists are, by its address, or not at all."""
    return not label or label.startswith(_HTTP) or first_word(label) in names


_HTTP = ("https://", "http://")
