"""Bodies of notes: what is the person's own, and edits that touch nothing else."""

from __future__ import annotations

import pytest

from tests.digest.vault_notes import entry_of, own_text, put, read_file
from zoterodigest.core.values.record import EMPTY, Blocks, Names
from zoterodigest.digest.format.format import NoteRule

HEAD = "---\ntitle: Deep Nets\ncitekey: bee2005\n---\n"

GENERATED = {
    "title": "# Deep Nets\n",
    "linked title": "## [Deep Nets](zotero://select/library/items/ABCD2345)\n",
    "abstract": "> [!abstract]- Abstract\n> We study canaries.\n",
    "cite": "> [!Cite]\n> Bee (2005)\n",
    "info": "> [!info]\n> **Year**:: 2005\n",
    "example": "> [!example]- Metadata\n> **Title**:: Deep Nets\n",
    "bibtex": "```bibtex\n@article{bee2005,\n title = {Deep Nets}}\n```\n",
    "dataview": "```dataview\nLIST FROM #a\n```\n",
    "button": "```button\nname Open\n```\n",
    "query": "`=join(this.file.tags)`\n",
    "pdf": "![[bee2005.pdf]]\n",
    "bullets": "- **Title**: Deep Nets\n- **Authors**: A Bee\n- **CiteKey**: bee2005\n",
    "reference": "Bee, A. (2005). Deep Nets. *Journal of Nets*, 4(2). https://doi.org/10.1145/1.2\n",
    "section": "## Metadata\n\nWhat a template wrote.\n\n## Mine\n",
    "annotation": "> [!quote] Yellow [p. 3](zotero://open-pdf/library/items/ATTC2345?page=5"
    "&annotation=ABCD2345)\n> A canary.\n",
    "exported": "# Annotations\n(20.11.2026, 10:12:00)\n",
    "annotation on a page in Roman numerals": "> [!note] Page iv\n> A canary.\n"
    "> ^ABCD2345aATTC2345piv\n",
    "fence of metadata": "```ad-info\n- **Title**: Deep Nets\n- **Year**: 2005\n```\n",
    "private": "%% a canary %%\n",
    "foreign": "%%zt-managed%%\nA canary.\n\n%%/zt-managed%%\n",
    "comment": "<!-- a canary -->\n",
}


@pytest.mark.parametrize("text", GENERATED.values(), ids=GENERATED.keys())
def test_what_a_tool_wrote_stays_in_the_file_and_is_no_part_of_the_note(text: str) -> None:
    mine = [] if "## Mine" not in text else ["## Mine"]

    assert own_text(f"{HEAD}{text}\nMy idea.\n") == [*mine, "My idea."]
    edited = put(f"{HEAD}{text}\nMy idea.\n", {"summary": Blocks((*mine, "My new idea.", "More."))})
    assert edited.refusals == ()
    assert edited.source.decode() == f"{HEAD}{text}\nMy new idea.\n\nMore.\n"


def test_by_default_all_else_is_the_persons() -> None:
    text = f"{HEAD}## Notes\n\n- [ ] read it\n\n> [!tip] Mine\n> [[link]] ^id\n"
    text += "\n```python\n1 %% 2\n```\n"

    assert own_text(text) == [
        "## Notes",
        "- [ ] read it",
        "> [!tip] Mine\n> [[link]] ^id",
        "```python\n1 %% 2\n```",
    ]


MIXED = f"""{HEAD}# Deep Nets

Before.

> [!abstract]
> A canary.

Between. %% canary %%

```dataview
LIST
```

After.
"""


@pytest.mark.parametrize(
    ("blocks", "new"),
    [
        (("Before!", "Between.", "After!"), {"Before.": "Before!", "After.": "After!"}),
        (("Between.", "After."), {"Before.\n": "\n"}),
        (("Before.", "After."), {"Between. %%": "%%"}),
        (("New.", "Before!", "Between.", "After."), {"Before.": "New.\n\nBefore!"}),
        (
            ("Before.", "New.", "Between!", "After."),
            {"Before.": "Before.\n\nNew.", "Between.": "Between!"},
        ),
        (("Before.", "Between.", "New.", "After."), {"Between. %%": "Between.\n\nNew. %%"}),
    ],
)
def test_edits_on_both_sides_of_what_is_not_the_persons_never_reach_into_it(
    blocks: tuple[str, ...], new: dict[str, str]
) -> None:
    expected = MIXED
    for one, other in new.items():
        expected = expected.replace(one, other)

    edited = put(MIXED, {"summary": Blocks(blocks)})

    assert edited.refusals == ()
    assert own_text(edited.source) == list(blocks)
    assert "".join(edited.source.decode().split()) == "".join(expected.split())


