"""The annotations of an item in a text: what is written there, and what stays the person's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.digest.annotations import an_annotation
from zoterodigest.core.values.annotation import (
    UNCERTAIN,
    Annotation,
    AnnotationAbsence,
    ItemAnnotations,
    WrittenBlock,
)
from zoterodigest.core.values.span import Edit, Span, splice
from zoterodigest.digest.annotations.blocks import ANOTHER_TOOL, ZOTERO_INTEGRATION, ZOTLIT
from zoterodigest.digest.annotations.region import (
    RegionRules,
    RegionUpdate,
    known_annotations,
    update_region,
)
from zoterodigest.digest.annotations.templates import BULLET, CALLOUT, QUOTE
from zoterodigest.digest.read.layers import LayeredText, source_text

VAULT = RegionRules(CALLOUT, "## Annotations")
ONE, TWO, THREE, FOUR = map(an_annotation, (2, 3, 4, 5))
Absent = Mapping[str, AnnotationAbsence]
TRASHED = AnnotationAbsence.TRASHED


def updated(
    text: str,
    now: Iterable[Annotation],
    before: RegionUpdate | None = None,
    rules: RegionRules = VAULT,
    absent: Absent | None = None,
) -> RegionUpdate:
    """Update `text`, of which `before` is what the last update said; require that it is settled."""
    annotations = ItemAnnotations(tuple(now), absent or {})
    update = update_region(text.encode(), annotations, before.written if before else {}, rules)
    again = update_region(update.data, annotations, update.written, rules)
    assert (again.data, again.written) == (update.data, update.written)
    assert (*again.added, *again.refreshed, *again.removed) == ()
    return update


def text_of(update: RegionUpdate) -> str:
    return update.data.decode()


def block(annotation: Annotation, rules: RegionRules = VAULT) -> str:
    return rules.template.render(annotation)


BODY = "# Title\n\nMy words\n"
FIRST = updated(BODY, [ONE, THREE])
"""A body with the blocks of two annotations, as the first update wrote them."""


def test_the_first_blocks_come_below_a_heading_at_the_end() -> None:
    assert text_of(FIRST) == f"{BODY}\n## Annotations\n\n{block(ONE)}\n\n{block(THREE)}\n"
    assert FIRST.added == (ONE.key, THREE.key)


def test_the_first_blocks_come_into_the_section_that_has_the_heading() -> None:
    update = updated("## Annotations\n\nMine\n\n### Mine\n\n## End\n", [ONE])

    assert text_of(update) == f"## Annotations\n\nMine\n\n### Mine\n\n{block(ONE)}\n\n## End\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("", "{}\n"),
        ("\n", "\n{}\n"),
        ("Words", "Words\n\n{}"),
        ("Words\n\n\n", "Words\n\n{}\n\n\n"),
        ("Words  \n", "Words  \n\n{}\n"),
        ("Words\n\n%% Import Date: 2024 %%\n", "Words\n\n{}\n\n%% Import Date: 2024 %%\n"),
        ("[x]: https://x.org\n", "{}\n\n[x]: https://x.org\n"),
    ],
)
def test_the_first_block_is_put_at_the_end_of_what_the_person_wrote(text: str, after: str) -> None:
    rules = RegionRules(CALLOUT)

    assert text_of(updated(text, [ONE], rules=rules)) == after.format(block(ONE))


def test_items_of_logseq_follow_each_other_without_blank_lines() -> None:
    rules = RegionRules(BULLET)

    update = updated("- words\n\t- more\n", [ONE, TWO], rules=rules)

    assert text_of(update) == f"- words\n\t- more\n{block(ONE, rules)}\n{block(TWO, rules)}\n"


def test_a_new_annotation_comes_behind_the_one_before_it_and_what_was_said_of_that() -> None:
    text = text_of(FIRST).replace(block(ONE), f"{block(ONE)}\n\nMy remark")

    update = updated(text, [ONE, TWO, THREE], FIRST)

    assert text_of(update) == text.replace("My remark", f"My remark\n\n{block(TWO)}")


def test_a_new_annotation_before_all_others_comes_above_them() -> None:
    update = updated(text_of(FIRST), [an_annotation(1), ONE, THREE], FIRST)

    first = block(an_annotation(1))
    assert text_of(update) == text_of(FIRST).replace(block(ONE), f"{first}\n\n{block(ONE)}")


def test_a_new_annotation_stays_in_the_section_of_the_one_before_it() -> None:
    text = text_of(FIRST).replace(block(THREE), f"### Results\n\n{block(THREE)}")

    update = updated(text, [ONE, TWO, THREE], FIRST)

    assert text_of(update) == text.replace(block(ONE), f"{block(ONE)}\n\n{block(TWO)}")


def test_an_annotation_that_changed_in_the_library_is_written_anew_in_its_place() -> None:
    changed = replace(ONE, comment="Later", color="#ff6666")

    update = updated(text_of(FIRST), [changed, THREE], FIRST)

    assert text_of(update) == text_of(FIRST).replace(block(ONE), block(changed))
    assert update.refreshed == (ONE.key,)


def test_a_block_that_moved_with_its_bytes_is_written_anew_where_it_is() -> None:
    indented = block(ONE).replace("\n", "\n  ")
    text = f"- My list\n\n  {indented}\n\nWords\n"

    update = updated(text, [replace(ONE, text="Later"), THREE], FIRST)

    later = block(replace(ONE, text="Later")).replace("\n", "\n  ")
    assert text_of(update).startswith(f"- My list\n\n  {later}\n")


def test_a_block_that_the_person_edited_is_theirs() -> None:
    text = text_of(FIRST).replace("> Text 2", "> Text 2, which I doubt")

    update = updated(text, [replace(ONE, text="Later"), THREE], FIRST)

    assert text_of(update) == text
    assert update.edited == (ONE.key,)


def test_a_line_right_below_a_block_is_an_edit_of_it() -> None:
    text = text_of(FIRST).replace("> Text 2", "> Text 2\nI doubt it")

    update = updated(text, [], FIRST, absent={ONE.key: TRASHED, THREE.key: TRASHED})

    assert "> Text 2\nI doubt it" in text_of(update)
    assert (update.edited, update.removed) == ((ONE.key,), (THREE.key,))


def test_an_edit_that_is_taken_back_makes_the_block_ours_again() -> None:
    text = text_of(FIRST).replace("> Text 2", "> Mine")
    edited = updated(text, [ONE, THREE], FIRST)

    update = updated(text_of(FIRST), [replace(ONE, text="Later"), THREE], edited)

    assert update.refreshed == (ONE.key,)


def test_a_block_that_the_person_took_out_stays_out() -> None:
    text = text_of(FIRST).replace(f"{block(ONE)}\n\n", "")

    update = updated(text, [ONE, THREE], FIRST)

    assert text_of(update) == text
    assert update.deleted == (ONE.key,)


def test_a_block_that_stands_twice_is_the_persons() -> None:
    text = f"{text_of(FIRST)}\n{block(ONE)}\n"

    update = updated(text, [THREE], FIRST, absent={ONE.key: TRASHED})

    assert text_of(update) == text
    assert update.edited == (ONE.key,)


def test_a_link_to_an_annotation_in_a_sentence_does_not_make_its_block_theirs() -> None:
    text = text_of(FIRST).replace("My words", f"See [there]({ONE.address})")

    update = updated(text, [replace(ONE, text="Later"), THREE], FIRST)

    assert update.refreshed == (ONE.key,)


def test_a_new_annotation_comes_behind_a_block_and_not_behind_a_link_to_it() -> None:
    text = text_of(FIRST).replace("My words", f"See [there]({ONE.address})")

    update = updated(text, [ONE, TWO, THREE], FIRST)

    assert text_of(update) == text.replace(block(ONE), f"{block(ONE)}\n\n{block(TWO)}")


@pytest.mark.parametrize("why", sorted({*AnnotationAbsence} - UNCERTAIN, key=str))
def test_what_is_gone_is_taken_out_and_comes_back_with_its_annotation(
    why: AnnotationAbsence,
) -> None:
    gone = updated(text_of(FIRST), [THREE], FIRST, absent={ONE.key: why})

    back = updated(text_of(gone), [ONE, THREE], gone)

    assert text_of(gone) == text_of(FIRST).replace(f"{block(ONE)}\n\n", "")
    assert gone.removed == (ONE.key,)
    assert text_of(back) == text_of(FIRST)


def test_all_that_is_gone_leaves_what_the_person_wrote() -> None:
    text = text_of(FIRST).replace(block(ONE), f"{block(ONE)}\n\nMy remark")

    update = updated(text, [], FIRST, absent={ONE.key: TRASHED, THREE.key: TRASHED})

    assert text_of(update) == f"{BODY}\n## Annotations\n\nMy remark\n"


def test_what_stood_around_a_block_that_goes_stays_apart() -> None:
    text = f"Words\n{block(ONE)}\n\nMore words\n"

    update = updated(text, [THREE], FIRST, absent={ONE.key: TRASHED})

    assert text_of(update) == "Words\n\nMore words\n"


def test_a_new_block_does_not_join_the_block_that_follows_at_once() -> None:
    text = text_of(FIRST).replace(f"{block(ONE)}\n\n", f"{block(ONE)}\n\nMy remark\n")

    update = updated(text, [ONE, TWO, THREE], FIRST)

    assert text_of(update) == text.replace("My remark\n", f"My remark\n\n{block(TWO)}\n\n")


def test_a_block_whose_id_stands_below_it_stays_although_it_is_gone() -> None:
    text = text_of(FIRST).replace(block(ONE), f"{block(ONE)}\n\n^my-id")

    update = updated(text, [THREE], FIRST, absent={ONE.key: TRASHED})

    assert text_of(update) == text
    assert update.edited == (ONE.key,)


@pytest.mark.parametrize(
    "absent", [{}, *({ONE.key: why, THREE.key: why} for why in sorted(UNCERTAIN, key=str))]
)
def test_what_cannot_be_read_now_changes_nothing(absent: Absent) -> None:
    update = updated(text_of(FIRST), [], FIRST, absent=absent)

    assert (update.data, update.written) == (FIRST.data, FIRST.written)
    assert update.unreadable == (ONE.key, THREE.key)


def test_a_block_that_the_person_took_out_stays_out_after_the_trash() -> None:
    text = text_of(FIRST).replace(f"{block(ONE)}\n\n", "")
    trashed = updated(text, [THREE], FIRST, absent={ONE.key: TRASHED})

    update = updated(text, [ONE, THREE], trashed)

    assert text_of(update) == text


def test_nothing_is_kept_of_what_is_erased_and_no_longer_there() -> None:
    text = text_of(FIRST).replace(f"{block(ONE)}\n\n", "")

    update = updated(text, [THREE], FIRST, absent={ONE.key: AnnotationAbsence.ERASED})

    assert list(update.written) == [THREE.key]


def test_a_block_that_the_person_edited_stays_when_its_annotation_is_erased() -> None:
    text = text_of(FIRST).replace("> Text 2", "> Mine")

    update = updated(text, [THREE], FIRST, absent={ONE.key: AnnotationAbsence.ERASED})

    assert (text_of(update), list(update.written)) == (text, [THREE.key])
    assert text_of(updated(text, [ONE, THREE], update)) == text


def test_blocks_as_we_would_write_them_are_ours_if_that_was_forgotten() -> None:
    update = updated(text_of(FIRST), [ONE, THREE])

    assert (update.data, update.written) == (FIRST.data, FIRST.written)


def test_another_template_writes_our_blocks_anew_and_no_others() -> None:
    text = text_of(FIRST).replace("> Text 2", "> Mine")

    update = updated(text, [ONE, THREE], FIRST, RegionRules(QUOTE, "## Annotations"))

    quote = RegionRules(QUOTE)
    assert text_of(update) == text.replace(block(THREE), block(THREE, quote))


@pytest.mark.parametrize(("before", "after"), [(BULLET, CALLOUT), (CALLOUT, BULLET)])
def test_a_template_of_another_shape_leaves_the_blocks_apart(before: object, after: object) -> None:
    assert isinstance(before, type(CALLOUT))
    assert isinstance(after, type(CALLOUT))
    first = updated("- mine\n", [ONE, TWO, THREE], rules=RegionRules(before))

    update = updated(text_of(first), [ONE, TWO, THREE], first, RegionRules(after))

    assert update.refreshed == (ONE.key, TWO.key, THREE.key)
    assert text_of(update).startswith("- mine\n")


def test_a_new_version_that_writes_otherwise_is_no_reason_to_write() -> None:
    older = {key: replace(one, block="older") for key, one in FIRST.written.items()}
    text = text_of(FIRST)
    as_then = {
        ONE.key: WrittenBlock(FIRST.written[THREE.key].block, FIRST.written[ONE.key].source),
        THREE.key: older[THREE.key],
    }
    # The block of one annotation is bytes that this version would not write for it.
    swapped = text.replace(block(ONE), block(THREE).replace(THREE.key, ONE.key))
    assert swapped != text

    update = update_region(swapped.encode(), ItemAnnotations((ONE, THREE)), as_then, VAULT)

    assert update.data == swapped.encode()


INTEGRATION = f"> “Text” Yellow Highlight [Page 3]({FOUR.address})"


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (f"## Annotations\n\n{INTEGRATION}\n", ZOTERO_INTEGRATION),
        ("%% begin annotations %%\n%% end annotations %%\n", ZOTERO_INTEGRATION),
        (f"%%zt-managed%%\n{INTEGRATION}\n%%/zt-managed%%\n", ZOTLIT),
        (f"- one [p]({FOUR.address})\n- two [p]({THREE.address})\n", ANOTHER_TOOL),
    ],
)
def test_where_another_tool_keeps_annotations_none_is_added_and_it_is_named(
    text: str, tool: str
) -> None:
    update = updated(text, [ONE, THREE, FOUR])

    assert text_of(update) == text
    assert update.other_tool == tool


def test_quotes_from_other_papers_are_no_region_of_a_tool() -> None:
    quotes = "".join(f"> [there]({an_annotation(at).address})\n\n" for at in (20, 21))

    update = updated(quotes, [ONE], rules=RegionRules(CALLOUT))

    assert text_of(update) == f"{quotes.rstrip()}\n\n{block(ONE)}\n\n"
    assert update.other_tool == ""


def test_the_library_is_asked_about_what_was_written_with_the_file_it_was_on() -> None:
    text = text_of(FIRST).replace(block(ONE), "").encode()

    assert known_annotations(text, FIRST.written) == {ONE.key: "", THREE.key: "FILE2222"}


def test_what_the_person_took_over_from_zotero_is_not_written_a_second_time() -> None:
    item = "([Ada, 2017, p. 3](zotero://select/library/items/ITEM2222))"
    text = f"“Text 2” {item} ([pdf]({ONE.address}))\n"

    update = updated(text, [ONE, TWO], rules=RegionRules(CALLOUT))

    assert text_of(update) == f"{text.rstrip()}\n\n{block(TWO)}\n"


def test_our_blocks_within_the_marks_of_another_tool_are_not_touched() -> None:
    region = f"%% begin notes %%\n\n{block(ONE)}\n\n%% end notes %%"
    text = text_of(FIRST).replace(block(ONE), region)

    later = [replace(ONE, text="Later"), replace(THREE, text="Later")]
    update = updated(text, later, FIRST)

    assert region in text_of(update)
    assert (update.edited, update.refreshed) == ((ONE.key,), (THREE.key,))


def test_two_tools_that_write_in_turn_neither_loop_nor_grow() -> None:
    text, update = text_of(FIRST), FIRST
    now = [ONE, THREE]
    for number in range(20):
        now.append(an_annotation(10 + number))
        theirs = "\n".join(f"> [Page {at}]({one.address})\n" for at, one in enumerate(now))
        head = text.partition("%% begin annotations %%")[0].rstrip("\n")
        text = f"{head}\n\n%% begin annotations %%\n{theirs}%% end annotations %%\n"
        update = updated(text, now, update)
        assert text_of(update) == text


@pytest.mark.parametrize("opening", ["```\ncode", "~~~\ncode", "<!-- a comment"])
def test_blocks_are_not_written_into_what_nobody_closes(opening: str) -> None:
    text = f"Words\n\n{opening}\n\n"

    update = update_region(text.encode(), ItemAnnotations((ONE,)), {}, RegionRules(CALLOUT))

    assert (text_of(update), update.written) == (text, {})
    assert update.is_refused


def test_line_ends_of_both_kinds_stay_if_each_edit_goes_through_the_layers() -> None:
    source = b"# Title\r\n\r\nMy words\n\r\n## Annotations\n\r\nMore\xff\r\n"
    first = source_text(source, Span(0, len(source)))
    written = update_region(first.data, ItemAnnotations((ONE, THREE)), {}, VAULT)

    after = splice(source, [_through(first, edit) for edit in written.edits])
    second = source_text(after, Span(0, len(after)))
    later = ItemAnnotations((replace(ONE, comment="Later"), TWO, THREE))
    update = update_region(second.data, later, written.written, VAULT)
    last = splice(after, [_through(second, edit) for edit in update.edits])

    kept = [line for line in last.splitlines(keepends=True) if b"zotero:" not in line]
    own = [line for line in kept if line.strip() and not line.startswith(b">")]
    assert own == [line for line in source.splitlines(keepends=True) if line.strip()]
    assert source_text(last, Span(0, len(last))).data == update.data


def _through(text: LayeredText, edit: Edit) -> Edit:
    return text.edit(edit.span.start, edit.span.end, edit.new)


def test_bytes_that_are_no_text_stay() -> None:
    update = update_region(b"\xff\xfe words\n", ItemAnnotations((ONE,)), {}, RegionRules(CALLOUT))

    assert update.data == b"\xff\xfe words\n\n" + block(ONE).encode() + b"\n"


WORDS = st.sampled_from(
    [
        *(
            "A § paragraph",
            "Two §\nlines §",
            "# § Heading",
            "## Annotations",
            "- §\n- §\n  - below §",
        ),
        *(
            "> a quote §",
            "---",
            "```\ncode §\n```",
            "| § |\n|---|\n| § |",
            "1. one §",
            "\tindented §",
        ),
        *("%% hidden § %%", "[§]: https://x.org", "<div>§</div>", "^id", "> [!note] § Mine\n> §"),
        *(
            "![[§.pdf]]",
            "- [ ] task §",
            "[^1]: footnote §",
            "$$\n§\n$$",
            "  - deep §",
            "```\n§ open",
        ),
    ]
)
"""What a person may write; § stands in their lines alone."""

GAPS = st.sampled_from(["\n\n", "\n\n", "\n\n", "\n", "\n\n\n"])
COMMENTS = st.sampled_from(["", "A comment", "Two\n\nparts", "- item\n- item", "```\ncode"])


@st.composite
def states(draw: st.DrawFn) -> list[ItemAnnotations]:
    """Draw what a library says of the annotations of an item, one time after the other."""
    keys = range(2, 3 + draw(st.integers(0, 4)))
    found = []
    for _ in range(draw(st.integers(1, 3))):
        shown, absent = list[Annotation](), dict[str, AnnotationAbsence]()
        for key in keys:
            if draw(st.integers(0, 4)):
                shown.append(an_annotation(key, comment=draw(COMMENTS)))
            else:
                absent[an_annotation(key).key] = draw(st.sampled_from(AnnotationAbsence))
        found.append(ItemAnnotations(tuple(shown), absent))
    return found


@settings(max_examples=max(15, settings().max_examples // 2))
@given(
    parts=st.lists(st.tuples(WORDS, GAPS), max_size=6),
    history=states(),
    place=st.integers(0, 9),
    rules=st.sampled_from([VAULT, RegionRules(QUOTE), RegionRules(BULLET)]),
)
def test_what_the_person_wrote_is_all_there_in_its_order_and_the_end_is_settled(
    parts: list[tuple[str, str]], history: list[ItemAnnotations], place: int, rules: RegionRules
) -> None:
    text = "".join(word + gap for word, gap in parts)
    written: Mapping[str, WrittenBlock] = {}
    for now in history:
        update = update_region(text.encode(), now, written, rules)
        again = update_region(update.data, now, update.written, rules)
        assert (again.data, again.written) == (update.data, update.written)
        assert own_lines(text_of(update)) == own_lines(text)
        assert all(text_of(update).count(f"annotation={one.key})") < 2 for one in now.annotations)
        text, written = with_remark(text_of(update), place), update.written


def own_lines(text: str) -> list[str]:
    """Return the lines of a text that only a person can have written."""
    signs = ("§", "---", "```", "$$", "^id")
    return [line for line in text.split("\n") if any(map(line.lstrip().count, signs))]


def with_remark(text: str, place: int) -> str:
    """Return a text in which the person says something below one of its blocks."""
    parts = text.split("\n\n")
    return "\n\n".join([*parts[:place], "My § remark", *parts[place:]])
