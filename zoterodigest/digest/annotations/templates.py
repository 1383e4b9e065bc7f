"""How one annotation looks in Markdown: the forms of ours, and templates that a person writes.

A template is text with names in braces, as the lines of a format's `[new]` (docs/formats.md): what
an annotation lacks is left out with the signs around it, a line without a value as a whole, with
the lines without names above it. A value of several lines stands in the quote or the item that its
line begins. `{link}` is a link that shows the page, `{address}` is its bare address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from zoterodigest.core.links.link import fingerprint
from zoterodigest.core.values.annotation import Annotation, AnnotationType
from zoterodigest.digest.annotations.blocks import find_annotations
from zoterodigest.digest.annotations.escaping import label, note_tag, text_line, text_lines
from zoterodigest.digest.format.format import PLACEHOLDER
from zoterodigest.digest.format.template import Line, can_fill, fill, parse_line, takes_lines
from zoterodigest.errors import ZoterodigestError
from zoterodigest.frozen import dataclass

NAMES = (
    *("color", "kind", "author", "link", "address", "label", "page"),
    *("text", "comment", "tags", "key", "attachment"),
)
"""What a template may name: `page` is the page of the file, `label` the number printed on it."""

_KINDS = {AnnotationType.IMAGE: "Image", AnnotationType.INK: "Drawing"}
"""What has no text says what it is."""


class BadBlockTemplate(ZoterodigestError):
    """A person's template for annotations can't be used."""

    exit_code = 12


@dataclass(frozen=True, slots=True)
class AnnotationTemplate:
    """A template that is known to be good: what it makes is one block with the key in its link."""

    text: str

    def render(self, annotation: Annotation) -> str:
        """Return the block of an annotation, without a line break at its end."""
        values = _values(annotation)
        lines, end = _lines(self.text)
        written: list[str] = []
        for line in lines:
            if can_fill(line, values):
                written += [*line.lead, fill(line, _fitting(values, line))]
        return "\n".join(text.rstrip() for each in (*written, *end) for text in each.split("\n"))

    def source(self, annotation: Annotation) -> str:
        """Return a fingerprint of all that the block shows, whatever a version makes of it.

        A new version may write it otherwise. That alone is no reason to write it again (law 4).
        """
        one, page = annotation, "" if annotation.page is None else str(annotation.page)
        shown = (one.type.value, one.text, one.comment, one.color_name, one.page_label, page)
        named = (one.author, *one.tags, one.library, one.attachment, one.key, self.text)
        return fingerprint("\0".join((*shown, *named)))


CALLOUT = AnnotationTemplate(
    "> [!quote] {color} · {kind} · {author} · {link}\n> {text}\n>\n> {comment} {tags}"
)
"""The form for vaults: Obsidian shows a quote of this kind as a box with a title."""

QUOTE = AnnotationTemplate(
    "> {color}, {kind}, {author}, {link}\n>\n> {text}\n>\n> {comment} {tags}"
)
"""The form for entries of lists, in plain Markdown."""

BULLET = AnnotationTemplate("- {text} — {comment} {tags} · {color} · {kind} · {author} · {link}")
"""The form for Logseq, where each block is an item."""


def parse_annotation_template(text: str) -> AnnotationTemplate:
    """Return a person's template; raises `BadBlockTemplate`."""
    template = AnnotationTemplate(text.strip("\n"))
    if unknown := sorted({*PLACEHOLDER.findall(text)} - {*NAMES}):
        raise BadBlockTemplate(
            f"the template for annotations names {{{unknown[0]}}}, which no annotation has",
            f"An annotation has: {', '.join(NAMES)}.",
        )
    if not any(f"{{{name}}}" in text for name in ("link", "address")):
        raise BadBlockTemplate(
            "the template for annotations lacks {link}, so their blocks can't be found again",
            "Put {link}, or {address} in a link of your own, into its first line.",
        )
    for sample in _SAMPLES:
        block = template.render(sample)
        found = find_annotations(block).blocks
        if [(one.keys, one.body) for one in found] != [((sample.key,), block)]:
            raise BadBlockTemplate(
                "the template for annotations is not always one block of Markdown",
                "Make it one quote, one list item or one paragraph, without blank lines, and put "
                "{link} into its first line.",
            )
    return template


_BARE = Annotation("KEY22222", "FILE2222")
_SAMPLES = (
    _BARE,
    Annotation("KEY22222", "FILE2222", text="Text", comment="One\n\nTwo", page=1, tags=("tag",)),
    Annotation("KEY22222", "FILE2222", "groups/7", author="Ada", comment="One", page_label="i"),
)


@lru_cache(maxsize=100)
def _lines(text: str) -> tuple[Sequence[Line], Sequence[str]]:
    """Return the lines with names, each with those without above it, and those at the end."""
    lines: list[Line] = []
    lead: list[str] = []
    for one in text.split("\n"):
        if PLACEHOLDER.search(one):
            lines.append(parse_line(one.rstrip(), tuple(lead)))
            lead = []
        else:
            lead.append(one)
    return lines, lead


def _values(annotation: Annotation) -> Mapping[str, str]:
    comment, tags = text_lines(annotation.comment), " ".join(map(note_tag, annotation.tags))
    return {
        "color": annotation.color_name,
        "kind": _KINDS.get(annotation.type, ""),
        "author": label(annotation.author),
        "link": f"[{_page_shown(annotation)}]({annotation.address})",
        "address": annotation.address,
        "label": label(annotation.page_label),
        "page": "" if annotation.page is None else str(annotation.page),
        "text": text_line(annotation.text),
        "comment": "\n".join(comment),
        "tags": tags,
        "key": annotation.key,
        "attachment": annotation.attachment,
    }


def _page_shown(annotation: Annotation) -> str:
    # A label may be "-": it names no page.
    if any(map(str.isalnum, annotation.page_label)):
        return f"p. {label(annotation.page_label)}"
    return "open" if annotation.page is None else f"p. {annotation.page} of the file"


def _fitting(values: Mapping[str, str], line: Line) -> Mapping[str, str]:
    """Return the values as they can stand in a line: in a quote alone a blank line ends nothing."""
    if ">" in line.glue[0] and takes_lines(line):
        return values
    return {name: value.replace("\n\n", "\n") for name, value in values.items()}
