"""Front matter of notes: what its keys and values say, and edits that leave all else."""

from __future__ import annotations

import pytest

from tests.digest.vault_notes import entry_of, put, read_file
from zoterodigest.core.values.names import full_name, split_name
from zoterodigest.core.values.record import EMPTY, Fields, Members, Names
from zoterodigest.core.values.span import Span
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.document import PRIVATE
from zoterodigest.digest.read.vault_file import NO_FRONT, private_spans
from zoterodigest.digest.read.vault_front import IN_DOUBT
from zoterodigest.library.records.zotero import item_rules

SIX = {
    "block": "title: Deep: A Review\nauthors:\n  - Ada Lovelace\n  - Kurt Gödel\nyear: 2005\n",
    "flow": "title: 'Deep: A Review'\nauthors: [Ada Lovelace, Kurt Gödel]\nyear: \"2005\"\n",
    "links": 'year: "[[2005]]"\ntitle: "Deep: A Review"\n'
    'authors: ["[[Ada Lovelace]]", "[[People/Kurt Gödel|Kurt Gödel]]"]\n',
    "comments": '# mine\ntitle: "Deep: A Review" # t\n'
    "authors: 'Ada Lovelace, Kurt Gödel'\nyear: 2005\n",
    "one in a list": 'title: ["Deep: A Review"]\nauthors: Ada Lovelace; Kurt Gödel\nyear: [2005]\n',
    "one map": "{title: 'Deep: A Review', # t\n year: 2005, authors: [Ada Lovelace, Kurt Gödel]}\n",
    "anchors": "title: &t 'Deep: A Review'\nyear: !!str 2005\n"
    "authors: [Ada Lovelace, Kurt Gödel]\n",
}
SIX["block"] = SIX["block"].replace("Deep: A Review", ">-\n  Deep:\n  A Review")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_an_editor_that_writes_front_matter_anew_makes_no_edit(end: str, bom: str) -> None:
    read = [entry_of(f"{bom}---\n{text}---\nMine.\n".replace("\n", end)) for text in SIX.values()]

    first = read[0].fields
    assert first["title"] == "Deep: A Review"
    assert first["authors"] == Names(("Ada Lovelace", "Kurt Gödel"))
    assert first["year"] == "2005"
    assert [entry.fields for entry in read] == [first] * len(read)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("no", "no"),
        ("1e5", "1e5"),
        ("0123", "0123"),
        ("2024-01-02", "2024-01-02"),
        ('"[[Deep Nets]]"', "Deep Nets"),
        ("'{Deep Nets}'", "Deep Nets"),
        ("'{Deep} {Nets}'", "{Deep} {Nets}"),
        ("on # or off", "on"),
    ],
)
def test_a_scalar_is_the_text_that_stands_there(value: str, title: str) -> None:
    assert entry_of(f"---\ntitle: {value}\n---\n").fields["title"] == title


@pytest.mark.parametrize("value", ['"{{title}}"', "'Error: `format` can only'", "<% tp.title %>"])
def test_what_a_template_failed_to_fill_in_is_no_value(value: str) -> None:
    entry = entry_of(f"---\ntitle: {value}\nyear: 2005\n---\n")

    assert entry.unreadable == {"title"}
    assert "title" not in entry.fields
    assert entry.fields["year"] == "2005"


@pytest.mark.parametrize("value", ["201", "20175", "192012", "350 BC"])
def test_digits_that_are_no_year_are_not_read_and_not_taken_for_an_empty_year(value: str) -> None:
    entry = entry_of(f"---\ntitle: A\nyear: {value}\n---\n")

    assert entry.unreadable == {"year"}
    assert "year" not in entry.fields


@pytest.mark.parametrize("value", ["1859", "'[[1748]]'"])
def test_the_year_of_a_classic_is_read(value: str) -> None:
    assert entry_of(f"---\ntitle: A\nyear: {value}\n---\n").fields["year"] == value.strip("'[]")


