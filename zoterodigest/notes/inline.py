"""Inline HTML as runs: which tag is which mark, how the editor folds blanks and writes colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from itertools import groupby

from zoterodigest.notes.markup import Characters, Element, element_text
from zoterodigest.notes.model import (
    CODE,
    EM,
    MARK_ORDER,
    STRIKE,
    STRONG,
    SUB,
    SUP,
    UNDERLINE,
    Annotated,
    Break,
    Image,
    Marks,
    Math,
    NoteCitation,
    NoteText,
    Run,
    Runs,
    TextMark,
)
from zoterodigest.notes.serialise import text_html
from zoterodigest.regex import lazy_regex

_MARKS = {
    **dict.fromkeys(("b", "strong"), STRONG),
    **dict.fromkeys(("i", "em", "cite", "dfn", "q"), EM),
    **dict.fromkeys(("s", "del", "strike"), STRIKE),
    **dict.fromkeys(("code", "kbd", "tt", "var", "samp"), CODE),
    "u": UNDERLINE,
    "sub": SUB,
    "sup": SUP,
}
_EMBEDDED = frozenset({"audio", "iframe", "video"})
_IGNORED = frozenset({"head", "noscript", "object", "script", "style", "template", "title"})
_OF_IMAGES = ("src", "alt", "title", "width", "height", "data-attachment-key", "data-annotation")
_BLANKS = lazy_regex(r"[ \t\r\n\f]+")
COMBINING_STROKE = "\u0338"
"""After the `>` of a tag, composition (NFC) would make one character of both."""

NO_TAGS: Set[str] = frozenset()


def inline_runs(children: Iterable[Element | Characters], marks: Marks) -> Runs:
    """Return the runs of inline content as the editor keeps them: blanks folded, edges trimmed."""
    return fold_blanks(gathered_runs(children, marks))


def gathered_runs(
    children: Iterable[Element | Characters], marks: Marks = (), *, breaking: Set[str] = NO_TAGS
) -> Iterator[Run]:
    """Yield the runs of inline content, blanks as they stand.

    An element whose tag is in `breaking` begins and ends with a line break.
    """
    for child in children:
        if isinstance(child, Characters):
            yield NoteText(child.text, marks)
        elif child.tag in breaking:
            yield Break(marks)
            yield from gathered_runs(child.children, marks, breaking=breaking)
            yield Break(marks)
        else:
            yield from _element_runs(child, marks, breaking)


def with_marks(marks: Marks, *more: TextMark) -> Marks:
    """Add marks to `marks`, inner ones winning over outer ones of their kind."""
    # The editor's schema lets `sub` and `sup` exclude each other.
    by_name = {mark.name: mark for mark in marks}
    for mark in more:
        by_name[mark.name] = mark
        if mark.name in ("sub", "sup"):
            by_name.pop("sup" if mark.name == "sub" else "sub", None)
    return tuple(by_name[name] for name in MARK_ORDER if name in by_name)


def fold_blanks(runs: Iterable[Run]) -> Runs:
    """Fold blanks, trim the edges, drop marks that cannot be, join neighbouring texts."""
    folded: list[Run] = []
    after_blank = True  # at the edge of a block the editor drops blanks
    for run in runs:
        kept = _with_allowed_marks(run)
        if isinstance(kept, NoteText):
            text = _BLANKS.sub(" ", kept.text)
            text = text[1:] if after_blank and text.startswith(" ") else text
            text = text.lstrip(COMBINING_STROKE)
            if not text:
                continue
            after_blank = text.endswith(" ")
            kept = NoteText(text, kept.marks)
        else:
            after_blank = isinstance(kept, Break)
        folded.append(kept)
    if folded and isinstance(last := folded[-1], NoteText) and last.text.endswith(" "):
        folded[-1] = NoteText(last.text.removesuffix(" "), last.marks)
    return join_runs(folded)


def _with_allowed_marks(run: Run) -> Run:
    """Apply the rules of the editor: code excludes other marks, images carry none."""
    # Measured on pairs of notes before and after the editor (tests/notes/test_laws.py).
    if CODE in run.marks:
        return replace(run, marks=(CODE,) if isinstance(run, NoteText) else ())
    return replace(run, marks=()) if isinstance(run, Image) else run


def join_runs(runs: Iterable[Run]) -> Runs:
    """Join neighbouring texts that carry the same marks; drop empty ones."""
    # Empty texts go first: one of them must not part two texts with the same marks.
    full = [run for run in runs if not isinstance(run, NoteText) or run.text]
    if len(full) < 2:
        return tuple(full)
    joined: list[Run] = []
    for marks, group in groupby(full, lambda run: run.marks if isinstance(run, NoteText) else None):
        if marks is None:
            joined += group
        else:
            text = "".join(run.text for run in group if isinstance(run, NoteText))
            joined.append(NoteText(text, marks))
    return tuple(joined)


def math_tex(element: Element, dollars: str) -> str:
    """Return the TeX of a math element without its dollars."""
    tex = element_text(element).rstrip() if dollars == "$" else element_text(element)
    if len(tex) >= 2 * len(dollars) and tex.startswith(dollars) and tex.endswith(dollars):
        tex = tex[len(dollars) : -len(dollars)]
    return tex.rstrip() if dollars == "$" else tex


def _element_runs(element: Element, marks: Marks, breaking: Set[str]) -> Iterator[Run]:
    classes = element.attributes.get("class", "").split()
    if element.tag in _IGNORED:
        return
    if element.tag == "br":
        yield Break(marks)
    elif element.tag == "img":
        yield _image(element, marks)
    elif element.tag in _EMBEDDED and element.attributes.get("src"):
        source = element.attributes["src"]
        yield NoteText(source, with_marks(marks, TextMark("link", source)))
    elif element.tag == "span" and "math" in classes:
        yield Math(math_tex(element, "$"), marks)
    elif element.tag == "span" and "citation" in classes:
        data = element.attributes.get("data-citation", "")
        yield NoteCitation(data, _shown(element), marks)
    elif element.tag == "span" and (kind := _annotation(element)):
        runs = gathered_runs(element.children)
        quoted = tuple(run for run in runs if isinstance(run, NoteText | Break | Math))
        yield Annotated(kind, element.attributes["data-annotation"], quoted, marks)
    else:
        inner = with_marks(marks, *text_marks(element))
        yield from gathered_runs(element.children, inner, breaking=breaking)


def _annotation(element: Element) -> str:
    """Return `highlight` or `underline` for a span that quotes an annotation, else ""."""
    if not element.attributes.get("data-annotation"):
        return ""
    classes = element.attributes.get("class", "").split()
    return next((kind for kind in ("highlight", "underline") if kind in classes), "")


def _image(element: Element, marks: Marks) -> Image:
    values = {"alt": "", **element.attributes}
    for side in ("width", "height"):
        digits = re.match(r"\d+", values.get(side, ""))
        values[side] = digits.group() if digits else ""
    kept = ((name, values.get(name, "")) for name in _OF_IMAGES)
    return Image(tuple((name, value) for name, value in kept if value or name == "alt"), marks)


def _shown(element: Element) -> str:
    """Return the inside of a citation, of which only the spans of its items are kept."""
    pieces: list[str] = []
    for child in element.children:
        text = child.text if isinstance(child, Characters) else element_text(child)
        is_item = isinstance(child, Element) and child.attributes.get("class") == "citation-item"
        shown = text_html(text)
        pieces.append(f'<span class="citation-item">{shown}</span>' if is_item else shown)
    return "".join(pieces)


def text_marks(element: Element) -> Iterator[TextMark]:
    """Yield the marks that an element by its tag and style gives to what it holds."""
    styles = css_of(element)
    if element.tag == "u" and "text-decoration-color" in styles:
        yield TextMark("u", css_colour(styles["text-decoration-color"]))
    elif element.tag in _MARKS:
        yield _MARKS[element.tag]
    elif element.tag == "a" and "href" in element.attributes:
        yield TextMark("link", element.attributes["href"], element.attributes.get("title", ""))
    if "line-through" in styles.get("text-decoration", ""):
        yield STRIKE
    if re.match(r"bold|[5-9]\d\d", styles.get("font-weight", "")):
        yield STRONG
    if styles.get("font-style") == "italic":
        yield EM
    if element.tag == "span" and styles.get("color"):
        yield TextMark("color", css_colour(styles["color"]))
    if element.tag == "span" and styles.get("background-color"):
        yield TextMark("background", css_colour(styles["background-color"]))


def css_of(element: Element) -> dict[str, str]:
    """Return the declarations in an element's `style` by their names."""
    declarations = (part.partition(":") for part in element.attributes.get("style", "").split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in declarations if value.strip()}


_HEX = lazy_regex(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)


def css_colour(value: str) -> str:
    """Return a colour as `rgb(…)` or `rgba(…)` if it is given in hexadecimal digits or numbers.

    Names stay names. Characters that could end the attribute's declaration are removed.
    """
    colour = re.sub(r"[;{}\"<>&]", "", value).strip()
    if _HEX.fullmatch(colour):
        return _from_hex(colour[1:])
    if re.fullmatch(r"rgba?\([\d., %]*\)", colour):
        return re.sub(r"\s*,\s*", ", ", colour)
    return colour


def _from_hex(digits: str) -> str:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    if not alpha or alpha[0] == 255:
        return f"rgb({red}, {green}, {blue})"
    return f"rgba({red}, {green}, {blue}, {_fraction(alpha[0])})"


def _fraction(alpha: int) -> str:
    """Return alpha with two decimals if that names the same byte again, else with three."""
    short = round(alpha / 255, 2)
    return f"{short if round(short * 255) == alpha else round(alpha / 255, 3):g}"
