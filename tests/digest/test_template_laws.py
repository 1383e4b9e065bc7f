"""Laws of templates: what is written is read, what is read is written, and never another value."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from tests.digest.corpus import venues
from tests.digest.test_linear import calls_of
from tests.digest.test_templates import ID, a_format
from zoterodigest.core.values.record import EMPTY, Value
from zoterodigest.digest.format.entry_template import EVIDENCE, SlotPlace
from zoterodigest.digest.format.format import DigestFormat
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.template_groups import rendered

WORDS = st.lists(
    st.sampled_from(["Deep", "nets", "Ω", "of", "A", "中文", "x2"]), min_size=1, max_size=3
)
PEOPLE = st.lists(st.sampled_from(["Ada Lovelace", "K. Gödel", "李四"]), min_size=1, max_size=2)
VALUES: Mapping[str, st.SearchStrategy[str]] = {
    "title": WORDS.map(" ".join),
    "comment": WORDS.map(" ".join),
    "short_title": st.sampled_from(["VMAE", "X-Net 2"]),
    "award": st.sampled_from(["Oral", "Best Paper"]),
    "authors": PEOPLE.map(", ".join),
    "venue": st.sampled_from(["CVPR 2023", "ICLR", "Some Workshop 2021"]),
    "year": st.sampled_from(["1999", "2024"]),
    "date": st.sampled_from(["2023-05", "2024-01-31"]),
    "arxiv": st.sampled_from(["2401.00001", "cs/0101001"]),
    "url": st.just(ID),
    "links": st.sampled_from(
        ["[pdf](https://a.org/x)", "[code](https://github.com/a/b), [c](http://d.org)"]
    ),
}
SUMMARY = st.sampled_from(["Text.", "Some\ntext.", "One.\n\nTwo.", "- a\n- b", "- a\n  - b"])
FRAMES = [
    "{}",
    "({})",
    "[{}]",
    "*{}*",
    "**{}**",
    '"{}"',
    "`{}`",
    "<b>{}</b>",
    "Key: {};",
    "{{{{{}}}}}",
]
GAPS = [" ", ", ", ". ", " | ", " - "]
MARKERS = ["- ", "1. ", "> ", "### ", ""]


@st.composite
def parts(draw: st.DrawFn, slot: str, *, may_be_missing: bool) -> str:
    """A slot within a frame, in a group or not."""
    frame = "[paper]({})" if slot == "url" else draw(st.sampled_from(FRAMES))
    text = frame.format(f"{{{slot}}}")
    if may_be_missing and draw(st.booleans()):
        return f"{{?{draw(st.sampled_from(['', ', ', ' ']))}{text}?}}"
    return text


@st.composite
def forms(draw: st.DrawFn) -> DigestFormat:
    """A format of one template that loads."""
    proof = draw(st.sampled_from(sorted(EVIDENCE & VALUES.keys())))
    others = draw(st.sets(st.sampled_from(sorted(VALUES.keys() - {"title", proof})), max_size=4))
    slots = draw(st.permutations(["title", proof, *sorted(others)]))
    text = draw(st.sampled_from(MARKERS))
    for at, slot in enumerate(slots):
        gap = draw(st.sampled_from([*GAPS, "\n"])) if at else ""
        text += gap + ("> " if gap == "\n" and text.startswith(">") else "")
        text += draw(parts(slot, may_be_missing=slot != "title"))
    if draw(st.booleans()):
        quote = "> " if text.startswith(">") else ""
        text += f"\n{quote}{draw(st.sampled_from(['{?{summary}?}', 'Note: {summary}']))}"
    try:
        return a_format(text)
    except ValueError:
        reject()


def written(form: DigestFormat, values: Mapping[str, str]) -> str:
    """An entry as a template writes it, none of whose other lines looks like its first."""
    template, begin = form.templates[0], form.patterns[0].begin
    lines: list[str] = []
    for row, line in enumerate(template.lines):
        present = [
            all(values.get(it.slot) for it in group.parts if isinstance(it, SlotPlace))
            for group in line.groups
        ]
        if line.may_be_missing and not any(present):
            continue
        wrapping = {"item": " " * len(template.marker), "quote": "> "}.get(template.container, "")
        text = rendered(line, values, present)
        assume(row == 0 or not begin.matches(text.encode()))
        first, *rest = text.split("\n")
        lines.append((wrapping if row else template.marker) + first)
        # A quote ends where a line has no sign; that sign has its blank, as on other lines.
        lines += [wrapping + one if one or wrapping.strip() else "" for one in rest]
    return "\n".join(lines) + "\n"


@st.composite
def entries(draw: st.DrawFn) -> tuple[DigestFormat, dict[str, str]]:
    """A format of one template, and the values of an entry: those in groups may be missing."""
    form = draw(forms())
    values: dict[str, str] = {}
    for line in form.templates[0].lines:
        grouped = {it.slot for one in line.groups for it in one.parts if isinstance(it, SlotPlace)}
        for place in line.places:
            if place.slot not in grouped or draw(st.booleans()):
                values[place.slot] = draw(VALUES.get(place.slot, SUMMARY))
    if form.templates[0].container == "paragraph" and "\n\n" in values.get("summary", ""):
        values["summary"] = "Some text."  # a paragraph holds no blank line
    if form.templates[0].slots & {"year", "date"} and "venue" in values:
        values["venue"] = "ICLR"  # a year has one place
    return form, values


def read(form: DigestFormat, source: str) -> Document:
    """A digest as the format reads it."""
    return read_document("papers.md", source.encode(), [form], venues())


def values_in(document: Document) -> list[dict[str, str]]:
    return [
        {slot.name: decoded(slot.text.data) for slot in entry.slots}
        for entry in document.entries
        if not entry.broken
    ]


@given(entries())
def test_what_a_template_writes_is_read_as_written_or_not_at_all(
    entry: tuple[DigestFormat, dict[str, str]],
) -> None:
    form, values = entry

    found = values_in(read(form, written(form, values)))

    assert found in ([values], [])


# Many values stand outside of groups: they cannot go.
@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(entries(), st.data())
def test_a_value_that_goes_and_comes_again_leaves_every_byte_as_it_was(
    entry: tuple[DigestFormat, dict[str, str]], data: st.DataObject
) -> None:
    form, values = entry
    source = written(form, values)
    document = read(form, source)
    assume(values_in(document) == [values])
    fields = document.entries[0].reading.fields
    name = data.draw(st.sampled_from(sorted(fields.keys() - {"title"}) or ["title"]))
    asked: dict[str, Value] = {name: fields[name]}
    if name == "venue":
        asked |= {it: fields[it] for it in ("year", "award") if it in fields}

    gone = put_digest(
        document, {0: dict.fromkeys(asked, EMPTY)}, lambda it: read(form, it.decode())
    )
    assume(not gone.refusals)
    back = put_digest(
        read(form, gone.source.decode()), {0: asked}, lambda it: read(form, it.decode())
    )

    assert back.refusals == ()
    assert back.source.decode() == source


def test_of_the_ways_to_read_a_line_no_more_than_64_are_tried() -> None:
    form = a_format("- {title}. {authors}. {venue} [p]({url}) {?{links}?}")
    few, many = (f"- {'A. ' * count}[p]({ID})\n" for count in (100, 400))

    assert calls_of(lambda: read(form, many)) < 2 * calls_of(lambda: read(form, few))


@pytest.mark.parametrize("unit", ["A B. ", "[", "[a](b) ", "**a* ", "\t", "<br>", "<br ", "a\n  "])
def test_a_hostile_line_takes_linear_time(unit: str) -> None:
    form = a_format("- {title}. {?{venue}?} {links}\n  {?{authors}?}\n  {?{summary}?}")

    def seconds(size: int) -> float:
        source = f"- A. {unit * (size // len(unit))} [p]({ID})\n"
        start = time.process_time()
        read(form, source)
        return time.process_time() - start

    read(form, "- A. [p](b)\n")

    # Eight times the bytes: a quadratic step would take 64 times as long, and never so little.
    assert seconds(8_000) < max(0.1, 24 * seconds(1_000))