@pytest.mark.parametrize("value", ["", "n.d.", "in press", "TBD"])
def test_a_note_may_say_that_there_is_no_year_yet(value: str) -> None:
    assert entry_of(f"---\ntitle: A\nyear: {value}\n---\n").fields["year"] == EMPTY


def test_a_key_that_stands_twice_is_not_read_and_all_others_are() -> None:
    entry = entry_of("---\nyear: 2005\ntitle: A\nyear: 2006\n---\nMine.\n")

    assert entry.unreadable == {"year"}
    assert entry.fields["title"] == "A"


@pytest.mark.parametrize(
    ("old", "fields", "new"),
    [
        ("title: A # t", {"title": "B"}, "title: B # t"),
        ("title: 'A'", {"title": "It's: B"}, "title: 'It''s: B'"),
        ("title: A", {"title": "A: B"}, 'title: "A: B"'),
        ('title: "A"', {"title": 'Über "B"'}, r'title: "Über \"B\""'),
        ("year: '[[2005]]'", {"year": "2006"}, "year: '[[2006]]'"),
        ("year:", {"year": "2006"}, "year: 2006"),
        ("title: # none yet", {"title": "B"}, "title: B # none yet"),
        ("authors: [A Bee]", {"authors": Names(("A Bee", "C Dee"))}, "authors: [A Bee, C Dee]"),
        (
            'authors:\n  - "[[X/A Bee]]"',
            {"authors": Names(("A Bee", "C Dee"))},
            'authors:\n  - "[[X/A Bee]]"\n  - "[[X/C Dee]]"',
        ),
        (
            "authors: '[[A Bee]], [[C Dee]]'",
            {"authors": Names(("A Bee", "E Fee"))},
            "authors: '[[A Bee]], [[E Fee]]'",
        ),
    ],
)
def test_an_edit_takes_the_bytes_of_its_value(old: str, fields: Fields, new: str) -> None:
    frame = "---\nfirst-author: X # derived\n{}\nrating: &r 5\nagain: *r\n...\n\n---\nMine.\n"

    edited = put(frame.format(old), fields)

    assert edited.refusals == ()
    assert edited.source.decode() == frame.format(new)


UNLIKE = "tags:\n  - plain\n  - \"quoted\"\n  - 'single'\n"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("tags", "new"),
    [
        (("plain", "single"), "tags:\n  - plain\n  - 'single'\n"),
        (("quoted", "single"), "tags:\n  - \"quoted\"\n  - 'single'\n"),
        (("plain", "quoted", "single", "new", "no"), UNLIKE + '  - new\n  - "no"\n'),
        ((), "tags: []\n"),
    ],
)
def test_each_tag_of_a_list_in_unlike_quotes_keeps_its_own(
    tags: tuple[str, ...], new: str, end: str
) -> None:
    frame = "---\ntitle: A\n{}year: 2005\n---\nMine.\n".replace("\n", end)
    old, wanted = (frame.format(it.replace("\n", end)) for it in (UNLIKE, new))

    edited = put(old, {"tags": Members(tags) if tags else EMPTY}, rule=NoteRule(tags=True))

    assert edited.refusals == ()
    assert edited.source.decode() == wanted


@pytest.mark.parametrize(
    ("old", "names", "new"),
    [
        ('[Ada Bee, "C Dee"]', ("Ada Bee", "C Dee", "E Fee"), '[Ada Bee, "C Dee", E Fee]'),
        ('[Ada Bee, "C Dee"]', ("C Dee",), '["C Dee"]'),
        (
            "\n  - name: Ada Bee\n  - name: 'C Dee'",
            ("E Fee", "C Dee"),
            "\n  - name: E Fee\n  - name: 'C Dee'",
        ),
    ],
)
def test_each_author_of_a_list_in_unlike_quotes_keeps_its_own(
    old: str, names: tuple[str, ...], new: str
) -> None:
    edited = put(f"---\ntitle: A\nauthors: {old}\n---\n", {"authors": Names(names)})

    assert edited.refusals == ()
    assert edited.source.decode() == f"---\ntitle: A\nauthors: {new}\n---\n"


