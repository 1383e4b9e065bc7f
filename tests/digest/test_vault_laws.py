"""Laws of notes: what is read is written back, and every byte outside of an edit stays."""

from __future__ import annotations

from functools import partial

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.digest.vault_notes import NAME, own_text, read_file
from zoterodigest.core.values.record import EMPTY, Blocks, Fields, Names, Value
from zoterodigest.digest.format.format import NoteRule
from zoterodigest.digest.read.vault_front import front_matter
from zoterodigest.digest.write.edit import Edited, put_digest
from zoterodigest.digest.write.shown import shows
from zoterodigest.frozen import frozen

RULE = NoteRule(private=["Secret"])
TITLES = ("Deep Nets", "Deep: A Review", "It's a “net” # 5", "no", "1e5", "- [x] {y}", "@key %")
PEOPLE = (("Ada Lovelace",), ("Ada Lovelace", "Kurt Gödel"))
OTHERS = (
    "rating: 5",
    "cssclasses: [a, b]",
    "created: 2024-01-02T10:00",
    "first-author: Lovelace",
    "anchor: &a {x: 1}\nagain: *a",
    "note: |\n  ---\n  kept",
    "related:\n  - '[[@other]]'",
    "# a comment",
    "rating: 6",
    "? complex\n: value",
    "\"quoted: key\": '1'",
    "text: |+\n  a\n\n  b\n",
    "text2: >2\n   a\n  b",
    "custom: !tag x",
    "flat:\n- a\n- {b: c}",
    "multi: a\n  b\n  # no comment",
    "<<: {z: 1}",
    "",
)


def quoted(text: str, style: str) -> str:
    if style == "single":
        return "'" + text.replace("'", "''") + "'"
    if style in (">-", "|-", "|"):
        return f"{style}\n  {text}"
    if style == "anchor":
        return f"&title {quoted(text, 'single')}"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(people: tuple[str, ...], style: str) -> str:
    names = [quoted(f"[[{one}]]" if style == "linked" else one, "double") for one in people]
    if style == "block":
        return "\n" + "\n".join(f"  - {one}" for one in names)
    return f"[{', '.join(names)}]" if style != "text" else ", ".join(people)


@st.composite
def fronts(draw: st.DrawFn) -> str:
    """Front matter with a title, perhaps authors and a year, and keys of the person's own."""
    style = draw(st.sampled_from(["single", "double", ">-", "|-", "|", "anchor"]))
    lines = [f"title: {quoted(draw(st.sampled_from(TITLES)), style)}", "citekey: bee2005"]
    if draw(st.booleans()):
        manner = draw(st.sampled_from(["flow", "block", "linked", "text"]))
        lines.append(f"authors: {listed(draw(st.sampled_from(PEOPLE)), manner)}")
    if draw(st.booleans()):
        lines.append("year: " + draw(st.sampled_from(["2005", "", '"[[2005]]"', "2005 # why"])))
    lines += draw(st.lists(st.sampled_from(OTHERS), max_size=4, unique=True))
    end = draw(st.sampled_from(["---", "..."]))
    return "\n".join(["---", *draw(st.permutations(lines)), end, ""])


OWN = (
    "My idea.",
    "- one\n- two\n  - three",
    "## Notes",
    "> [!tip] Mine\n> [[link]]",
    "```python\na %% b\n---\n```",
    "A `%%` in code and $x$ ^id",
    "---\n\nBelow a rule.",
    "| a | b |\n|---|---|\n| c | d |",
    "- [ ] a task #tag",
    "Two lines  \nof one paragraph.",
)
NOT_OWN = (
    "%% CANARY %%",
    "%%\nCANARY\n\nof lines\n%%",
    "> [!abstract]-\n> CANARY",
    "```dataview\nCANARY\n```",
    "## Secret\n\nCANARY\n\n## After it",
    "> [!quote] Yellow [p. 3](zotero://open-pdf/library/items/ATTC2345?page=5&annotation=ABCD2345)\n"
    "> CANARY",
    "%%zt-managed%%\nCANARY\n%%/zt-managed%%",
    "<!-- CANARY -->",
    "![[CANARY.pdf]]",
    "Within %% CANARY %% a line.",
    "## Secret\n\n- **Venue**: CANARY\n- **Citekey**: CANARY\n\n## After it",
    "- **Venue**: Nature %% CANARY %%",
    "- Secret\n  - CANARY\n- after it",
    "- item\n  %% CANARY %%\n  id:: 1234\n  - child %% CANARY %% goes on",
    "> [!tip] Mine %% CANARY %%\n> and %% CANARY\n> CANARY %%\n> after",
    "`code %%` and %% CANARY %% `%%`",
)