@pytest.mark.parametrize(
    "text",
    [
        "- a\n  Key:: v\n  words\n- more\n",
        "Key:: v  \n words\n\nmore\n",
        "- a\n  id:: 1\n\t- words\n\t- more\n",
    ],
)
@pytest.mark.parametrize("word", ["words", "more"])
def test_text_that_begins_in_an_item_keeps_its_margin(text: str, word: str) -> None:
    own = Blocks(tuple(block.replace(word, "other") for block in own_text(HEAD + text)))

    edited = put(HEAD + text, {"summary": own})

    assert edited.refusals == ()
    assert edited.source.decode() == HEAD + text.replace(word, "other")


def test_all_text_may_go_and_come_again() -> None:
    gone = put(MIXED, {"summary": EMPTY})

    assert gone.refusals == ()
    again = put(gone.source.decode(), {"summary": Blocks(("Again.",))})
    assert again.refusals == ()
    assert own_text(again.source) == ["Again."]


def test_new_text_that_would_be_private_is_refused() -> None:
    edited = put(MIXED, {"summary": Blocks(("Before. %% x", "Between.", "After."))})

    assert [refusal.field for refusal in edited.refusals] == ["summary"]
    assert edited.source == MIXED.encode()


def test_a_new_title_stands_in_the_heading_that_repeats_it() -> None:
    edited = put(MIXED, {"title": "Deeper Nets"})

    assert edited.source.decode() == MIXED.replace("Deep Nets", "Deeper Nets")


@pytest.mark.parametrize(
    "title", ['Deep: "Nets" #c', "Theory of C #", "A Study of C#", "On C##", "# Nets ## of #1"]
)
def test_a_number_sign_of_a_title_is_no_tag_in_the_heading_that_repeats_it(title: str) -> None:
    edited = put(MIXED, {"title": title})

    assert not edited.refusals
    again = put(edited.source.decode(), {"title": "Deep Nets"})
    assert again.source.decode().replace('"', "") == MIXED


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("A %% canary %% b\n", ["A b"]),
        ("A\n\n%%\ncanary\n%%\n\nB\n", ["A", "B"]),
        ("A\n\n%% canary\n\nB\n", ["A"]),
        (
            "```mermaid\n%% no comment\na-->b\n```\nB\n",
            ["```mermaid\n%% no comment\na-->b\n```", "B"],
        ),
        ("A `%%` b\n", ["A `%%` b"]),
        ("```\n%% canary\n", ["```"]),
        ("A\n\n## Secret\n\ncanary\n\n### canary\n\n## B\n", ["A", "## B"]),
        ("A\n\n- Secret\n  - canary\n- B\n", ["A", "- B"]),
        ("A\n\n%%%%canary%%%%\n\nB\n", ["A", "B"]),
        ("A\n\n%%%% canary %% canary\n", ["A"]),
        ("%%canary%%%%canary%% B\n", ["B"]),
        ("A\n\n$a %% b$ text %%canary%%\n", ["A", "$a"]),
        ("It is $$\n\n$a %% b$ text %%canary%%\n", ["It is $$", "$a"]),
        ("A $a$ %% canary %% $5 or %% canary %% $6 B\n", ["A $a$ $5 or $6 B"]),
        ("A\n\n$$\nx %% y\n$$\n\n%%canary%%\n", ["A", "$$\nx"]),
        ("A\n\nSecret\n------\n\ncanary\n", ["A"]),
        ("A\n\n## Secret\n\ncanary %% x %%", ["A"]),
        ("A\n\n# 🔒 **Secret**\ncanary %% begin x %%\n", ["A"]),
        ("A\n\n## Secret {#secret .unlisted}\n\ncanary\n", ["A"]),
    ],
)
def test_what_is_private_is_in_no_field_and_no_message(body: str, own: list[str]) -> None:
    rule = NoteRule(private=["secret"])
    document = read_file(HEAD + body, rule=rule)

    assert own_text(HEAD + body, rule) == own
    core = document.core_entries()
    assert "canary" not in repr((core, document.skipped, document.entries[0].problems))