def test_an_edit_of_front_matter_that_is_one_map_stays_in_it() -> None:
    edited = put("---\n{citekey: a2005, title: A, year: 2005}\n---\n", {"title": "B, C"})

    assert edited.source == b'---\n{citekey: a2005, title: "B, C", year: 2005}\n---\n'


@pytest.mark.parametrize("text", ["{{title}}", "{no yaml: [", "{}", "{ Words in braces."])
def test_braces_between_two_rules_are_front_matter_only_if_they_hold_keys(text: str) -> None:
    assert text in repr(entry_of(f"---\n{text}\n---\n").fields["summary"])


@pytest.mark.parametrize(
    "value", ['"[[People/Ada Bee|Bee]]"', '["[[People/Ada Bee|Bee]]"]', '["[[Ada Bee|Bee]]"]']
)
def test_a_link_to_a_person_that_shows_the_last_name_is_the_full_name(value: str) -> None:
    entry = entry_of(f"---\ntitle: A\nauthors: {value}\n---\n")

    assert entry.fields["authors"] == Names(("Ada Bee",))


ADA, GRACE = "Ada Lovelace", "Grace Hopper"


@pytest.mark.parametrize(
    ("note", "people"),
    [
        ("---\ntitle: A\nyear: 2005\nauthor: Hopper, Grace\n---\n", [GRACE]),
        ('---\ntitle: A\nyear: 2005\nauthors: ["Hopper, Grace"]\n---\n', [GRACE]),
        (
            "---\ntitle: A\nyear: 2005\nauthors:\n- Hopper, Grace\n- Lovelace, Ada\n---\n",
            [GRACE, ADA],
        ),
        ("---\ntitle: A\nyear: 2005\nauthors: Ada Lovelace, Grace Hopper\n---\n", [ADA, GRACE]),
        ("- Title:: A\n- Year:: 2005\n- Citekey:: a2005\n- Author:: Hopper, Grace\n", [GRACE]),
        ("title:: @a2005\nauthors:: Hopper, Grace\n\n- Mine.\n", [GRACE]),
    ],
)
def test_a_last_name_before_a_comma_and_a_first_name_are_one_person(
    note: str, people: list[str]
) -> None:
    names = entry_of(note, "@a2005.md").fields["authors"]

    assert isinstance(names, Names)
    assert [full_name(split_name(one)) for one in names.people] == people


def test_a_value_without_a_key_has_no_place() -> None:
    entry = entry_of("---\ntitle: A\n---\n")

    assert "year" not in entry.places


BROKEN = "---\ntitle: Deep: A Review\nauthors: A Bee, C Dee\nyear: 2005\n---\n\nMine.\n"