def bodies() -> st.SearchStrategy[str]:
    """Bodies with text of the person's and of others in any order."""
    return st.lists(st.sampled_from(OWN + NOT_OWN), max_size=6).map("\n\n".join)


@st.composite
def notes(draw: st.DrawFn) -> bytes:
    """A note with any line ends, with or without a byte order mark and a last line end."""
    text = draw(fronts()) + draw(st.sampled_from(["", "\n", "# Deep Nets\n\n"])) + draw(bodies())
    text += draw(st.sampled_from(["", "\n", "\n\n"]))
    bom = draw(st.sampled_from(["", "\ufeff"]))
    return (bom + text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))).encode()


def put(source: bytes, fields: Fields) -> Edited:
    read = partial(read_file, name=NAME, rule=RULE)
    return put_digest(read(source), {0: fields}, read)


@given(notes())
def test_putting_what_was_read_changes_no_byte(source: bytes) -> None:
    (entry,) = read_file(source, rule=RULE).entries

    edited = put(source, entry.reading.fields)

    assert edited.source == source
    assert edited.refusals == ()


@given(notes(), st.sampled_from(TITLES), st.sampled_from(PEOPLE), st.sampled_from(["1999", "2005"]))
def test_fields_that_were_put_are_read_and_all_other_values_stay(
    source: bytes, title: str, people: tuple[str, ...], year: str
) -> None:
    (entry,) = read_file(source, rule=RULE).entries
    asked: dict[str, Value] = {"title": title, "authors": Names(people), "year": year}
    asked = {name: it for name, it in asked.items() if name in entry.reading.fields}

    edited = put(source, asked)

    (after,) = read_file(edited.source, rule=RULE).entries
    refused = {one.field for one in edited.refusals}
    assert all(
        shows(after.reading.fields[name], it) for name, it in asked.items() if name not in refused
    )
    assert others(edited.source, asked) == others(source, asked)
    assert after.kept == entry.kept
    assert (b"\r\n" in edited.source) == (b"\r\n" in source)


@given(notes(), st.sampled_from(TITLES), st.sampled_from(["1999", "2005"]))
def test_fields_that_were_put_change_no_byte_of_other_lines(
    source: bytes, title: str, year: str
) -> None:
    (entry,) = read_file(source, rule=RULE).entries
    asked = {
        name: it for name, it in (("title", title), ("year", year)) if name in entry.reading.fields
    }
    break_ = "\r\n" if b"\r\n" in source else "\n"
    lines = [it.replace("\n", break_) for it in OTHERS if it]

    edited = put(source, asked).source

    assert [edited.count(it.encode()) for it in lines] == [
        source.count(it.encode()) for it in lines
    ]
    assert edited.startswith(b"\xef\xbb\xbf") == source.startswith(b"\xef\xbb\xbf")


def others(source: bytes, asked: Fields) -> dict[str, object]:
    """Return the values of the keys that were not asked for, and the lines of the body."""
    front = front_matter(source)
    text = source[front.text.start : front.text.end].decode()
    held: dict[str, object] = yaml.load(text, Loader=yaml.BaseLoader)
    body = source[front.body :].decode().replace("Deep Nets", "")
    return {key: it for key, it in held.items() if key not in asked} | {
        "": body if "title" not in asked else body.split("\n")[2:],
        "#": text.count("# why") + text.count("# a comment"),
    }


NEW = ("New text.", "- new item", "## New", "> new quote", "```\nnew\n```")


@given(notes(), st.data())
def test_blocks_that_were_put_are_read_and_nothing_that_is_not_the_persons_moves(
    source: bytes, data: st.DataObject
) -> None:
    blocks = own_text(source, RULE)
    wanted: list[str] = []
    for block in blocks:
        wanted += data.draw(st.sampled_from([[block], [block], [], ["New text."], [block, "And."]]))
    wanted += data.draw(st.lists(st.sampled_from(NEW), max_size=2))
    (before,) = read_file(source, rule=RULE).entries

    edited = put(source, {"summary": Blocks(tuple(wanted)) if wanted else EMPTY})

    (after,) = read_file(edited.source, rule=RULE).entries
    assert after.kept == before.kept
    assert edited.source.count(b"CANARY") == source.count(b"CANARY")
    assert edited.source[: front_matter(source).body] == source[: front_matter(source).body]
    if not edited.refusals:
        assert shows(after.reading.fields.get("summary"), Blocks(tuple(wanted)))


