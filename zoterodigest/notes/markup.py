"""HTML text as a tree of elements with their offsets in the source.

Reading is as tolerant as browsers, takes linear time, and never fails. Text that cannot be a tag is
text; a tag that is never closed ends where its parent does.
"""

# Why not html.parser or lxml: a patch needs the offset of every tag in the source. html.parser
# also reads broken markup in another way after some patch releases of Python, and a new reading of
# unchanged bytes would look like an edit (law 4).

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from html import unescape

from zoterodigest.regex import lazy_regex

DEEPEST = 100  # the readers of the tree call themselves, and Python allows 1,000 calls
"""Elements nested deeper than this are read as if their tags were not there."""


def tag_names(text: str) -> frozenset[str]:
    """Return the words of `text`, the names of tags."""
    return frozenset(text.split())


VOID = tag_names("area base br col embed hr img input link meta param source track wbr")
BLOCK = tag_names(
    "address article aside blockquote body caption center dd div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p pre section table tbody"
    " td tfoot th thead tr ul"
)
RAW = tag_names("script style title textarea")
_SECTIONS = ("tbody", "thead", "tfoot")
_CLOSES = {
    "li": ({"li"}, {"ul", "ol"}),
    **dict.fromkeys(("dt", "dd"), ({"dt", "dd"}, {"dl"})),
    **dict.fromkeys(("td", "th"), ({"td", "th"}, {"tr", "table"})),
    "tr": ({"tr", "caption"}, {"table"}),
    **dict.fromkeys(_SECTIONS, ({*_SECTIONS, "caption"}, {"table"})),
}
_PARAGRAPH_ENDS = frozenset({"td", "th", "caption", "li", "table"})
_CELLS = frozenset({"td", "th", "caption"})
_IN_TABLE = tag_names("table tbody thead tfoot tr td th caption")

# Possessive quantifiers (`*+`): without them a long broken tag takes quadratic time.
_TAG = lazy_regex(
    r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?=[^"'])))*+)>"""
)
_TAG_BEGIN = lazy_regex(r"/?[a-zA-Z]")
_ATTRIBUTE = lazy_regex(r"""([^\s"'<>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?+""")


@dataclass(slots=True)
class Characters:
    """Text between tags, its entities resolved; `start` and `end` are offsets in the source."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class Element:
    """One element; `start` and `end` enclose its tags in the source.

    `has_blocks` tells whether a block element stands anywhere inside.
    """

    tag: str
    start: int
    end: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list[Element | Characters] = field(default_factory=list)
    has_blocks: bool = False


def parse(html: str) -> Element:
    """Return the tree of `html` under a root element without tag."""
    tree = _Tree(Element("", 0, len(html)))
    cursor = 0
    while cursor < len(html):
        bracket = html.find("<", cursor)
        if bracket < 0:
            bracket = len(html)
        if bracket > cursor:
            tree.add_text(html, cursor, bracket)
        cursor = _take_markup(tree, html, bracket)
    tree.close_down_to(0, len(html), len(html))
    return tree.root


def element_text(element: Element) -> str:
    """Return all text inside `element` as it stands."""
    pieces: list[str] = []
    for child in element.children:
        if isinstance(child, Characters):
            pieces.append(child.text)
        else:
            pieces.append("\n" if child.tag == "br" else element_text(child))
    return "".join(pieces)


def _take_markup(tree: _Tree, html: str, start: int) -> int:
    """Read what begins with the `<` at `start` and return where it ends."""
    if start == len(html):
        return start
    following = html[start + 1 : start + 2]
    if following in ("!", "?"):
        closing = "-->" if html.startswith("<!--", start) else ">"
        end = html.find(closing, start + 2)
        return len(html) if end < 0 else end + len(closing)
    if not _TAG_BEGIN.match(html, start + 1):
        tree.add_text(html, start, start + 1)
        return start + 1
    match = _TAG.match(html, start)
    if match is None:  # a tag that is never closed swallows the rest, as in browsers
        return len(html)
    tag = match.group(2).lower()
    if match.group(1):
        tree.end(tag, start, match.end())
        return match.end()
    tree.begin(tag, _attributes(match.group(3)), start, match.end())
    return _take_raw(tree, html, tag, match.end()) if tag in RAW else match.end()


def _take_raw(tree: _Tree, html: str, tag: str, start: int) -> int:
    closing = re.compile(f"</{tag}", re.IGNORECASE).search(html, start)
    end = closing.start() if closing else len(html)
    if end > start:
        tree.add_text(html, start, end)
    return end


def _attributes(source: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(source):
        bare = value[1:-1] if value[:1] in ('"', "'") else value
        attributes.setdefault(name.lower(), unescape(bare))  # of two, browsers take the first
    return attributes


class _Tree:
    """The elements that are open while a source is read, outermost first."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._open = [root]
        self._too_deep = 0

    def add_text(self, html: str, start: int, end: int) -> None:
        self._open[-1].children.append(Characters(unescape(html[start:end]), start, end))

    def begin(self, tag: str, attributes: Mapping[str, str], start: int, end: int) -> None:
        # The paragraph first: what a cell or item then closes may stand around it.
        if tag in BLOCK:
            self._close_nearest({"p"}, _PARAGRAPH_ENDS, start)
        if tag in _CLOSES:
            self._close_nearest(*_CLOSES[tag], start)
        element = Element(tag, start, end, attributes)
        if tag in VOID:
            self._append(element)
        elif len(self._open) > DEEPEST:
            self._too_deep += 1
        else:
            self._append(element)
            self._open.append(element)

    def end(self, tag: str, start: int, end: int) -> None:
        if tag == "br":
            self._append(Element("br", start, end))
        elif self._too_deep and tag not in VOID:
            self._too_deep -= 1
        else:
            is_closed = self._close_nearest({tag}, _boundary(tag), start, end)
            if tag == "p" and not is_closed:  # browsers make an empty paragraph of it
                self._append(Element("p", start, end))

    def close_down_to(self, number: int, inner_end: int, end: int) -> None:
        """Close what is open inside element `number`, the outermost of it at `end`."""
        while len(self._open) > number + 1:
            closed = self._open.pop()
            closed.end = end if len(self._open) == number + 1 else inner_end
            self._open[-1].has_blocks |= closed.has_blocks or closed.tag in BLOCK

    def _append(self, element: Element) -> None:
        self._open[-1].children.append(element)
        self._open[-1].has_blocks |= element.tag in BLOCK

    def _close_nearest(
        self, tags: Set[str], boundary: Set[str], start: int, end: int | None = None
    ) -> bool:
        """Close the innermost open element among `tags`, unless one of `boundary` is further in."""
        for number in range(len(self._open) - 1, 0, -1):
            if self._open[number].tag in tags:
                self.close_down_to(number - 1, start, start if end is None else end)
                return True
            if self._open[number].tag in boundary:
                break
        return False


def _boundary(tag: str) -> Set[str]:
    """Return the elements that an end tag does not reach beyond."""
    if tag not in BLOCK:
        return BLOCK
    return frozenset({"table"}) - {tag} if tag in _IN_TABLE else _CELLS
