"""The scanner: tiles that make up any file again, and what each of them is."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.bibtex.bibs import PIECES, hostile_bibs
from tests.growth import LINEAR, growth
from zoterodigest.bibtex.tiles.scanner import scan
from zoterodigest.bibtex.tiles.tiles import (
    COMMENT_INSIDE,
    Bibliography,
    BibPlace,
    BibProblem,
    BrokenTile,
    CommentTile,
    Delimiter,
    EntryTile,
    MacroTile,
    PreambleTile,
)


def _texts(bibliography: Bibliography, entry: EntryTile) -> dict[str, str]:
    return {bibliography.text(one.name): bibliography.text(one.value) for one in entry.fields}


def _keys(source: bytes) -> list[str]:
    bibliography = scan(source)
    return [bibliography.key(entry) for entry in bibliography.entries]


@given(hostile_bibs)
@example(b"")
@example(b"".join(PIECES))
def test_tiles_side_by_side_are_the_file(source: bytes) -> None:
    tiles = scan(source).tiles

    assert b"".join(source[tile.span.start : tile.span.end] for tile in tiles) == source
    assert all(len(tile.span) for tile in tiles)


@given(hostile_bibs)
@example(b"".join(PIECES))
def test_every_entry_reads_alone_as_it_does_in_its_file(source: bytes) -> None:
    bibliography = scan(source)

    for entry in bibliography.entries:
        alone = scan(source[entry.span.start : entry.span.end])
        (again,) = alone.tiles
        assert isinstance(again, EntryTile)
        assert alone.key(again) == bibliography.key(entry)
        assert _texts(alone, again) == _texts(bibliography, entry)


_NAMES, _SIGNS = (
    st.sampled_from((b"title", b"Year", b"x-y")),
    st.sampled_from((b"=", b" = ", b"\n=")),
)
_GOOD = (b"{a}", b"{}", b"{A {B{C{D{E}}}}}", b"{x\\}", b'"q"', b'"{"} {{x}}"', b"12", b"a # {b}")
_BAD = (b"{a} % comment\n", b'"a', b"{b", b"c}", b"", b"a b", b"{a}{b}")
_VALUES = st.sampled_from((*_GOOD, *_BAD))
_FIELDS = st.tuples(_NAMES, _SIGNS, _VALUES).map(b"".join)
_ENDS = st.sampled_from((b",", b"", b",,", b", % comment\n"))


@given(st.lists(_FIELDS, max_size=5), _ENDS, st.sampled_from((b"()", b"{}", b"{)")))
def test_the_usual_fields_are_read_in_one_step_as_they_are_in_several(
    fields: list[bytes], end: bytes, enclosing: bytes
) -> None:
    opener, closer = enclosing[:1], enclosing[1:]
    source = b"@misc" + opener + b",\n ".join((b"key", *fields)) + end + closer + b"\n@misc{next}\n"

    # Behind a broken block the scanner goes step by step.
    behind = scan(b"@misc{broken, = }\n" + source)

    assert _read(behind)[1:] == _read(scan(source))


def _read(bibliography: Bibliography) -> list[object]:
    return [
        tile.reason
        if isinstance(tile, BrokenTile)
        else [
            (bibliography.name(one), bibliography.value(one), one.delimiter, len(one.pieces))
            for one in getattr(tile, "fields", ())
        ]
        for tile in bibliography.tiles
    ]


def test_an_entry_has_a_type_a_key_and_fields_with_their_pieces() -> None:
    source = b'@Book{ key:1 ,\n title = {A {B}}, note="x {"} y" # mac # 12 , year = 2020 }'

    bibliography = scan(source)

    (entry,) = bibliography.entries
    assert bibliography.text(entry.type) == "Book"
    assert bibliography.key(entry) == "key:1"
    assert _texts(bibliography, entry) == {
        "title": "{A {B}}",
        "note": '"x {"} y" # mac # 12',
        "year": "2020",
    }
    pieces = entry.fields[1].pieces
    assert [(bibliography.text(piece.inner), piece.delimiter) for piece in pieces] == [
        ('x {"} y', Delimiter.QUOTES),
        ("mac", Delimiter.BARE),
        ("12", Delimiter.BARE),
    ]


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        (b"@misc(a, t = {)})@misc{b}", ["a", "b"]),
        (b"@misc(a)\n@misc (b,)", ["a", "b"]),
        (b"@misc\n{a,}", ["a"]),
        (b"@misc{a, t = {x\n@misc{b, t = {y}}\n}}", ["a"]),
        (b"@misc{a, t = {\\{}}\n@misc{b}\n}", ["b"]),
        (b"@misc{a, t = {x}, % a note } of mine\n y = 1}\n@misc{b}", ["a", "b"]),
        (b"\xef\xbb\xbf@misc{a}", ["a"]),
        (b"\xef\xbb\xbf% @misc{a}\n@misc{b}", ["b"]),
        (b"@misc{a}\r\n% @misc{b}\r\n  @misc{c}\r@misc{d}", ["a", "c", "d"]),
        (b"@misc{a} % @misc{b}", ["a"]),
        (b"100%sure @misc{a}", ["a"]),
        (b"@comment{ @misc{a} } @misc{b}", ["b"]),
        (b"@comment left open { @misc{b}", ["b"]),
        (b"@comment{ left open\n@misc{b}", ["b"]),
        (b"@comment( has { no end) of } its own\n@misc{b}", ["b"]),
        (b"mail me@home.org {x} or @misc{b}", ["b"]),
        (b"@misc{a, t = " + b"{" * 300 + b"}" * 300 + b"}@misc{b}", ["a", "b"]),
        (b"@misc{a, t = {" + b"long " * 80_000 + b"}}@misc{b}", ["a", "b"]),
        ("@misc{müller, t = {ü}}".encode(), ["müller"]),
        (b"@misc{m\xfcller}", ["m\udcfcller"]),
    ],
)
def test_entries_begin_and_end_where_bibtex_has_them(source: bytes, keys: list[str]) -> None:
    assert _keys(source) == keys


@pytest.mark.parametrize(
    ("source", "place", "reason"),
    [
        (b"\n @misc{a, t = {x\n@misc{b}", (2, 15), "a brace that is never closed"),
        (b'@misc{a, t = "x,\n@misc{b}', (1, 14), "a quotation mark that is never closed"),
        (b'@misc{a, t = "x}"}\n@misc{b}', (1, 16), "a closing brace too many"),
        (b"@misc{a, t = {x} u = {y}}\n@misc{b}", (1, 18), "comma or closing brace, found 'u'"),
        (b"@misc{a b, t = {x}}\n@misc{b}", (1, 9), "comma after the citation key, found 'b'"),
        (b"@misc{t = {x}}\n@misc{b}", (1, 9), "comma after the citation key, found '='"),
        (b"@misc{a, t = }\n@misc{b}", (1, 14), "expected a value, found '}'"),
        (b"@misc{a, {x}}\n@misc{b}", (1, 10), "expected a field's name and =, found '{'"),
        (b"@misc(a, t = {x}}\n@misc{b}", (1, 17), "comma or closing parenthesis, found '}'"),
        (b"@misc{b}\n @misc{a, t = {x}\n", (2, 2), "a block that is never closed"),
        (b"@string{}\n@misc{b}", (1, 9), "a macro without a name and a value"),
        (b"@misc a,\n  t = {x},\n}\n@misc{b}", (1, 6), "expected an opening brace after @misc"),
        ("@misc{ä, t = ,}\n@misc{b}".encode(), (1, 14), "expected a value, found ','"),
    ],
)
def test_a_broken_block_is_told_with_its_place_and_the_next_is_read(
    source: bytes, place: tuple[int, int], reason: str
) -> None:
    bibliography = scan(source)

    (problem,) = bibliography.problems()
    assert (problem.place.line, problem.place.column) == place
    assert reason in problem.reason
    assert [bibliography.key(entry) for entry in bibliography.entries] == ["b"]


@pytest.mark.parametrize(
    "text",
    ["@misc entries, like these", "@ home, t = {x}", "@comment a,\n t = {x}", "x @misc a, t = {"],
)
def test_a_sentence_with_an_at_sign_is_a_comment(text: str) -> None:
    bibliography = scan(f"{text}\n@misc{{b}}".encode())

    assert bibliography.problems() == []
    assert [bibliography.key(entry) for entry in bibliography.entries] == ["b"]


def test_a_broken_last_block_reaches_to_the_end_of_the_file() -> None:
    bibliography = scan(b"@misc{a}\n@misc{b, t = {")

    assert isinstance(bibliography.tiles[-1], BrokenTile)
    assert bibliography.problems()[0].place.line == 2


def test_macros_preambles_and_comments_are_tiles_of_their_own() -> None:
    source = b'% top\n@STRING(a = "x")\n@preamble{"\\x" # a}\n@comment{c}'

    kinds = [type(tile) for tile in scan(source).tiles]

    assert kinds == [CommentTile, MacroTile, CommentTile, PreambleTile, CommentTile, CommentTile]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (b"@misc{a,\n  title = {A},\n  % why\n  year = 2020}", BibPlace(3, 3)),
        (b"@misc{ % odd\n  a, year = 2020}", BibPlace(1, 8)),
        (b"@misc{a, year = % when\n 2020}", BibPlace(1, 17)),
        (b"@misc{a, year = 2020,\n% the end\n}", BibPlace(2, 1)),
        (b'@string{% why\n x = "y"}', BibPlace(1, 9)),
        (b'@preamble{"a" # % why\n "b"}', BibPlace(1, 17)),
    ],
)
def test_a_comment_inside_a_block_is_read_over_and_told_as_bibtex_stops_there(
    source: bytes, place: BibPlace
) -> None:
    bibliography = scan(source + b"\n@misc{next}\n")

    assert bibliography.problems() == [BibProblem(place, COMMENT_INSIDE)]
    assert bibliography.key(bibliography.entries[-1]) == "next"
    assert bibliography.broken == ()


def test_percent_signs_of_values_and_beside_entries_are_no_comments_inside() -> None:
    source = b'% one\n@misc{a, note = {100\\% {50%}}, url = "a%20b" # {%}} % two\n% three\n'

    assert scan(source).problems() == []


def test_doubled_keys_are_kept_and_told_ignoring_case() -> None:
    bibliography = scan(b"@misc{a}\n@misc{b}\n@misc{A}\n@misc{,t={x}}\n@misc{,}")

    problems = [(one.place.line, one.reason) for one in bibliography.problems()]

    assert len(bibliography.entries) == 5
    assert problems == [
        (3, "the citation key A stands in line 1 too"),
        (4, "no citation key"),
        (5, "no citation key"),
    ]


@pytest.mark.parametrize(
    "unmerged",
    [
        b"<<<<<<< HEAD\n@misc{a, t = {1}}\n=======\n@misc{a, t = {2}}\n>>>>>>> other\n",
        b"@misc{a,\n<<<<<<< HEAD\n t = {1},\n=======\n t = {2},\n>>>>>>> other\n}",
        b"@misc{a, t = {\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> other\n}}",
        b"@misc{a,\n<<<<<<< HEAD\n t = {1}}\n=======\n t = {2}}\n>>>>>>> other\n",
    ],
    ids=["entries", "fields", "values", "ends"],
)
def test_what_git_left_unmerged_is_broken_and_all_beside_it_is_read(unmerged: bytes) -> None:
    source = b"% top\n@misc{before, t = {x}}\n" + unmerged + b"\n@misc{after, t = {y}}\n"

    bibliography = scan(source)

    assert [bibliography.key(entry) for entry in bibliography.entries] == ["before", "after"]
    (broken,) = bibliography.broken
    assert source[broken.span.start : broken.span.end].strip() == unmerged.strip()
    assert bibliography.problems()[0].reason == "git's conflict marks stand here"


NESTED = {
    "conflict marks": b"<<<<<<< HEAD\n>>>>>>> x\n@a{k, t = {x}}\n% c\n",
    "half of conflict marks": b"<<<<<<< HEAD\n@a{k, t = {x}}\n",
    "open values": b"@a{k, t = {\n",
    "open values in a value": b"@a{k, t = {x}, u = {\n",
    "open quotes": b'@a{k, t = "\n',
    "quotes over braces": b'@a{k, t = "{}\n',
    "open comments": b"@comment{\n",
    "no end": b"@a{k,\n",
    "no line ends": b"@a{k, t = {x},",
    "concatenation": b"@a{k, t = {} # {} # {\n",
    "addresses": b"me@a.b{",
    "at signs": b"@ \n",
    "comment lines": b"% @a{\n",
    "no opening brace": b"@a k,\n t = {x},\n}\n",
    "names": b"@a k,\n t\n",
    "entries": b"@a{k, t = {x}, u = 1}\n",
}


@pytest.mark.parametrize("unit", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("end", [b"", b"}", b" ! }\n"])
def test_steps_grow_with_the_file(unit: bytes, end: bytes) -> None:
    few, many = (_steps(unit * count + end * count) for count in (200, 800))

    assert many <= 4 * few + 200


@pytest.mark.deep
@pytest.mark.parametrize("unit", NESTED.values(), ids=NESTED)
def test_hostile_files_take_linear_time(unit: bytes) -> None:
    assert growth(lambda size: scan(unit * size + b"}" * size), 20_000) < LINEAR


def _steps(source: bytes) -> int:
    """Return how many functions are called, those of the standard library included."""
    steps = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        scan(source)
    finally:
        sys.setprofile(None)
    return steps