@pytest.mark.parametrize(
    "body",
    [
        "> ```\n> x\n\n%% canary %%\n\n```js\ny\n```\n",
        "- ```\n  x\n\n%% canary %%\n\n```\n",
        "```\n    ```\n%% x\n```\n%% canary %%\n```py\n```\n",
        "    ```\n\n%% canary %%\n\n```\n",
    ],
)
def test_a_fence_that_nothing_closes_hides_no_private_text(body: str) -> None:
    assert "canary" not in repr(read_file(HEAD + body).core_entries())


@pytest.mark.parametrize(
    "body", ["- ```\n  %% code\n  ```\n", "> ```\n> %% code\n> ```\n", "\t```\n\t%% code\n\t```\n"]
)
def test_in_a_closed_fence_nothing_is_private(body: str) -> None:
    assert "%% code" in repr(read_file(HEAD + body).core_entries())


@pytest.mark.parametrize(
    "heading",
    [
        "## Secret ^id",
        "## Secret #mine",
        "## 3. Secret",
        "## [[Secret]]",
        "## Secret ##",
        "<h2>Secret</h2>",
        "- ## Secret\n\tcanary\n\t- canary",
        "> ## Secret\n> canary\n>\n> canary",
        "> [!note]\n> ### Secret\n> canary",
        "> [!note] Secret\n> canary\n> # canary",
        "> [!note]- **Secret**\n> canary\ncanary",
        "> [!secret]\n> canary",
        "> [!secret]- A title\n> canary",
        "- > [!note] Secret\n  > canary\n- next",
        "- > [!secret]\n  > canary\ncanary",
        "1. > ## Secret\n   > canary\n2. next",
        "> ## Secret\n> canary\ncanary",
        "## S&#101;cret",
        "## &nbsp;Secret",
        "## <span>Secret</span>",
        "## Secret\n\n<!--\n# c\n-->\n\ncanary",
        "## Secret\n\n    # code\n\ncanary",
        "## Secret\n\n- An item\n\n\t# of it\n\n\tcanary",
        "## Secret\n\n<div>\n# no heading\n</div>\n\ncanary",
        "## Secret\n\n<pre>\n\n# no heading\n\n</pre>\n\ncanary",
        "## Secret\n\n$$\n# a\n$$\n\ncanary",
        "## Secret\n\nLet $$\n# a$$ be `$$`\n\ncanary",
    ],
)
def test_a_private_heading_is_known_in_any_form(heading: str) -> None:
    text = heading if "canary" in heading else f"{heading}\n\ncanary"

    own = own_text(f"{HEAD}A\n\n{text}\n\n# After it\n", NoteRule(private=["secret"]))

    assert "canary" not in repr(own)
    assert (own[0], own[-1]) == ("A", "# After it")


@pytest.mark.parametrize(
    "body",
    [
        "# My secret\n\n- **Year**: 2005\n- **Title**: canary\n",
        "- **Year**: 2005\n- **Venue**: Nature %% canary %%\n",
        "Year:: 2005\nVenue:: Nature %% canary\n",
        "%% canary %% # Deep nets %% canary\n- **Year**: 2005\n",
        "- My secret\n  Venue:: canary\n",
        "> [!info]\n> %%\n> Venue:: canary\n> %%\n",
    ],
)
def test_what_is_private_is_no_property(body: str) -> None:
    rule = NoteRule(private=["My secret"], tags=True)
    document = read_file(f"---\ncitekey: bee2005\n---\n{body}", rule=rule)

    core = document.core_entries()
    assert "canary" not in repr((core, document.skipped, document.entries[0].problems))
    assert "My secret" not in repr(core)


@pytest.mark.parametrize(
    "text",
    [
        "## Private\n\ncanary",
        "# private:\n\ncanary",
        "## Pri\u200bvate\n\ncanary",
        "## 🔒 Private\n\ncanary",
        "> [!private]\n> canary",
        "> [!note] Private\n> canary",
    ],
)
@pytest.mark.parametrize("rule", [NoteRule(), NoteRule(private=["Secret"])])
def test_text_below_a_heading_private_is_private_whatever_else_is(
    text: str, rule: NoteRule
) -> None:
    assert own_text(f"{HEAD}A\n\n{text}\n", rule) == ["A"]


