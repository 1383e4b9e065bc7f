"""The pages of documentation: those that come with the program, and their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zoterodigest.regex import lazy_regex

_ADDRESS = "https://github.com/zoterodigest/zoterodigest/blob/main/docs/{}.md"
_HOME = "index"
"""The first page of the documentation as a website, which only leads to the others."""

_TROUBLES = "troubleshooting"
_NAMED = lazy_regex(r"`zoterodigest docs ([a-z-]+)`")
_EXPLAINED = lazy_regex(r'^## "(.*)"$')
_WORDS = 3
"""Shorter headings of the page on troubles are words that a title in an error may hold."""


def documentation_pages() -> Mapping[str, Path]:
    """Return the pages by name: those in the installed package, else in the checkout."""
    package = Path(__file__).parents[2]
    installed = package / "docs"
    folder = installed if installed.is_dir() else package.parent / "docs"
    return {page.stem: page for page in sorted(folder.glob("*.md")) if page.stem != _HOME}


def address_about(sentence: str, hint: str) -> str:
    """Return the address of the page that the hint of an error names, or that explains its
    sentence; "" if there is none.
    """
    if named := _NAMED.search(hint):
        return _ADDRESS.format(named[1])
    page = documentation_pages().get(_TROUBLES)
    if page is None:
        return ""
    for line in page.read_text(encoding="utf-8").splitlines():
        heading = _EXPLAINED.match(line)
        if heading and len(heading[1].split()) >= _WORDS and heading[1] in sentence:
            return f"{_ADDRESS.format(_TROUBLES)}#{_anchor(heading[1])}"
    return ""


def _anchor(heading: str) -> str:
    """Return what GitHub calls a heading."""
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")