@given(notes())
def test_what_is_not_the_persons_is_in_no_field(source: bytes) -> None:
    document = read_file(source, rule=RULE)

    assert "CANARY" not in repr((document.core_entries(), document.skipped))


@given(st.text(alphabet="-+:%`~<>!#[]{} \n\r\tazé\ufeff\"'&*|@", max_size=80).map(str.encode))
def test_any_text_is_read_without_an_error_and_kept(text: bytes) -> None:
    for source in (text, b"---\ncitekey: a\n" + text, b"---\ncitekey: a\n---\n" + text):
        document = read_file(source, rule=RULE)

        assert document.source == source
        if document.entries and not document.entries[0].broken:
            fields = document.entries[0].reading.fields
            assert put(source, fields).source == source


# --- bytes ---------------------------------------------------------------------------------------

YAML = {
    "title": (
        *('"{}"', "'{}'", "{}", '["{}"]', "\n  - {}", ">-\n  {}", "|-\n  {}", '!!str "{}"'),
        *('&t "{}"', '"{{{}}}"', '"{}"  # so it is called', "\n  '{}'\n"),
    ),
    "authors": (
        *("Ada Lovelace, Kurt Gödel", "Lovelace, Ada; Gödel, Kurt", "[Ada Lovelace, Kurt Gödel]"),
        *('\n  - "[[Ada Lovelace]]"\n  - "[[Kurt Gödel]]"', "\n- Ada Lovelace\n- 'Kurt Gödel'"),
        *("[ 'Ada Lovelace' , # first\n  Kurt Gödel ]", "Ada Lovelace", '["Ada Lovelace"]'),
    ),
    "year": ("2005", '"2005"', "'[[2005]]'", "[2005]", "2005 # as printed", "\n  - 2005", ""),
    "journal": ("Nature", '"Nature"', "'[[Nature]]'", "Nature # of nature", ">-\n  Nature"),
    "doi": ("10.1000/182", "https://doi.org/10.1000/182", '"10.1000/182"'),
}
TOML = {
    "title": ('"{}"', "'{}'"),
    "authors": ('["Ada Lovelace", "Kurt Gödel"]', "[\n  'Ada Lovelace',\n  'Kurt Gödel',\n]"),
    "year": ("2005", '"2005"', "2005 # as printed"),
    "journal": ('"Nature"', "'Nature'"),
    "doi": ('"10.1000/182"',),
}
PROPERTIES = {
    "title": ("{}", '"{}"'),
    "authors": ("[[Ada Lovelace]], [[Kurt Gödel]]", "Ada Lovelace, Kurt Gödel", "Lovelace, Ada"),
    "year": ("2005", "[[2005]]"),
    "journal": ("Nature", '"Nature"', "[[Nature]]"),
    "doi": ("10.1000/182", "https://doi.org/10.1000/182"),
}
OTHERS_IN_TOML = (
    "# a comment", "rating = 5", 'tags = ["a", "b"]', "when = 2026-01-05T09:00:00Z", "",
    'long = """\ntitle = "none"\n---\n"""', "x.y = 1", "  draft = true",
)  # fmt: skip
FORMS = {"yaml": YAML, "toml": TOML, "logseq": PROPERTIES, "bullets": PROPERTIES}
FIELD_OF = {"journal": "venue"}
IT_IS = "It's 100 % new"
NEW_VALUES: dict[str, tuple[Value, ...]] = {
    "title": ("Deep Nets: A “Review”, #5", IT_IS, "Other"),
    "authors": (Names(("Ada Lovelace",)), Names(("Emmy Noether", "Ada Lovelace", "Kurt Gödel"))),
    "year": ("1999",),
    "venue": ("Science", "Science: A Journal"),
    "doi": ("10.1000/183.x(1)",),
}


@frozen()
class PlacedValue:
    """A value of a record in a note: its field, what stands before it, and its bytes."""

    field: str
    before: str
    value: str