def test_a_heading_between_sums_of_money_begins_what_is_private_all_the_same() -> None:
    own = own_text(f"{HEAD}For $$\n\n## Secret\n\ncanary\n\nand $$\n", NoteRule(private=["secret"]))

    assert own == ["For $$"]


def test_signs_of_math_in_code_hide_no_heading() -> None:
    text = f"{HEAD}## Secret\n\n```sh\necho $$\n```\n`$$`\n\n## Mine\n\nIt is $$\n"

    assert own_text(text, NoteRule(private=["secret"])) == ["## Mine", "It is $$"]


PERSIST = f"""{HEAD}# Deep Nets

Written by a template.

%% begin notes %%

My idea.

%% end notes %%

## Annotations%% begin annotations %%%% end annotations %%

%% Import Date: 2024-01-02T10:00:00.000+01:00 %%
"""


def test_where_a_tool_keeps_blocks_only_they_are_the_persons() -> None:
    assert own_text(PERSIST) == ["My idea."]

    edited = put(PERSIST, {"summary": Blocks(("My idea.", "More."))})

    assert edited.source.decode() == PERSIST.replace("My idea.", "My idea.\n\nMore.")


HEADED = f"{HEAD}## Thoughts%% begin notes %%\nMy idea.\n%% end notes %%\n"


def test_a_heading_above_a_block_of_a_tool_takes_in_no_other_text() -> None:
    assert own_text(HEADED) == ["## Thoughts", "My idea."]

    edited = put(HEADED, {"summary": Blocks(("## Thoughts", "New.", "My idea."))})

    assert edited.source.decode() == HEADED.replace("My idea.", "New.\n\nMy idea.")


def test_a_heading_above_a_block_of_a_tool_outlasts_the_text() -> None:
    edited = put(HEADED, {"summary": EMPTY})

    assert edited.refusals == ()
    assert edited.source.decode() == HEADED.replace("My idea.", "")


def test_the_first_text_comes_into_a_block_that_is_the_persons() -> None:
    text = PERSIST.replace("\nMy idea.\n", "")

    edited = put(text, {"summary": Blocks(("My idea.",))})

    assert edited.refusals == ()
    assert "%% begin notes %%\nMy idea.\n\n%% end notes %%" in edited.source.decode()


def test_outside_of_a_tools_blocks_no_text_has_a_place() -> None:
    text = f"{HEAD}Written by a template.\n\n%% Import Date: 2024-01-02 %%\n"

    assert "summary" not in entry_of(text).places


def test_of_a_locked_note_only_its_blocks_are_the_persons() -> None:
    text = (
        f"{HEAD}Generated.\n<!-- ZF_PERSIST_BEG_ABCD2345 -->\nMine.\n"
        "<!-- ZF_PERSIST_END_ABCD2345 -->\n<!-- ZF_NOTE_BEG_ABCD2345 -->\ncanary\n"
        "<!-- ZF_NOTE_END_ABCD2345 -->\n"
    )

    assert own_text(text) == ["Mine."]


def test_an_annotation_copied_from_a_locked_note_locks_no_other() -> None:
    text = (
        f"{HEAD}Mine.\n\n> [!zotflow-highlight-#ff6666] [a.pdf, p.7](obsidian://zotflow?key=A)\n"
        "> > canary\n> <!-- ZF_ANNO_BEG_ABCD2345 -->\n> canary\n"
        "> <!-- ZF_ANNO_END_ABCD2345 -->\n^ABCD2345\n\nMine, too.\n"
    )
    locked = text.replace("---\ntitle", "---\nzotflow-locked: true\ntitle")

    assert own_text(text) == ["Mine.", "Mine, too."]
    assert own_text(locked) == []


def test_properties_of_a_note_may_stand_in_a_fence_of_metadata() -> None:
    text = "```ad-info\ntitle: Metadata\n- **CiteKey**: a2005\n- **Year**: 2005\n```\n\nMine.\n"

    entry, edited = entry_of(text, "a.md"), put(text, {"year": "2006"}, "a.md")

    assert (entry.key, entry.fields["year"]) == ("a2005", "2005")
    assert edited.source.decode() == text.replace("**: 2005", "**: 2006")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("date:: 4/2022", "date", "2022-04"),
        ("publicationTitle:: Journal of Nets", "venue", "Journal of Nets"),
        ("creators:: A Bee (author), C Dee (editor)", "authors", Names(("A Bee",))),
        ("creators:: C Dee (editor), A Bee (author)", "authors", Names(("A Bee",))),
        ("creators:: C Dee (editor), E Fee (editor)", "authors", Names(("C Dee", "E Fee"))),
    ],
)
def test_properties_of_logseq_are_read(line: str, field: str, value: object) -> None:
    assert entry_of(f"title:: @bee2005\n{line}\n\n- Mine.\n").fields[field] == value


