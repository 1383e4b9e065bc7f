"""Line ends of a digest, also where whole lines come and go."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.digest.corpus import read
from zoterodigest.core.values.record import NOTE, Blocks
from zoterodigest.core.values.span import Span, splice
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.layers import source_text
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.frames import rewritten

QUOTED = (
    "> **A Paper about Perfectly Normal Things**\n"
    "> *CVPR 2024*, [arxiv](https://arxiv.org/abs/2401.00001)\n"
    "> Task: images\n"
    ">\n"
    "> - one\n"
    "> - two\n"
    "\n\n"
    "> **Another Paper that Has to Survive**\n"
    "> *CVPR 2024*, [arxiv](https://arxiv.org/abs/2401.00002)\n"
)


def read_yaml(source: bytes) -> Document:
    """Read the bytes of a list of papers in YAML."""
    return read(source, "papers.yaml")


def test_the_last_bullet_taken_out_leaves_no_half_of_a_line_end() -> None:
    before = read(QUOTED.replace("\n", "\r\n").encode())

    edited = put_digest(before, {0: {"summary": Blocks(("- one",))}}, read)

    assert edited.source == QUOTED.replace("> - two\n", "").replace("\n", "\r\n").encode()


ENDS = st.sampled_from([b"\n", b"\r\n"])
EDITS = st.sampled_from(["line {}\n", "edited {}\n", "", "line {}\nnew\n"])


@example([(b"\r\n", "edited {}\n"), (b"\n", "line {}\nnew\n")])
@given(st.lists(st.tuples(ENDS, EDITS), min_size=1, max_size=12))
def test_lines_that_stay_keep_their_bytes_where_lines_end_in_both_ways(
    lines: list[tuple[bytes, str]],
) -> None:
    whole = [b"line %d" % at + end for at, (end, _) in enumerate(lines)]
    source = b"".join(whole) + b"end"
    new = "".join(edit.format(at) for at, (_, edit) in enumerate(lines)) + "end"
    text = source_text(source, Span(0, len(source)))

    written = splice(source, rewritten(text, new, source))

    assert written.replace(b"\r\n", b"\n") == new.encode()
    stay = [line for line, (_, edit) in zip(whole, lines, strict=True) if edit.startswith("line")]
    found = written.splitlines(keepends=True)
    assert [line for line in found if line.startswith(b"line")] == stay


def test_a_block_of_a_note_that_stays_keeps_its_line_end_between_two_that_change() -> None:
    source = (
        b"- [One Fine Title](https://arxiv.org/abs/1901.00001). *Ada Lovelace*. ICML 2019.\r\n"
        b"  <!-- zotero-note ABCD2345 -->\r\n\r\n  One.\r\n\r\n  Two.\n\r\n  Three.\r\n"
        b"  <!-- /zotero-note ABCD2345 -->\r\n"
    )
    note = Blocks(("Ones.", "Two.", "Threes."))

    edited = put_digest(read(source), {0: {f"{NOTE}ABCD2345": note}}, read)

    assert edited.refusals == ()
    assert edited.source == source.replace(b"One.", b"Ones.").replace(b"Three.", b"Threes.")


def test_a_line_of_a_block_of_yaml_keeps_its_line_end_between_two_that_change() -> None:
    source = (
        b"- title: One Fine Title\r\n  doi: 10.1000/1\r\n"
        b"  abstract: |\r\n    One line.\r\n    Two lines.\n    Three lines.\r\n"
        b"- title: Two Fine Titles\r\n  doi: 10.1000/2\r\n"
    )
    abstract = "One long line.\nTwo lines.\nThree long lines."

    edited = put_digest(read_yaml(source), {0: {"abstract": abstract}}, read_yaml)

    assert edited.refusals == ()
    assert edited.source == source.replace(b"One l", b"One long l").replace(
        b"Three l", b"Three long l"
    )
