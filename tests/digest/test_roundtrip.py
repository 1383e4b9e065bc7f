"""Law 1: every byte outside an edit stays, whatever the digest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, RELATIVES, SHARED_DIGESTS, document, formats, read, venues
from zoterodigest.digest.read.body import claims_of, lacks_needed
from zoterodigest.digest.read.claimed import has_needed
from zoterodigest.digest.read.containers import find_entries
from zoterodigest.digest.read.lines import Lines
from zoterodigest.digest.write.edit import put_digest

CORPUS = [*EXAMPLES, RELATIVES, *SHARED_DIGESTS]
PIECES = st.sampled_from(
    [
        b"> **Title** \n",
        b"> *CVPR 2025*, [arxiv](https://arxiv.org/abs/2504.18524)\n",
        b"> Task: x\r\n",
        b"\n",
        b"---\n",
        b"```\n",
        b"| Title | Date |\n",
        b"|---|---|\n",
        b"| [A b](u) | 2024 |\n",
        b"<details>\n<summary><b>T</b></summary>\n",
        b"</details>\n",
        b"* **Authors:** A, B\n",
        b"# H\n",
        b"- **[T](https://arxiv.org/abs/2504.04603)**  `cs.CV`\n",
        b"  _A, B, et al._\n",
        b"\xff\n",
        b"\t|\n",
        b"- [X](https://arxiv.org/abs/1706.03762), ICML 2020.\n",
        b"<!-- ",
        b"-->\n",
        "\u201c\u2192\u200b\n".encode(),
    ]
)
HOSTILE = st.lists(PIECES | st.binary(max_size=30), max_size=40).map(b"".join)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_a_digest_with_nothing_to_write_is_returned_byte_for_byte(path: Path) -> None:
    source = path.read_bytes()

    edited = put_digest(document(path), {}, read)

    assert edited.source == source


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_putting_every_field_as_it_was_read_changes_no_byte(path: Path) -> None:
    whole = document(path)
    as_read = {index: entry.reading.fields for index, entry in enumerate(whole.entries)}

    edited = put_digest(whole, as_read, read)

    assert edited.source == whole.source
    assert edited.refusals == ()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_slots_know_which_source_bytes_they_come_from(path: Path) -> None:
    whole = document(path)

    for entry in whole.entries:
        for slot in entry.slots:
            span = slot.text.source_span(0, len(slot.text.data))
            assert entry.span.start <= span.start <= span.end <= entry.span.end
            written = whole.source[span.start : span.end]
            if b"\n" not in written and b"|" not in written:
                assert written == slot.text.data


@given(HOSTILE)
def test_any_bytes_are_read_without_failing_and_entries_never_overlap(source: bytes) -> None:
    whole = read(source)

    ends = [-1, *(entry.span.end for entry in whole.entries)]
    starts = [*(entry.span.start for entry in whole.entries), len(source) + 1]
    assert all(end < start for end, start in zip(ends, starts, strict=True))
    assert put_digest(whole, {}, read).source == source


@given(HOSTILE)
def test_any_digest_put_as_read_stays_as_it_is(source: bytes) -> None:
    whole = read(source)
    as_read = {index: entry.reading.fields for index, entry in enumerate(whole.entries)}

    assert put_digest(whole, as_read, read).source == source


@given(HOSTILE)
def test_every_line_is_an_entrys_or_passed_over_with_a_reason_or_blank(source: bytes) -> None:
    whole = read(source)

    known = {line for entry in whole.entries for line in range(entry.first, entry.last + 1)}
    for skipped in whole.skipped:
        known |= set(range(skipped.start_line - 1, skipped.end_line))
    assert all(line in known or whole.lines.is_blank(line) for line in range(len(whole.lines)))


@given(HOSTILE)
def test_what_is_passed_over_at_a_glance_holds_nothing_that_an_entry_needs(source: bytes) -> None:
    lines = Lines(source)
    for form in formats():
        for found in find_entries(lines, form):
            claims = claims_of(found, form, venues())
            has_one = has_needed(form, claims.slots, claims.unreadable)
            assert not (has_one and lacks_needed(found, form))


def test_a_quote_without_links_venue_and_task_is_passed_over_at_a_glance() -> None:
    source = "> **核心创新**  \n> 一句话说明这篇论文做了什么\n".encode()
    form = next(form for form in formats() if form.name == "quoted-notes")

    (found,) = find_entries(Lines(source), form)

    assert lacks_needed(found, form)
