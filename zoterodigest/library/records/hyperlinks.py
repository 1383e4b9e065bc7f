"""Links of a record as attachments of an item, or as lines of its Extra."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from zoterodigest.core.values.identity import Identifier, identifier_in, identifier_of
from zoterodigest.core.values.record import EMPTY, Fields, Hyperlink, WebLinks, text_in
from zoterodigest.library.item_json import Data
from zoterodigest.regex import lazy_regex


def carried_links(links: WebLinks, fields: Fields) -> WebLinks:
    """Return those of a record's links that a library holds.

    Left out are the pages of the work itself: its arXiv abs and pdf, its DOI, its `url` as far as
    `fields`, the record they belong to, says them; and what is no web address.
    """
    own = {identifier_of(value) for value in (text_in(fields, "url"),) if value}
    own |= {identifier_in("doi", doi) for doi in (text_in(fields, "doi"),) if doi}
    arxiv = text_in(fields, "arxiv")
    kept = (link for link in links.hyperlinks if not _is_own_page(link.url, own, arxiv))
    return WebLinks(tuple(dict.fromkeys(kept)))


def link_attachment(link: Hyperlink, parent: str) -> dict[str, Any]:
    """Return the data of a new linked-URL attachment of the item `parent`, titled by the label."""
    head = {"itemType": "attachment", "parentItem": parent, "linkMode": "linked_url"}
    return {**head, "title": link.label.strip() or link.url, "url": link.url}


def link_of(attachment: Data) -> Hyperlink | None:
    """Return the link an attachment stands for; None if it is a file, trashed or no web address."""
    url, title = str(attachment.get("url", "")), str(attachment.get("title", ""))
    if not _is_live_link(attachment) or not _is_web(url):
        return None
    return Hyperlink("" if title == url else title, url)


def dead_labels(attachments: Sequence[Data]) -> frozenset[str]:
    """Return the titles of linked-URL attachments that lead to no web address."""
    live = [each for each in attachments if _is_live_link(each)]
    dead = (each for each in live if not _is_web(str(each.get("url", ""))))
    return frozenset(str(each.get("title", "")) for each in dead)


def _is_live_link(attachment: Data) -> bool:
    return attachment.get("linkMode") == "linked_url" and not attachment.get("deleted")


def held_links(links: WebLinks, fields: Fields) -> WebLinks:
    """Return those of an item's links that count, whatever its `url` says.

    Where a digest shows the work's page among its links, the attachment is what it is in sync with.
    """
    return carried_links(links, {**fields, "url": EMPTY})


def link_line(link: Hyperlink) -> str:
    """Return a link as the value of an Extra line: `<url> label`."""
    return f"<{link.url}> {' '.join(link.label.split())}".strip()


def link_in_line(value: str) -> Hyperlink | None:
    """Return the link in the value of an Extra line, or None."""
    found = _LINE.fullmatch(value)
    return Hyperlink(found[2].strip(), found[1]) if found and _is_web(found[1]) else None


# Quantifiers have limits: an Extra may be long, and it comes from outside.
_LINE = lazy_regex(r"<([^<>\s]{1,4000})>(.*)")


def _is_own_page(url: str, own: set[Identifier | None], arxiv: str) -> bool:
    identifier = identifier_of(url)
    if not _is_web(url) or (identifier is not None and identifier in own):
        return True
    is_same = identifier == Identifier("arxiv", arxiv)
    return is_same and _ARXIV_PAGE.search(url) is not None


_ARXIV_PAGE = lazy_regex(r"//(?:[\w-]{1,20}\.)?arxiv\.org/|/10\.48550/", re.IGNORECASE)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