def test_the_times_that_logseq_keeps_within_an_item_are_no_part_of_it() -> None:
    text = f"{HEAD}- DONE a\n  :LOGBOOK:\n  CLOCK: [2026-01-05 Mon 10:00:00]\n  :END:\n- b\n"

    assert own_text(text) == ["- DONE a", "- b"]


def test_the_dates_of_a_task_of_logseq_stay_on_lines_of_their_own() -> None:
    text = (
        f"{HEAD}- TODO a\n  SCHEDULED: <2026-01-05 Mon>\n  DEADLINE: <2026-01-09 Fri .+1w>\n- b\n"
    )

    edited = put(text, {"summary": Blocks(("- TODO a, soon", "- b"))})

    assert edited.refusals == ()
    assert edited.source.decode() == text.replace("TODO a", "TODO a, soon")


ITEMS = "- One.\n  id:: 1111\n- Two.\n  id:: 2222\n\t- Three.\n\t  id:: 3333\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("blocks", "written"),
    [
        (("- One more.", "- Two.", "\t- Three."), ITEMS.replace("One", "One more")),
        (("- One. More", "- Two.", "\t- Three."), ITEMS.replace("One.", "One. More")),
        (("- One.", "- New", "- Two.", "\t- Three."), ITEMS.replace("- Two", "- New\n- Two")),
        (
            ("- One. More", "- New", "- Two.", "\t- Three."),
            ITEMS.replace("One.", "One. More").replace("- Two", "- New\n- Two"),
        ),
        (("- One.", "- Two.", "\t- Three.", "- New"), f"{ITEMS}- New\n"),
        (("- One.", "- Two."), ITEMS.partition("\t- Three")[0]),
    ],
    ids=["edited", "longer", "another", "longer and another", "another at the end", "gone"],
)
def test_what_logseq_keeps_of_an_item_stays_with_it(
    blocks: tuple[str, ...], written: str, ends: str
) -> None:
    head = HEAD.replace("\n", ends)

    edited = put(head + ITEMS.replace("\n", ends), {"summary": Blocks(blocks)})

    assert edited.refusals == ()
    assert edited.source.decode() == head + written.replace("\n", ends)


