"""Texts of notes as HTML that does nothing: no markup of their own, no picture, no other link."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from zoterodigest.cli.base.screen import visible_lines
from zoterodigest.core.values.record import Blocks, Value
from zoterodigest.regex import lazy_regex

_LONGEST = 100_000
"""Letters above which a text is only shown as it is written."""

# Only these lead to a page. `obsidian:`, `file:` and `zotero:` start programs, `javascript:` and
# `data:` run what a note says, and a relative one would lead into the page of `review` itself.
_TO_A_PAGE = lazy_regex(r"https?://[^/\s]", re.I)


def html_of_note(value: Value) -> Markup | None:
    """Return a text of a note as HTML; None for what is no such text.

    HTML in it is shown as text, and so is any link but one to the web. A picture is a link.
    """
    if not isinstance(value, Blocks) or sum(map(len, value.texts)) > _LONGEST:
        return None
    lines = (line for text in value.texts for line in (*visible_lines(text), ""))
    return Markup(_markdown().render("\n".join(lines)))


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable("image")  # a browser would ask for it
    parser.validateLink = lambda url: _TO_A_PAGE.match(url) is not None  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link_open)
    return parser


def _link_open(self, tokens, at, options, env):  # type: ignore[no-untyped-def]  # markdown-it's own
    """Open a link in another tab, which learns nothing of this page."""
    tokens[at].attrSet("rel", "noreferrer noopener")
    tokens[at].attrSet("target", "_blank")
    return self.renderToken(tokens, at, options, env)