def test_front_matter_that_is_no_yaml_is_read_line_by_line() -> None:
    entry = entry_of(BROKEN)

    assert entry.fields["title"] == "Deep: A Review"
    assert {"authors", "year"} <= entry.unreadable
    assert not entry.is_unreadable
    (problem,) = read_file(BROKEN).entries[0].problems
    assert problem.reason.startswith(NO_FRONT)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ('"A \\"net\\" of \\u00e9"', 'A "net" of é'),
        ("'It''s a net'", "It's a net"),
        ("Deep Nets  # mine", "Deep Nets"),
        (">-\n  Deep\n  Nets", "Deep Nets"),
        ("|\n  Deep Nets\n", "Deep Nets"),
        ('["Deep Nets"]', "Deep Nets"),
        ("\n  - Deep Nets", "Deep Nets"),
        ("Deep\n  Nets", "Deep Nets"),
        ('&t "Deep Nets"', "Deep Nets"),
        ('"Why Nets?": A Review', '"Why Nets?": A Review'),
        ("[Re] Nets: A Review", "[Re] Nets: A Review"),
        ("Nets: 'A' Review # 2", "Nets: 'A' Review # 2"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_title_is_the_same_when_another_line_is_no_yaml_any_more(
    value: str, title: str, end: str
) -> None:
    text = f"---\nabstract: half: typed\ntitle: {value}\ncitekey: bee2005\n---\n\nMine.\n"

    entry = entry_of(text.replace("\n", end))

    assert (entry.fields["title"], entry.key) == (title, "bee2005")


@pytest.mark.parametrize(
    "title",
    [
        *('"Deep Nets', "'Deep Nets", '"Deep', '["Deep', "[Deep, ", "{Deep", '"Deep \\', "*deep"),
        *('"Deep \\ud83d\\ude00 Nets"', "!x", ">-\n\tDeep", "|", "&deep"),
        *("\n  - Deep\n- Nets", "\n\t- Deep"),
    ],
)
def test_a_title_that_is_not_whole_yet_is_not_read(title: str) -> None:
    text = f"---\ntitle: {title}\ncitekey: bee2005\n\tyear: 2005\n---\n\nMine.\n"

    entry = entry_of(text)

    assert "title" in entry.unreadable
    assert "title" not in entry.fields
    assert entry.key == "bee2005"
    problems = [it.reason for it in read_file(text).entries[0].problems]
    assert problems[0] == "the value of “title” is not whole"


MISPLACED = (
    "---\ncitekey: bee2005\nstatus: read\n\nMine.\n\n***\n\nMore.\n",
    "---\n\ncitekey: bee2005\n\nMine.\n",
    "---\ncitekey: bee2005\n",
    "\n---\ncitekey: bee2005\nstatus: read\n---\n\nMine.\n",
    "citekey: bee2005\ntags:\n  - a\n- b\n---\n\nMine.\n",
    "\n \nzotero-key: ABCD2345\n---\nMine.\n",
)


@pytest.mark.parametrize("text", MISPLACED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_of_a_note_whose_front_matter_has_no_place_nothing_is_synced(text: str, end: str) -> None:
    entry = entry_of(text.replace("\n", end))

    assert entry.is_unreadable
    assert not entry.fields
    (problem,) = read_file(text).entries[0].problems
    assert problem.reason in IN_DOUBT


@pytest.mark.parametrize(
    "text",
    [
        "---\nzotero: false\n\nCANARY\n",
        "---\nstatus: read\nzotero: no # mine\nCANARY",
        "\n---\nzotero: false\n---\n\nCANARY\n",
        "zotero: false\ntitle: A\n---\n\nCANARY\n",
    ],
)
def test_a_private_file_is_private_wherever_its_front_matter_stands(text: str) -> None:
    document = read_file(text)

    assert document.entries == ()
    assert document.skipped[0].reason == PRIVATE
    assert private_spans(text.encode(), NoteRule()) == (Span(0, len(text)),)


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nMine.\n\n---\n",
        "Note: this is mine\n---\n\nMine.\n",
        "\n---\nNote: mine\n---\n",
        "Mine.\n\n---\ncitekey: b\n---\n",
    ],
)
def test_rules_and_headings_of_a_text_are_no_front_matter(text: str) -> None:
    entry = entry_of(text)

    assert not entry.is_unreadable
    assert entry.fields["summary"] != EMPTY


def test_front_matter_that_is_no_yaml_is_never_written() -> None:
    edited = put(BROKEN, {"title": "Other", "year": "2006"})

    assert [refusal.field for refusal in edited.refusals] == ["title", "year"]
    assert edited.source == BROKEN.encode()


