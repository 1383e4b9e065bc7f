"""An export into a .bib that stands: what is ours changes, everything else stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.bibtex.bibs import PIECES, hostile_bibs
from tests.growth import LINEAR, growth
from zoterodigest.bibtex.edit.document import asked_of
from zoterodigest.bibtex.edit.operations import DeclinedBibEdit
from zoterodigest.bibtex.edit.splice import Updated, update
from zoterodigest.bibtex.export.bib_style import write_bib
from zoterodigest.bibtex.export.entry import BibEntry
from zoterodigest.bibtex.reading import standing_entries
from zoterodigest.bibtex.tiles.scanner import scan


def _entry(key: str, title: str = "A Title of Some Words", **fields: str) -> BibEntry:
    given = {"author": f"{key.capitalize()}, Ada", "title": title, **fields}
    return BibEntry("misc", key, tuple(given.items()))


NEW = _entry("lovelace", "Notes on the {Analytical Engine}", year="1843", month="oct")


def _added(source: str, *wanted: BibEntry) -> str:
    updated = update(source.encode(), wanted or (NEW,), {}, add_only=True)

    return updated.source.decode()


HAND_KEPT = """\
% My bibliography -*- coding: utf-8 -*-
@String{ CVPR = "Conf. on Vision" }

@InProceedings{he2016,
	Title     = {Deep {Residual} Learning},
	Author    = {He, Kaiming and others},
	Booktitle = CVPR # { 2016},
	Year      = 2016
} % the best

@misc(odd, note={left as it is})
% end of file
"""


def test_a_new_bib_is_written_as_one_that_grows_from_nothing() -> None:
    wanted = (NEW, _entry("turing", "On Computable Numbers"), BibEntry("misc", "bare", ()))

    assert _added("", *wanted) == write_bib(wanted)


def test_a_new_entry_is_written_behind_the_last_in_the_manner_of_the_file() -> None:
    source = HAND_KEPT.replace("@misc(odd, note={left as it is})\n", "")

    assert _added(source) == source.replace(
        "} % the best",
        """\
} % the best