@st.composite
def placed_values(draw: st.DrawFn) -> tuple[str, list[PlacedValue]]:
    """Draw a note as text, with the values of its record in it."""
    kind = draw(st.sampled_from([*FORMS]))
    text = {"yaml": "---\n", "toml": "+++\n", "bullets": "## Metadata\n\n"}.get(kind, "")
    sign = {"yaml": "{}: ", "toml": "{} = ", "logseq": "{}:: "}.get(kind) or draw(
        st.sampled_from(["- **{}**: ", "* {}: ", "- {}:: ", "> {}:: ", "> **{}**:: "])
    )
    mine = [sign.format(it) + "mine" for it in ("rating", "status", "cssclasses", "created")]
    others = {"yaml": OTHERS, "toml": OTHERS_IN_TOML}.get(kind, mine)
    placed: list[PlacedValue] = []
    for name in draw(st.permutations([*FORMS[kind]])):
        text += draw(st.sampled_from(["", *(f"{it}\n" for it in others)]))
        key = "original-title" if (kind, name) == ("logseq", "title") else name
        value = draw(st.sampled_from(FORMS[kind][name])).format(TITLES[0])
        text += sign.format(key).rstrip(" ") if value[:1] == "\n" else sign.format(key)
        placed.append(PlacedValue(FIELD_OF.get(name, name), text, value))
        text += f"{value}\n"
    text += {"toml": 'citekey = "a2005"'}.get(kind, sign.format("citekey") + "a2005") + "\n"
    ends = {"yaml": ["---\n", "...\n"], "toml": ["+++\n"]}.get(kind, ["\n## Notes\n\n"])
    body = draw(bodies().filter(lambda it: "**Venue**" not in it))
    return text + draw(st.sampled_from(ends)) + body + draw(st.sampled_from(["", "\n"])), placed


@given(placed_values(), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]), st.data())
def test_a_value_that_was_put_takes_the_bytes_of_the_old_one_and_no_others(
    note: tuple[str, list[PlacedValue]], break_: str, bom: str, data: st.DataObject
) -> None:
    text, placed = note
    one = data.draw(st.sampled_from(placed))
    new = data.draw(st.sampled_from(NEW_VALUES[one.field]))
    rest = text[len(one.before) + len(one.value) :]
    source, head, tail = (
        it.replace("\n", break_).encode() for it in (bom + text, bom + one.before, rest)
    )

    edited = put(source, {one.field: new})

    assert edited.source.startswith(head)
    assert edited.source.endswith(tail)
    (after,) = read_file(edited.source, rule=RULE).entries
    if edited.refusals:
        assert edited.source == source
    elif one.field in after.reading.fields:
        assert shows(after.reading.fields[one.field], new)


ONLY_READ = ('!!str "{}"', '&t "{}"', "[ 'Ada Lovelace' , # first\n  Kurt Gödel ]")


@pytest.mark.parametrize("kind", FORMS)
def test_each_form_of_a_value_is_written_but_those_that_are_only_read(kind: str) -> None:
    for name, forms in FORMS[kind].items():
        for form in forms:
            field = FIELD_OF.get(name, name)
            source = a_note_with(kind, name, form.format(TITLES[0])).encode()
            (entry,) = read_file(source).entries
            for new in NEW_VALUES[field]:
                edited = put(source, {field: new})
                (after,) = read_file(edited.source).entries

                assert field in entry.reading.fields
                # No literal string of TOML holds its quotation mark.
                is_only_read = form in ONLY_READ or (kind, form, new) == ("toml", "'{}'", IT_IS)
                assert bool(edited.refusals) == is_only_read, form
                assert edited.refusals or shows(after.reading.fields[field], new), form


def a_note_with(kind: str, name: str, value: str) -> str:
    """Return a note of a form with one value and a citation key."""
    sign = {"yaml": "{}: ", "toml": "{} = ", "logseq": "{}:: ", "bullets": "- **{}**: "}[kind]
    rule = {"yaml": "---\n", "toml": "+++\n", "bullets": "## Metadata\n\n"}.get(kind, "")
    key = sign.format("original-title" if (kind, name) == ("logseq", "title") else name)
    key = key.rstrip(" ") if value[:1] == "\n" else key
    citekey = sign.format("citekey") + ('"a2005"' if kind == "toml" else "a2005")
    end = rule if kind in ("yaml", "toml") else "\n"
    return f"{rule}{citekey}\n{key}{value}\n{end}Mine.\n"