def test_toml_is_read_and_written_too() -> None:
    head = '+++\ntitle = "Deep: A \\"Review\\""\nauthors = ["A Bee", "C Dee"]\n'
    text = f"{head}date = 2005\n+++\nMine.\n"

    edited = put(text, {"title": "B", "authors": Names(("A Bee",))})

    assert entry_of(text).fields["title"] == 'Deep: A "Review"'
    assert edited.refusals == ()
    assert edited.source.decode() == (
        '+++\ntitle = "B"\nauthors = ["A Bee"]\ndate = 2005\n+++\nMine.\n'
    )


def test_a_heading_repeats_a_title_without_the_quotation_marks_of_yaml() -> None:
    text = "---\ntitle: Old\ncitekey: a2020\n---\n# Old\n"

    edited = put(text, {"title": 'New: a "better" one'})

    assert edited.source.decode() == (
        '---\ntitle: "New: a \\"better\\" one"\ncitekey: a2020\n---\n# New: a "better" one\n'
    )


TAGS = NoteRule(tags=True)


@pytest.mark.parametrize(
    "value", ["[nets, {}]", '"nets, {}"', "{} nets", "\n  - nets\n  - {}", "\n  - {}\n  - nets"]
)
@pytest.mark.parametrize("tool", ["ObsCite", *(f"{one}x" for one in item_rules().prefixes)])
def test_a_tag_that_a_program_gives_to_items_is_not_read_and_stays(value: str, tool: str) -> None:
    value = value.format(tool)
    text = f"---\ntitle: Deep Nets\ntags: {value}\n---\n"

    assert entry_of(text, rule=TAGS).fields["tags"] == Members(("nets",))
    new = put(text, {"tags": Members(("graphs",))}, rule=TAGS).source.decode()
    assert tool in new
    assert entry_of(new, rule=TAGS).fields["tags"] == Members(("graphs",))


def test_a_low_line_before_a_tag_is_part_of_it() -> None:
    text = "---\ntitle: Deep Nets\ntags: [_old, old, _new_]\n---\n"

    assert entry_of(text, rule=TAGS).fields["tags"] == Members(("_old", "old", "new"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[nets, Machine-Learning]", "[nets, Machine-Learning, deep-graphs]"),
        ('"nets, Machine-Learning"', '"nets, Machine-Learning, deep-graphs"'),
        ("nets Machine-Learning", "nets Machine-Learning deep-graphs"),
    ],
)
def test_a_tag_with_blanks_is_written_as_obsidian_spells_it(before: str, after: str) -> None:
    text = f"---\ntitle: Deep Nets\ntags: {before}\n---\n"
    tags = Members(("nets", "machine learning", "deep graphs"))

    new = put(text, {"tags": tags}, rule=TAGS).source.decode()

    assert new == text.replace(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tags: [nets] # mine", "tags: [] # mine"),
        ('tags: ["nets"]', "tags: []"),
        ("tags:\n  - nets\n  - a", "tags: []"),
        ("tags: nets, a", "tags: "),
    ],
)
def test_tags_that_all_go_leave_an_empty_list(before: str, after: str) -> None:
    text = f"---\ntitle: Deep Nets\n{before}\nyear: 2020\n---\n"

    new = put(text, {"tags": EMPTY}, rule=TAGS).source.decode()

    assert new == text.replace(before, after)
    assert entry_of(new, rule=TAGS).fields["tags"] == EMPTY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\ntitle: Deep Nets\ntags: [{}]\n---\n", "a, deep-nets"),
        ("---\ntitle: Deep Nets\ntags:{}\n---\n", " [a, deep-nets]"),
        ('+++\ntitle = "Deep Nets"\ntags = [{}]\n+++\n', '"a", "deep-nets"'),
    ],
    ids=["brackets", "nothing", "TOML"],
)
def test_tags_come_into_an_empty_list(before: str, after: str) -> None:
    tags = {"tags": Members(("a", "deep nets"))}

    new = put(before.format(""), tags, rule=TAGS).source.decode()

    assert new == before.format(after)