LISTED = """\
Above.

- one %%a%%
- two
- three %%b%% ends
\t- four <!--c--> and
\t- five
- six %%d%%
  id:: 66-77
- seven

Par %%e%% of %%f%%words.

%%g%% Last.
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("gone", "old", "new"),
    [
        ({2}, "- one %%a%%\n- two", "%%a%%\n- two"),
        ({2, 3}, "- one %%a%%\n- two\n", "%%a%%\n"),
        ({3, 4}, "\n- two\n- three %%b%% ends\n", " %%b%%\n"),
        ({4}, "\n- three %%b%% ends\n", " %%b%%\n"),
        ({5}, " ends\n\t- four <!--c--> and\n", " ends <!--c-->\n"),
        ({7}, "\n- six %%d%%\n  id:: 66-77\n", " %%d%%\n"),
        ({9}, "Par %%e%% of %%f%%words.", "%%e%% %%f%%"),
        ({10}, "%%g%% Last.", "%%g%%"),
        ({9, 10}, "Par %%e%% of %%f%%words.\n\n%%g%% Last.", "%%e%% %%f%% %%g%%"),
    ],
)
def test_of_a_block_that_goes_a_comment_stays_and_joins_no_blocks(
    ends: str, gone: set[int], old: str, new: str
) -> None:
    file = HEAD + LISTED.replace("\n", ends)
    texts = [text for at, text in enumerate(own_text(file), start=1) if at not in gone]

    edited = put(file, {"summary": Blocks(tuple(texts))})

    assert edited.refusals == ()
    assert edited.source.decode() == HEAD + LISTED.replace(old, new).replace("\n", ends)
    assert own_text(edited.source) == texts


@pytest.mark.parametrize(
    ("edits", "old", "new"),
    [
        ({"- one": "", "- two": "- two more"}, "- one %%a%%\n- two", "%%a%%\n- two more"),
        ({"- one": "- New", "- two": ""}, "- one %%a%%\n- two", "- New %%a%%"),
        (
            {"- three ends": "", "- two": "- two more\n- New"},
            "- two\n- three %%b%% ends",
            "- two more\n- New %%b%%",
        ),
        (
            {"Last.": "", "Par of words.": "Par of words.\n\nNew."},
            "words.\n\n%%g%% Last.",
            "words.\n\n%%g%% New.",
        ),
    ],
)
def test_a_comment_stays_if_blocks_beside_the_one_that_goes_change_or_come(
    edits: dict[str, str], old: str, new: str
) -> None:
    text = "\n\n".join(own_text(HEAD + LISTED))
    texts = [it for block in text.split("\n\n") for it in edits.get(block, block).split("\n")]

    edited = put(HEAD + LISTED, {"summary": Blocks(tuple(filter(None, texts)))})

    assert edited.refusals == ()
    assert own_text(edited.source) == [*filter(None, texts)]
    assert edited.source.decode() == HEAD + LISTED.replace(old, new)


@pytest.mark.parametrize(
    ("text", "left", "written"),
    [
        ("A\n\n| a | b |\n|---|---|\n| c %%x%% | d |\n\nB\n", ("A", "B"), "A\n\n%%x%%\n\nB\n"),
        ("## A %%x%%\n\n%%y%% B\n", ("B",), "%%x%%\n\n%%y%% B\n"),
    ],
    ids=["a table", "a heading above a line that begins with one"],
)
def test_a_comment_in_what_goes_gets_a_line_of_its_own(
    text: str, left: tuple[str, ...], written: str
) -> None:
    edited = put(HEAD + text, {"summary": Blocks(left)})

    assert edited.refusals == ()
    assert edited.source.decode() == HEAD + written


def test_of_chosen_sections_only_the_text_is_synced() -> None:
    rule = NoteRule(sections=["My notes"])
    text = f"{HEAD}Before.\n\n## My notes\n\nMine.\n\n### More\n\nToo.\n\n## Other\n\nNot.\n"

    assert own_text(text, rule) == ["Mine.", "### More", "Too."]


def test_the_first_text_comes_below_the_heading_of_a_chosen_section() -> None:
    rule = NoteRule(sections=["Notes"])
    text = f"{HEAD}# Deep Nets\n\n## Notes\n\n## Other\n\nNot.\n"

    edited = put(text, {"summary": Blocks(("Mine.",))}, rule=rule)

    assert edited.refusals == ()
    assert edited.source.decode() == text.replace("## Notes\n", "## Notes\n\nMine.\n")


def test_without_a_chosen_section_no_text_has_a_place() -> None:
    text = f"{HEAD}Before.\n"

    assert "summary" not in entry_of(text, rule=NoteRule(sections=["Notes"])).places


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEAD, f"{HEAD}\nMine.\n"),
        (f"{HEAD}\n", f"{HEAD}\nMine.\n"),
        (f"{HEAD}# Deep Nets\n", f"{HEAD}# Deep Nets\n\nMine.\n"),
        (f"{HEAD}# Deep Nets", f"{HEAD}# Deep Nets\n\nMine.\n"),
        (f"{HEAD}%% canary", f"{HEAD}\nMine.\n\n%% canary"),
        ("", "Mine.\n"),
    ],
)
def test_a_body_without_text_of_the_persons_has_room_for_it(before: str, after: str) -> None:
    edited = put(before, {"summary": Blocks(("Mine.",))})

    assert edited.refusals == ()
    assert edited.source.decode() == after


@pytest.mark.parametrize("sign", ["> ", "- ", "> - "])
def test_the_line_of_another_tools_mark_stays_when_the_text_before_it_goes(sign: str) -> None:
    tools = f"{sign}%% zt-managed %%\n{sign}Theirs.\n{sign}%% /zt-managed %%"
    text = f"{HEAD}First.\n\n{sign}Mine.\n{tools}\n\nLast.\n"

    edited = put(text, {"summary": Blocks(("First.", "Last."))})

    assert edited.refusals == ()
    assert f"\n{tools}\n" in edited.source.decode()
    assert "Mine." not in edited.source.decode()