@Misc{lovelace,
	Author    = {Lovelace, Ada},
	Title     = {Notes on the {Analytical Engine}},
	Year      = 1843,
	Month     = oct
}""",
    )


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("", "@misc{k,\n  author = {K, Ada},\n  title = {T {U}},\n  year = {1},\n}\n"),
        (
            "@misc{a, t={x}}",
            "@misc{a, t={x}}\n\n@misc{k, author={K, Ada}, title={T {U}}, year={1}}",
        ),
        (
            '@MISC{a,\n    T = "x",\n    Y = 1\n    }\n\n\n@MISC{b,\n    T = "y"\n    }\n',
            '@MISC{a,\n    T = "x",\n    Y = 1\n    }\n\n\n@MISC{b,\n    T = "y"\n    }\n\n\n'
            '@MISC{k,\n    AUTHOR = "K, Ada",\n    TITLE = "T {U}",\n    YEAR = 1\n    }\n',
        ),
        (
            "@misc(a,\r\n\ttitle =   {x},\r\n\tnote =    {y},\r\n)\r\n",
            "@misc(a,\r\n\ttitle =   {x},\r\n\tnote =    {y},\r\n)\r\n\r\n"
            "@misc(k,\r\n\tauthor =  {K, Ada},\r\n\ttitle =   {T {U}},\r\n"
            "\tyear =    {1},\r\n)\r\n",
        ),
        (
            "% only text",
            "% only text\n\n@misc{k,\n  author = {K, Ada},\n  title = {T {U}},\n  year = {1},\n}",
        ),
    ],
)
def test_the_manner_is_learnt(source: str, result: str) -> None:
    assert _added(source, _entry("k", "T {U}", year="1")) == result


def test_a_file_sorted_by_key_stays_sorted() -> None:
    source = "@misc{b, t={}}\n@misc{D, t={}}\n@misc{f, t={}}\n"

    updated = update(
        source.encode(), [_entry(key, f"On {key}") for key in "gEca"], {}, add_only=True
    )

    bibliography = scan(updated.source)
    assert "".join(map(bibliography.key, bibliography.entries)) == "abcDEfg"
    assert b"}}\n@misc{D, t={}}\n@misc{E," in updated.source


def test_works_that_stand_there_are_adopted_and_keep_their_keys() -> None:
    source = (
        "@misc{mine, doi = {https://doi.org/10.1000/ABC}}\n"
        "@misc{hers, eprint = {1706.03762v2}, archivePrefix = {arXiv}}\n"
        "@misc{theirs, author = {Ada Lovelace}, title = {Notes on the analytical engine}}\n"
        "@misc{same, title = {Quite another work here}, author = {Nobody}}\n"
    )
    wanted = [
        _entry("one", "T", doi="10.1000/abc"),
        _entry("two", "U", eprint="1706.03762", eprinttype="arxiv"),
        NEW,
        _entry("same", "This one is new"),
    ]

    updated = update(source.encode(), wanted, {}, add_only=True)

    assert updated.source.startswith(source.encode().rstrip())
    assert updated.aliases == {
        "one": "mine",
        "two": "hers",
        "lovelace": "theirs",
        "same": "samea",
    }
    assert updated.added == ("samea",)
    assert set(updated.ours) == {"samea"}


def test_what_may_be_the_same_work_is_told_and_not_added() -> None:
    source = "@misc{a, title = {Short}}\n"

    updated = update(
        source.encode(), [BibEntry("misc", "b", (("title", "Short"),))], {}, add_only=True
    )

    assert updated.source == source.encode()
    assert updated.problems[0].reason == (
        "b was not added: it may be the entry in line 1, but that is not certain. If it is, give "
        "that entry the key b; if not, correct or add authors, DOI or arXiv id, so that they differ"
    )


def test_the_advice_where_a_work_may_stand_already_can_be_followed() -> None:
    wanted = [BibEntry("misc", "b", (("title", "Short"),))]
    twice = update(
        b"@misc{a, title = {Short}}\n@misc{c, title={Short}}\n", wanted, {}, add_only=True
    )

    same = update(b"@misc{b, title = {Short}}\n", wanted, {}, add_only=True)
    other = update(
        b"@misc{a, title = {Short}, author = {Eva, Ed}}\n",
        [BibEntry("misc", "b", (("author", "Byron, Ada"), ("title", "Short")))],
        {},
        add_only=True,
    )

    assert "it may be one of the entries in lines 1, 2" in twice.problems[0].reason
    assert (same.problems, same.added) == ((), ())
    assert (other.problems, other.added) == ((), ("b",))


def _first() -> Updated:
    return update(HAND_KEPT.encode(), [NEW], {}, add_only=True)


def test_only_fields_that_differ_change_and_keep_their_delimiters() -> None:
    first = _first()
    edited = first.source.replace(b"{Notes on", b'"Notes on').replace(b"Engine}}", b'Engine}"')
    wanted = _entry("lovelace", "Notes on the {Engine}", year="1844", month="nov", note="Fine")

    updated = update(edited, [wanted], first.ours, add_only=False)

    assert updated.changed == {"lovelace": ("month", "note", "title", "year")}
    assert updated.source == (
        edited.replace(b"{Analytical Engine}", b"{Engine}")
        .replace(b"1843", b"1844")
        .replace(b"oct", b"nov,\n\tnote      = {Fine}")
    )
    again = update(updated.source, [wanted], updated.ours, add_only=False)
    assert (again.source, again.changed, again.kept) == (updated.source, {}, ())


def test_a_field_or_type_goes_and_comes_back_to_the_byte() -> None:
    first = _first()
    fields = dict(NEW.fields)
    less = BibEntry("book", NEW.key, tuple((n, fields[n]) for n in ("author", "year")))

    without = update(first.source, [less], first.ours, add_only=False)
    again = update(without.source, [NEW], without.ours, add_only=False)

    assert without.changed == {"lovelace": ("", "month", "title")}
    assert (
        b"@book{lovelace,\n\tAuthor    = {Lovelace, Ada},\n\tYear      = 1843\n}" in without.source
    )
    assert again.source == first.source


def test_what_a_person_edited_in_our_entry_is_left_and_told() -> None:
    first = _first()
    edited = first.source.replace(b"1843", b"1842").replace(
        b"\tMonth     = oct\n", b"\tMine = {x}\n"
    )
    wanted = _entry("lovelace", "Notes", year="1844", month="oct")

    updated = update(edited, [wanted], first.ours, add_only=False)

    assert updated.source == edited.replace(b"Notes on the {Analytical Engine}", b"Notes")
    assert updated.kept == (
        DeclinedBibEdit("lovelace", "month", "edited in the file"),
        DeclinedBibEdit("lovelace", "year", "edited in the file"),
    )
    assert updated.ours["lovelace"]["year"] == first.ours["lovelace"]["year"]


def test_an_edit_that_meets_what_is_wanted_is_in_step_again() -> None:
    first = _first()
    edited = first.source.replace(b"1843", b"{1844}")
    wanted = _entry("lovelace", "Notes on the {Analytical Engine}", year="1844", month="oct")

    updated = update(edited, [wanted], first.ours, add_only=False)
    later = update(updated.source, [NEW], updated.ours, add_only=False)

    assert (updated.source, updated.kept) == (edited, ())
    assert later.changed == {"lovelace": ("year",)}


RESTYLED = [
    ("title = {Caf{\\'e}: {BERT}}", "title = {{Café: BERT}}"),
    ("title = {Caf{\\'e}: {BERT}}", "title = {Café},\n  subtitle = {bert}"),
    ("author = {Byron, Ada and Li, Bo}", "author = {Ada Byron and\n   Li, {Bo}}"),
    ("booktitle = {Conf. \\& Meeting}", 'booktitle = "Conf.  {\\&} meeting"'),
    ("year = {2020}", "year = 2020"),
    ("year = {2020}", "date = {2020-05}"),
    ("pages = {1--9}", "pages = {1-9}"),
    ("doi = {10.1000/x_y}", "doi = {https://doi.org/10.1000/X\\_y}"),
    ('publisher = {M{\\"u}ller}', "publisher = {Müller}"),
    ("month = may", "month = {5}"),
]


@pytest.mark.parametrize(("ours", "theirs"), RESTYLED)
def test_what_says_the_same_in_another_way_is_in_step(ours: str, theirs: str) -> None:
    wanted = _entry(
        "k", r"Caf{\'e}: {BERT}", booktitle=r"Conf. \& Meeting", year="2020", month="may"
    )
    more = {"author": "Byron, Ada and Li, Bo", "pages": "1--9", "doi": "10.1000/x_y"}
    more["publisher"] = r"M{\"u}ller"
    wanted = replace(wanted, fields=tuple({**dict(wanted.fields), **more}.items()))
    first = update(b"", [wanted], {}, add_only=True)
    assert ours in first.source.decode()
    source = first.source.replace(ours.encode(), theirs.encode())

    again = update(source, [wanted], first.ours, add_only=False)
    settled = update(source, [wanted], again.ours, add_only=False)

    assert (again.source, again.kept, again.changed) == (source, (), {})
    assert settled == again


def test_a_better_encoding_is_no_change_and_a_better_case_is_one() -> None:
    first = update(b"", [_entry("k", "Caf{\\'{e}} of bert")], {}, add_only=True)

    same = update(first.source, [_entry("k", "Caf{\\'e} of {bert}")], first.ours, add_only=False)
    other = update(first.source, [_entry("k", "Caf{\\'e} of {BERT}")], first.ours, add_only=False)

    assert (same.source, same.ours) == (first.source, first.ours)
    assert other.changed == {"k": ("title",)}


def test_what_was_written_in_another_way_still_follows_what_is_wanted() -> None:
    first = update(b"", [_entry("k", "The {BERT}")], {}, add_only=True)
    source = first.source.replace(b"The {BERT}", b"{The BERT}")
    second = update(source, [_entry("k", "The {BERT}")], first.ours, add_only=False)

    third = update(source, [_entry("k", "The {GPT}")], second.ours, add_only=False)

    assert third.source == first.source.replace(b"BERT", b"GPT")


def test_add_only_touches_nothing_that_stands() -> None:
    first = _first()

    updated = update(first.source, [_entry("lovelace", "X")], first.ours, add_only=True)

    assert updated.source == first.source
    assert updated.ours == first.ours


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "\ufeff", "% mine", "@string{a = {b}}", "@misc{broken, {}"])
@pytest.mark.parametrize("after", ["", "% the end", "@misc{broken, {}"])
@pytest.mark.parametrize(("old", "new"), [(("a",), ("x", "y")), (("a", "b", "c"), ("x",))])
def test_all_entries_can_give_way_to_others(
    end: str, before: str, after: str, old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    head = before + end * 2 * (before.strip("\ufeff") != "")
    first = update(head.encode(), [_entry(key, f"On {key}") for key in old], {}, add_only=True)
    source = first.source + (end + after + end).encode() * bool(after)
    wanted = [_entry(key, f"On {key}") for key in new]

    pruned = update(source, wanted, first.ours, add_only=False, prune=True)

    assert (pruned.refused, pruned.added, pruned.removed) == ((), new, old)
    assert [text for text in (before, after) if text.encode() not in pruned.source] == []
    assert update(pruned.source, wanted, pruned.ours, add_only=False).source == pruned.source


def test_prune_takes_out_ours_unless_edited_and_leaves_the_file_as_it_was() -> None:
    first = update(HAND_KEPT.encode(), [NEW, _entry("b", "On B")], {}, add_only=True)
    edited = first.source.replace(b"{On B}", b"{On C}")

    pruned = update(first.source, [], first.ours, add_only=False, prune=True)
    spared = update(edited, [], first.ours, add_only=False, prune=True)
    kept = update(first.source, [], first.ours, add_only=False)

    assert (pruned.source, pruned.removed) == (HAND_KEPT.encode(), ("b", "lovelace"))
    assert pruned.ours == {}
    assert spared.removed == ("lovelace",)
    assert spared.kept == (DeclinedBibEdit("b", "", "no longer wanted, but edited in the file"),)
    assert kept.source == first.source


def test_one_goes_and_another_comes_in_a_file_that_is_all_ours() -> None:
    first = update(b"", [NEW, _entry("b", "On B")], {}, add_only=True)

    updated = update(first.source, [_entry("c", "On C")], first.ours, add_only=False, prune=True)

    fresh = update(b"", [_entry("c", "On C")], {}, add_only=True)
    assert updated.source.strip() == fresh.source.strip()
    assert (updated.added, updated.removed) == (("c",), ("b", "lovelace"))


def test_an_entry_taken_out_by_hand_does_not_come_back() -> None:
    first = _first()

    updated = update(HAND_KEPT.encode(), [NEW], first.ours, add_only=False)

    assert updated.source == HAND_KEPT.encode()
    assert updated.kept == (DeclinedBibEdit("lovelace", "", "it was taken out of the file"),)


def test_an_entry_that_got_another_key_by_hand_stays_ours_under_it() -> None:
    first = _first()
    renamed = first.source.replace(b"{lovelace,", b"{ada,")

    updated = update(renamed, [_entry("lovelace", NEW.fields[1][1])], first.ours, add_only=False)

    assert (updated.aliases, set(updated.ours)) == ({"lovelace": "ada"}, {"ada"})
    assert updated.changed == {"ada": ("month", "year")}


def test_a_broken_region_stays_and_what_may_stand_in_it_is_not_added() -> None:
    source = b"@misc{a}\n@misc{lovelace, title = {Notes\n"

    updated = update(source, [NEW, _entry("b", "On B")], {}, add_only=True)

    assert updated.source.endswith(b"\n@misc{lovelace, title = {Notes\n")
    assert updated.added == ("b",)
    assert updated.kept == (
        DeclinedBibEdit("lovelace", "", "it may stand in what cannot be read from line 2"),
    )
    assert [(one.place.line, one.reason) for one in updated.problems] == [
        (2, "a brace that is never closed")
    ]


@pytest.mark.parametrize("value", ["}", "{", "a}, note = {b", "}\n@misc{evil, t = {", "\\{"])
def test_a_value_that_would_break_out_is_refused_and_the_others_written(value: str) -> None:
    updated = update(b"", [_entry("bad", value), NEW], {}, add_only=True)

    assert updated.added == ("lovelace",)
    assert [one.key for one in updated.refused] == ["bad"]
    assert len(scan(updated.source).entries) == 1
    assert b"evil" not in updated.source


def test_a_file_of_another_encoding_takes_ascii_only() -> None:
    source = "@misc{a, author = {Müller}}\n".encode("latin-1")

    updated = update(
        source, [_entry("b", "Größe"), _entry("c", 'Gr{\\"o}{\\ss}e')], {}, add_only=True
    )

    assert updated.added == ("c",)
    assert updated.source.startswith(source.rstrip())


KEYS = ("smith2020", "new", "Zed", "aardvark")
values = st.lists(
    st.sampled_from(["{", "}", '"', "\\", "%", "@misc{x,", "#", "=", ",", "\n", "word ", "é", "1"]),
    max_size=6,
).map("".join)
wanted_entries = st.lists(
    st.builds(
        _entry,
        st.sampled_from(KEYS),
        values | st.just("Words that make a title"),
        year=st.sampled_from(["2020", "", "2021"]),
        note=values,
    ),
    max_size=4,
    unique_by=lambda one: one.key,
)


def _outside(source: bytes, keys: set[str]) -> bytes:
    """Return what of `source` is in no entry with one of `keys`."""
    bibliography = scan(source)
    left, cursor = b"", 0
    for entry in bibliography.entries:
        if bibliography.key(entry) in keys:
            left += source[cursor : entry.span.start]
            cursor = entry.span.end
    return left + source[cursor:]


def _bare(source: bytes) -> bytes:
    return b"".join(source.split())


@given(hostile_bibs, wanted_entries, wanted_entries)
@example(b"".join(PIECES), [_entry("new"), _entry("Zed", "x", note="y")], [_entry("new", "z")])
@example(b"@misc{Zed}@misc{smith2020} % x", [_entry("new")], [])
def test_bytes_outside_our_entries_never_change(
    source: bytes, wanted: list[BibEntry], later: list[BibEntry]
) -> None:
    first = update(source, wanted, {}, add_only=True)
    mine = set(first.added)
    second = update(first.source, later, first.ours, add_only=False)
    pruned = update(second.source, [], second.ours, add_only=False, prune=True)

    assert _bare(_outside(first.source, mine)) == _bare(source)
    assert _outside(_without(second, first), mine) == _outside(first.source, mine)
    assert _bare(pruned.source) == _bare(source)
    again = update(second.source, _by_file_keys(later, second), second.ours, add_only=False)
    assert (again.source, again.added, again.ours) == (second.source, (), second.ours)


def _by_file_keys(wanted: list[BibEntry], updated: Updated) -> list[BibEntry]:
    return [replace(one, key=updated.aliases.get(one.key, one.key)) for one in wanted]


def _without(second: Updated, first: Updated) -> bytes:
    """Return the second file if nothing was added to it, else the first: additions are tested."""
    return first.source if second.added else second.source


@pytest.mark.deep
@pytest.mark.parametrize("unit", [b"", b"@misc{x, t = {\n", b"@misc{x, title = {A}}\n", b"% x\n"])
def test_an_update_takes_linear_time(unit: bytes) -> None:
    def add_and_prune(size: int) -> None:
        wanted = [_entry(f"k{at}", f"On the number {at}") for at in range(size)]
        first = update(unit * size, wanted, {}, add_only=True)
        assert len(first.added) == size
        update(first.source, [], first.ours, add_only=False, prune=True)

    assert growth(add_and_prune, 300) < LINEAR


def test_no_two_new_entries_have_one_key_to_bibtex() -> None:
    updated = update(b"", [_entry("k", "On A"), _entry("K", "On B")], {}, add_only=True)

    assert (updated.added, updated.aliases) == (("k", "Ka"), {"K": "Ka"})


def test_of_two_works_that_one_entry_tells_the_first_one_writes_it() -> None:
    first = update(b"", [_entry("a", "On A", doi="10.1000/a")], {}, add_only=True)
    wanted = [
        _entry("a", "On A, anew", doi="10.1000/a"),
        _entry("b", "On B", author="A, Ada", doi="10.1000/a"),
    ]

    updated = update(first.source, wanted, first.ours, add_only=False)

    assert updated.source == first.source.replace(b"{On A}", b"{On A, anew}")
    assert (updated.aliases, updated.refused) == ({"b": "a"}, ())


def test_an_entry_that_is_held_stays_by_either_of_its_keys() -> None:
    first = _first()
    renamed = first.source.replace(b"{lovelace,", b"{ada,")
    wanted = [_entry("lovelace", NEW.fields[1][1])]

    for held in ({"lovelace"}, {"ada"}):
        updated = update(renamed, wanted, first.ours, add_only=False, held=held)
        assert (updated.source, set(updated.ours)) == (renamed, {"ada"})


def test_entries_that_are_behind_because_entries_are_only_added_are_named() -> None:
    made = update(b"@misc{own}\n", (NEW,), {}, add_only=True)
    newer = _entry("lovelace", "Notes on the Engine", year="1843", month="oct")

    same = update(made.source, (NEW,), made.ours, add_only=True)
    behind = update(made.source, (newer,), made.ours, add_only=True)

    assert (same.behind, behind.behind) == ((), ("lovelace",))
    assert replace(behind, behind=()) == same
    # What a person edited there is not told: nothing would have been written over it.
    edited = made.source.replace(b"1843", b"1842")
    assert update(edited, (newer,), made.ours, add_only=True).kept == ()
    assert update(edited, (NEW,), made.ours, add_only=False).kept != ()


@pytest.mark.parametrize(
    ("year", "is_read_there"), [("{2020}", True), ("2020", False), ("{2021}", False)]
)
def test_an_entry_that_stands_to_the_letter_is_read_where_it_stands(
    year: str, is_read_there: bool
) -> None:
    wanted = BibEntry("misc", "doe2020", (("title", "On Trees"), ("year", "2020")))
    text = write_bib([wanted]).replace("{2020}", year)
    (there,) = standing_entries(scan(f"% my own\n{text}".encode()))

    asked = asked_of(wanted, {}, there)

    assert (asked.standing is there) == is_read_there
    assert asked.standing.texts["year"] == "2020"
