"""Boundaries, found in one search, are the lines that are headings or rules each by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.digest.read.found import is_heading, is_rule
from zoterodigest.digest.read.lines import Lines

PIECES = (b"-", b"---", b"*", b"_", b"#", b"## ", b" ", b"   ", b"\t", b"a", b"\r", b"\n", b"\r\n")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_boundaries_are_the_headings_and_rules(source: bytes) -> None:
    lines = Lines(source)

    alone = {at for at in range(len(lines)) if is_heading(lines[at]) or is_rule(lines[at])}

    assert lines.boundaries == alone
