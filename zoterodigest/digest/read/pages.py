"""Addresses of pages: which of them may be a paper's."""

from __future__ import annotations

import re

from zoterodigest.regex import lazy_regex

_PAGE = lazy_regex(r"https?://(?:[^/\s]+/[^\s]|[\w-]+\.github\.io)", re.I)
_NO_PAPERS = lazy_regex(
    r"https?://(?:(?!research\.google)[\w-]+\.)*(?:github\.com|gitlab\.com|huggingface\.co|youtube\.com|youtu\.be"
    r"|twitter\.com|x\.com|medium\.com|zhihu\.com|wikipedia\.org|kaggle\.com|reddit\.com"
    r"|linkedin\.com|google\.com|shields\.io|pypi\.org|substack\.com|bilibili\.com|csdn\.net)/",
    re.I,
)
"""Sites whose pages are no papers, whatever stands beside a link to them."""


def is_page(url: str) -> bool:
    """Whether a URL leads to a page outside that may be a paper's: no tool, video or news site."""
    return not is_local(url) and bool(_PAGE.match(url)) and not _NO_PAPERS.match(url)


def is_local(url: str) -> bool:
    """Whether an address leads to a file beside the digest."""
    return bool(url) and "://" not in url
