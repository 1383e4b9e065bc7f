"""The lock file: one text for each lock, readable after whatever git does to it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.project.links import a_base, a_row, locks, rows
from tests.project.version1 import render_version1
from zoterodigest.core.links.link import (
    Base,
    CollectionRow,
    Exported,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    Print,
    fingerprint,
    fingerprint_of_hex,
    hex_fingerprint,
    hex_of_fingerprint,
)
from zoterodigest.core.values.annotation import WrittenBlock
from zoterodigest.core.values.file_keys import BibKey, DigestKey
from zoterodigest.core.values.identity import Identifier
from zoterodigest.project.files import SourceChanged, read_file
from zoterodigest.project.lock.fold import fold_all, key_of
from zoterodigest.project.lock.lock import (
    BadLockFile,
    is_earlier,
    lock_hash,
    read_lock,
    render_lock,
    write_lock,
)
from zoterodigest.project.lock.parts import changed_lock

IDS = st.sampled_from(["zd-a", "zd-b", "zd-c"])
OLD = render_version1
KINDRED = (a_row("zd-a", bases={"title": a_base("A")}), a_row("zd-b"), a_row("zd-c"))


def lock_of(*some_rows: LockRow) -> LockFile:
    return LockFile("embedded:1", tuple(sorted(some_rows, key=lambda row: row.id)))


Renders = Sequence[Callable[[LockFile], bytes]]
NEW: Renders = (render_lock,) * 3


def merge(
    folder: Path, sides: Sequence[LockFile], *options: str, renders: Renders = NEW
) -> tuple[bytes, bool]:
    """Let git merge one, ancestor and other; return the text, and whether it is clean."""
    for name, lock, render in zip(("one", "ancestor", "other"), sides, renders, strict=True):
        (folder / name).write_bytes(render(lock))
    command = ["git", "merge-file", "-p", *options, "one", "ancestor", "other"]
    merged = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert merged.returncode in range(100), merged.stderr
    return merged.stdout, merged.returncode == 0


@given(lock=locks())
def test_what_is_rendered_is_read_again(lock: LockFile) -> None:
    assert read_lock(render_lock(lock)) == lock


def test_annotations_are_a_line_each() -> None:
    block = WrittenBlock(fingerprint("block"), fingerprint("all that it shows"))
    row = a_row("zd-a", annotations={"MARK3333": block, "MARK2222": block})

    data = render_lock(lock_of(row))

    lines = [line for line in data.decode().split("\n") if line.startswith("annotation")]
    assert lines == [
        f"annotation {key} {block.block} {block.source}" for key in sorted(row.annotations)
    ]
    assert read_lock(data) == lock_of(row)


@given(lock=locks())
def test_a_lock_file_has_one_text(lock: LockFile) -> None:
    shuffled = replace(
        lock,
        rows=lock.rows[::-1],
        collection_rows=lock.collection_rows[::-1],
        exported=lock.exported[::-1],
    )

    assert render_lock(shuffled) == render_lock(lock)
    assert render_lock(read_lock(render_lock(lock))) == render_lock(lock)


def test_the_text_is_made_for_people_and_for_git() -> None:
    row = a_row(
        "zd-k3v9x2m4qa",
        digest="每日/2024.md",
        note="EFGH6789",
        texts=frozenset({fingerprint("b")}),
        headings=(fingerprint("V"),),
        bases={
            "title": a_base("A", "À"),
            "abstract": a_base("b"),
            "year": Base(Print(fingerprint("-"), ()), Print(fingerprint(""), ())),
        },
        origin=Origin(item=True, tags=frozenset({"task:x y"})),
        state=LinkState.DROPPED,
    )

    text = render_lock(
        LockFile("embedded:1", (row,), (CollectionRow(DigestKey("d.md"), ("V",), "COLL2345"),))
    )

    assert text.decode().split("\n\n", 1)[1] == (
        "collection d.md V\n"
        "key COLL2345 created\n"
        "\n"
        "zd-k3v9x2m4qa\n"
        "digest 每日/2024.md {}\n"
        "item ABCD2345 created\n"
        "note EFGH6789\n"
        "tags task:x%20y\n"
        "state dropped\n"
        "abstract: {}*\n"
        "title: {} {} / {}\n"
        "year: {} - / -\n"
    ).format(
        fingerprint("V"),
        fingerprint("b"),
        row.bases["title"].at_entry.raw,
        row.bases["title"].at_entry.parts[0],
        row.bases["title"].at_item.raw,
        fingerprint("-"),
    )


def test_what_exports_wrote_is_text_for_git_as_well() -> None:
    print_ = fingerprint("Ho, Jonathan")
    entry = Exported(
        BibKey("refs.bib"), "ho2020denoising", "ABCD2345", {"author": print_, "": print_}
    )

    text = render_lock(LockFile("embedded:1", exported=(entry,), made=frozenset({"refs.bib"})))

    assert text.decode().split("\n\n", 1)[1] == (
        "bib refs.bib\n"
        "\n"
        "bib refs.bib ho2020denoising\n"
        "item ABCD2345\n"
        f"%: {print_}\n"
        f"author: {print_}\n"
    )


def test_two_branches_that_export_other_entries_are_folded(tmp_path: Path) -> None:
    one = Exported(BibKey("refs.bib"), "a", "AAAA2345", {"": fingerprint("misc")})
    other = replace(one, key="b", item="BBBB2345")
    base, made = lock_of(a_row("zd-a")), frozenset({"refs.bib"})
    sides = [replace(base, exported=(each,), made=made) for each in (one, other)]

    text, _ = merge(tmp_path, (sides[0], base, sides[1]), "--diff3")

    assert read_lock(text) == replace(base, exported=(one, other), made=made)


@pytest.mark.parametrize("render", [render_lock, OLD])
def test_a_lock_file_that_an_editor_saved_is_read(render: Callable[[LockFile], bytes]) -> None:
    """With a byte order mark, other line ends and without the last one."""
    lock = lock_of(*KINDRED)
    data = b"\xef\xbb\xbf" + render(lock).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    after = lock_of(*KINDRED[:2])

    changed = changed_lock(data, lock, after)

    assert read_lock(data) == lock
    assert changed is not None
    assert read_lock(changed) == after


def test_what_is_wrong_on_the_second_side_of_a_conflict_is_told_by_its_line() -> None:
    one = render_lock(lock_of(a_row("zd-a")))
    others = {
        b"no such line": render_lock(lock_of()) + b"zd-b\nno such line\n",
        b'library "group:2"': render_lock(LockFile("group:2")),
    }

    for line, other in others.items():
        whole = b"<<<<<<< HEAD\n" + one + b"=======\n" + other + b">>>>>>> other\n"
        with pytest.raises(BadLockFile) as caught:
            read_lock(whole)
        assert caught.value.number == whole.split(b"\n").index(line) + 1


def test_without_the_text_before_a_conflict_no_base_is_taken_from_one_side(tmp_path: Path) -> None:
    base, gone, new = (
        lock_of(a_row("zd-a", bases=bases))
        for bases in ({"title": a_base("old")}, {}, {"title": a_base("new")})
    )

    text, _ = merge(tmp_path, (gone, base, new))

    assert b"<<<<<<<" in text
    assert read_lock(text).rows[0].bases == {}


def test_a_doubled_entry_forgets_the_prints_that_differ() -> None:
    same, one, other = map(fingerprint, ("same", "one", "other"))
    both = [
        Exported(BibKey("refs.bib"), "a", "AAAA2345", {"": same, "title": title})
        for title in (one, other)
    ]
    doubled = b"".join(
        render_lock(LockFile("l", exported=(each,))).partition(b"\n\n")[2] + b"\n" for each in both
    )
    text = render_lock(LockFile("l")) + b"\n" + doubled

    assert read_lock(text).exported == (replace(both[0], prints={"": same}),)


@given(lock=locks(), row=rows())
def test_changing_a_row_changes_its_lines_only(lock: LockFile, row: LockRow) -> None:
    others = [one for one in lock.rows if one.id != row.id]

    with_row = render_lock(replace(lock, rows=(*others, row))).decode().split("\n\n")

    without = render_lock(replace(lock, rows=tuple(others))).decode().rstrip("\n").split("\n\n")
    assert [part for part in map(str.rstrip, with_row) if not part.startswith(row.id)] == without


def test_a_row_takes_at_most_half_of_the_bytes_of_version_1() -> None:
    raws = [a_base(f"{name} shown", name) for name in "abcdefg"]
    row = a_row(
        "zd-a",
        title=fingerprint("a"),
        identifiers=frozenset({Identifier("arxiv", "2410.13848")}),
        headings=(fingerprint("b"),),
        texts=frozenset({fingerprint("a shown")}),
        origin=Origin(item=True, collections=frozenset({"A4QJZ58I"})),
        bases={f"field{place}": base for place, base in enumerate(raws)},
    )

    new, old = (len(render(lock_of(row))) - len(render(lock_of())) for render in (render_lock, OLD))

    assert 2 * new <= old


@st.composite
def branches(draw: st.DrawFn, name: str) -> LockFile:
    """What a run on the branch `name` makes of `ROWS`: some rows changed, some new.

    No two branches give a new row the same ID: IDs are random.
    """
    changed = [draw(st.sampled_from(_next_rows(row))) for row in ROWS]
    new = draw(st.lists(st.sampled_from(["zd-a1", "zd-c5", "zd-z"]), unique=True))
    added = (a_row(f"{row_id}-{name}", item=f"I{row_id}-{name}") for row_id in new)
    return lock_of(*changed, *added)


ROWS = tuple(
    a_row(
        f"zd-{name}",
        item=f"ITEM{name}",
        title=fingerprint(name),
        bases={field: a_base(f"{name} {field}") for field in ("authors", "title", "venue")},
    )
    for name in "abcdef"
)


def _next_rows(row: LockRow) -> list[LockRow]:
    bases = dict(row.bases)
    return [
        row,
        replace(row, bases=bases | {"title": a_base(f"{row.id} edited")}),
        replace(row, bases=bases | {"title": a_base(f"{row.id} edited otherwise")}),
        replace(row, bases=bases | {"venue": a_base(f"{row.id} edited")}),
        replace(row, bases={"authors": bases["authors"]}, diverged=frozenset({"venue"})),
        replace(row, note=f"NOTE{row.id}", origin=Origin(note=True)),
        replace(row, state=LinkState.UNLINKED),
        replace(row, state=LinkState.DROPPED, digest=DigestKey("moved.md")),
    ]


# --- versions -------------------------------------------------------------------------------


@given(lock=locks())
def test_rows_of_version_1_say_the_same(lock: LockFile) -> None:
    old = OLD(lock)

    assert is_earlier(old)
    assert not is_earlier(render_lock(lock))
    assert read_lock(old) == lock


@given(text=st.text())
def test_a_fingerprint_is_the_beginning_of_that_of_version_1(text: str) -> None:
    digits = hex_fingerprint(text)

    assert fingerprint_of_hex(digits) == fingerprint(text)
    assert digits.startswith(hex_of_fingerprint(fingerprint(text)))


MIXED: tuple[Renders, ...] = (
    (OLD, OLD, render_lock),
    (render_lock, OLD, OLD),
    (render_lock, OLD, render_lock),
    (OLD, render_lock, render_lock),
    (OLD, render_lock, OLD),
)


@given(one=branches("one"), other=branches("other"), renders=st.sampled_from(MIXED))
def test_branches_of_two_versions_merge_to_what_those_of_one_do(
    tmp_path_factory: pytest.TempPathFactory, one: LockFile, other: LockFile, renders: Renders
) -> None:
    folder = tmp_path_factory.getbasetemp()

    text, _ = merge(folder, (one, lock_of(*ROWS), other), "--diff3", renders=renders)

    by_key = [{key_of(row): row for row in lock.rows} for lock in (one, other, lock_of(*ROWS))]
    folded = fold_all(by_key[0], by_key[1], by_key[2])
    assert read_lock(text) == lock_of(*(row for row in folded.values() if isinstance(row, LockRow)))


@settings(max_examples=20)
@given(one=locks(IDS), ancestor=locks(IDS), other=locks(IDS), renders=st.sampled_from(MIXED))
def test_after_any_merge_of_two_versions_both_sides_are_folded(
    tmp_path_factory: pytest.TempPathFactory,
    one: LockFile,
    ancestor: LockFile,
    other: LockFile,
    renders: Renders,
) -> None:
    folder = tmp_path_factory.getbasetemp()
    sides = [replace(side, identity="embedded:1") for side in (one, ancestor, other)]

    text, _ = merge(folder, sides, "--diff3", renders=renders)

    folded = read_lock(text)
    both = {row.id for row in one.rows} & {row.id for row in other.rows}
    assert both <= {row.id for row in folded.rows}


def test_a_person_may_keep_both_sides_of_two_versions(tmp_path: Path) -> None:
    row = a_row("zd-a", bases={"title": a_base("old"), "venue": a_base("same")})
    one = lock_of(replace(row, bases=dict(row.bases) | {"title": a_base("one")}))
    other = lock_of(replace(row, bases=dict(row.bases) | {"title": a_base("other")}))
    text, _ = merge(tmp_path, (one, lock_of(row), other), renders=MIXED[0])

    kept = b"".join(line for line in text.splitlines(True) if line[:7] not in MARKS)

    assert read_lock(kept) == read_lock(text)
    assert read_lock(text).rows[0].bases == {"venue": a_base("same")}


@pytest.mark.parametrize("render", [render_lock, OLD])
def test_a_row_without_its_item_is_refused_beside_rows_of_both_versions(
    render: Callable[[LockFile], bytes],
) -> None:
    beside = [each(lock_of(a_row("zd-b"))).partition(b"\n\n")[2] for each in (render_lock, OLD)]
    text = render(lock_of(a_row("zd-a"))).replace(b'\nitem "ABCD2345"', b"")
    broken = text.replace(b"\nitem ABCD2345", b"")

    with pytest.raises(BadLockFile, match="its item is missing") as caught:
        read_lock(b"\n".join((broken, *beside)))

    assert caught.value.number == 6


def test_the_first_change_of_a_row_brings_a_file_to_version_2_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, before = tmp_path / "zoterodigest.lock", lock_of(*KINDRED)
    after = lock_of(*KINDRED[:2])
    path.write_bytes(OLD(before))

    same = changed_lock(path.read_bytes(), before, before)
    changed = changed_lock(path.read_bytes(), before, after)
    assert changed is not None
    write_lock(path, changed, OLD(before))
    write_lock(path, render_lock(before), changed)

    assert same == OLD(before)
    assert changed == render_lock(after)
    said = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    assert len(said) == 1
    assert said[0].startswith("zoterodigest.lock is now in version 2")


# --- git ------------------------------------------------------------------------------------


def test_two_branches_that_change_neighbouring_rows_merge_cleanly(tmp_path: Path) -> None:
    a, b, c = KINDRED
    one = lock_of(replace(a, state=LinkState.DROPPED), b, c)
    other = lock_of(a, replace(b, bases={"title": a_base("B")}), c)

    text, is_clean = merge(tmp_path, (one, lock_of(*KINDRED), other))

    assert is_clean
    assert read_lock(text) == lock_of(one.rows[0], other.rows[1], c)


def test_two_branches_that_change_fields_of_one_row_merge_cleanly(tmp_path: Path) -> None:
    row = a_row("zd-a", bases={name: a_base(name) for name in ("abstract", "date", "venue")})
    one = replace(row, bases=dict(row.bases) | {"abstract": a_base("new")})
    other = replace(row, bases=dict(row.bases) | {"venue": a_base("new")})

    text, is_clean = merge(tmp_path, (lock_of(one), lock_of(row), lock_of(other)))

    assert is_clean
    assert read_lock(text).rows[0].bases == dict(one.bases) | {"venue": a_base("new")}


@pytest.mark.parametrize("style", [(), ("--diff3",), ("--zdiff3",)])
def test_two_branches_that_add_rows_at_one_place_are_folded(
    tmp_path: Path, style: tuple[str, ...]
) -> None:
    a, b, c = KINDRED
    one = lock_of(a, a_row("zd-aa", item="ONEONE22"), c)
    other = lock_of(a, b, a_row("zd-ab", item="OTHER222"), c)

    text, is_clean = merge(tmp_path, (one, lock_of(a, c), other), *style)

    assert not is_clean
    assert [row.id for row in read_lock(text).rows] == ["zd-a", "zd-aa", "zd-ab", "zd-b", "zd-c"]


@settings(max_examples=20)
@given(one=locks(IDS), ancestor=locks(IDS), other=locks(IDS))
def test_after_any_merge_of_git_both_sides_are_folded(
    tmp_path_factory: pytest.TempPathFactory, one: LockFile, ancestor: LockFile, other: LockFile
) -> None:
    folder = tmp_path_factory.getbasetemp()
    sides = [replace(side, identity="embedded:1") for side in (one, ancestor, other)]

    text, is_clean = merge(folder, sides, "--diff3")

    folded = read_lock(text)
    if not is_clean:
        assert folded == read_lock(render_lock(folded))
    both = {row.id for row in one.rows} & {row.id for row in other.rows}
    assert both <= {row.id for row in folded.rows}


@given(one=branches("one"), other=branches("other"))
def test_git_and_folding_together_are_the_fold_of_what_each_branch_did(
    tmp_path_factory: pytest.TempPathFactory, one: LockFile, other: LockFile
) -> None:
    folder = tmp_path_factory.getbasetemp()

    text, _ = merge(folder, (one, lock_of(*ROWS), other), "--diff3")

    by_key = [{key_of(row): row for row in lock.rows} for lock in (one, other, lock_of(*ROWS))]
    folded = fold_all(by_key[0], by_key[1], by_key[2])
    expected = lock_of(*(row for row in folded.values() if isinstance(row, LockRow)))
    read = read_lock(text)
    first_lines = [line for line in text.splitlines() if line.startswith(b"zd-")]
    if len({*first_lines}) == len(first_lines):
        assert read == expected
    # Git took the first lines of a new row for those of the row below it: less is known to be ours.
    assert without_origins(read) == without_origins(expected)
    pairs = zip(read.rows, expected.rows, strict=True)
    assert all(now.origin.note <= then.origin.note for now, then in pairs)


def without_origins(lock: LockFile) -> LockFile:
    return lock_of(*(replace(row, origin=Origin()) for row in lock.rows))


def test_conflict_marks_without_the_ancestor_forget_a_base_that_differs(tmp_path: Path) -> None:
    row = a_row("zd-a", bases={"title": a_base("old"), "venue": a_base("same")})
    one = replace(row, bases=dict(row.bases) | {"title": a_base("one")})
    other = replace(row, bases=dict(row.bases) | {"title": a_base("other")})

    text, _ = merge(tmp_path, (lock_of(one), lock_of(row), lock_of(other)))

    assert b"<<<<<<<" in text
    assert read_lock(text) == lock_of(replace(row, bases={"venue": a_base("same")}))


def test_a_person_may_keep_both_sides_and_drop_the_marks(tmp_path: Path) -> None:
    row = a_row("zd-a", bases={"title": a_base("old"), "venue": a_base("same")})
    one = lock_of(replace(row, bases=dict(row.bases) | {"title": a_base("one")}))
    other = lock_of(replace(row, bases=dict(row.bases) | {"title": a_base("other")}))
    text, _ = merge(tmp_path, (one, lock_of(row), other))

    kept = b"".join(line for line in text.splitlines(True) if line[:7] not in MARKS)

    assert read_lock(kept) == read_lock(text)


MARKS = (b"<<<<<<<", b"=======", b">>>>>>>")


@pytest.mark.parametrize("names", [("%", "eprint"), ("eprint", "year"), ("%",)])
@pytest.mark.parametrize(("digest", "diverged"), [("refs.bib", {"title"}), ("papers.md", set())])
def test_a_row_into_which_a_merge_put_the_prints_of_a_bib_entry_has_no_bases(
    names: Sequence[str], digest: str, diverged: set[str]
) -> None:
    row = a_row("zd-a", digest=digest, bases={"title": a_base("old")})
    lines = "".join(f"{name}: {fingerprint('misc')}\n" for name in names)

    read = read_lock(render_lock(lock_of(row)) + lines.encode())

    # An export overwrites what it wrote in a .bib unless the field has diverged.
    lost = diverged | ({"year"} & {*names} if diverged else set())
    assert read == lock_of(replace(row, bases={}, diverged=frozenset(lost)))


WORKS = st.frozensets(st.sampled_from("2345"))


@settings(max_examples=20)
@given(known=WORKS, changed=WORKS, unlinked=WORKS, how=st.sampled_from(["--ours", "--theirs"]))
@example(known=frozenset("23"), changed=frozenset("2"), unlinked=frozenset("3"), how="--ours")
def test_a_lock_file_is_read_after_git_took_one_branch_wherever_they_conflict(
    tmp_path_factory: pytest.TempPathFactory,
    known: frozenset[str],
    changed: frozenset[str],
    unlinked: frozenset[str],
    how: str,
) -> None:
    """One branch exported anew; the other let go of all entries, and unlinked some."""
    ancestor = replace(lock_of(), exported=tuple(an_export(at, "old") for at in sorted(known)))
    now = tuple(an_export(at, "new" if at in changed else "old") for at in sorted(known))
    other = lock_of(*map(an_unlinked_row, unlinked))

    sides = (replace(ancestor, exported=now), ancestor, other)
    text, _ = merge(tmp_path_factory.getbasetemp(), sides, how)

    read = read_lock(text)
    assert read == read_lock(render_lock(read))
    for entry in read.exported:
        wrote = [an_export(entry.key, said).prints.items() for said in ("old", "new")]
        assert any(entry.prints.items() <= prints for prints in wrote)


def an_export(key: str, title: str) -> Exported:
    prints = {"": fingerprint("misc"), "title": fingerprint(f"{title} {key}")}
    return Exported(BibKey("refs.bib"), key, f"ITEM222{key}", prints)


def an_unlinked_row(name: str) -> LockRow:
    base, state = a_base(f"{{{name}}}", name), LinkState.UNLINKED
    return a_row(
        f"zd-{name}", digest="refs.bib", item=f"ITEM222{name}", bases={"title": base}, state=state
    )


@pytest.mark.parametrize("own", ["", f"%: {fingerprint('misc')}\n"], ids=["none", "type"])
@pytest.mark.parametrize("first", ["state ", "match ", "title: "])
def test_an_entry_of_a_bib_into_which_a_merge_put_lines_of_a_link_has_no_prints(
    own: str, first: str
) -> None:
    unlinked = {"state": LinkState.UNLINKED, "title": fingerprint("old")}
    row = a_row("zd-a", bases={"title": a_base("old", "new")}, **unlinked)
    start, _, lines = render_lock(lock_of(row)).decode().partition("zd-a\n")
    left = lines[lines.index(first) :]

    text = f"{start}bib refs.bib he2017mask\nitem ABCD2345\n{own}{left}"

    exported = Exported(BibKey("refs.bib"), "he2017mask", "ABCD2345", {})
    assert read_lock(text.encode()) == replace(lock_of(), exported=(exported,))


def test_a_print_of_an_entry_of_a_bib_that_is_none_is_refused() -> None:
    exported = Exported(BibKey("refs.bib"), "he2017mask", "ABCD2345", {"title": fingerprint("A")})
    text = render_lock(replace(lock_of(), exported=(exported,)))

    with pytest.raises(BadLockFile, match="'no base' is no base"):
        read_lock(text.replace(fingerprint("A").encode(), b"no base"))


def test_doubled_rows_are_folded() -> None:
    once = render_lock(lock_of(*KINDRED))
    rows_only = once.split(b"\n\n", 1)[1]

    assert read_lock(once + b"\n" + rows_only) == lock_of(*KINDRED)


def test_two_libraries_cannot_be_folded(tmp_path: Path) -> None:
    sides = [LockFile(identity) for identity in ("embedded:1", "embedded:0", "embedded:2")]
    text, _ = merge(tmp_path, sides)

    with pytest.raises(BadLockFile, match="name two libraries") as caught:
        read_lock(text)

    assert "git checkout --ours" in caught.value.hint


# --- damage ---------------------------------------------------------------------------------


def damaged(old: str, new: str) -> bytes:
    return render_lock(lock_of(a_row("zd-a", bases={"title": a_base("A")}))).replace(
        old.encode(), new.encode(), 1
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", ":1: the lock file cannot be used: it does not begin as zoterodigest writes it"),
        (b"not a lock file\n", ":1: the lock file cannot be used: it does not begin"),
        (damaged("zd-a", "one two"), ":6: the lock file cannot be used: 'one two' has no place"),
        (b"version 1\n", ":1: the lock file cannot be used: it does not begin"),
        (damaged("version 2", "version 3"), ":3: the lock file cannot be used: its version"),
        (damaged('"embedded:1"', "1"), ":4: the lock file cannot be used: its library"),
        (damaged("item ABCD2345", ""), ":6: the lock file cannot be used: zd-a: its item is mis"),
        (
            damaged("item ABCD2345", "item "),
            ":8: the lock file cannot be used: 'item ' has no place",
        ),
        (damaged("D2345", "D2345 made"), ":8: the lock file cannot be used: 'made' has no"),
        (damaged("ABCD2345", '"ABCD'), ":8: the lock file cannot be used: '\"ABCD' is no JSON"),
        (damaged("\ndigest", "\ndigset"), ":7: the lock file cannot be used: 'digset papers.md'"),
        (damaged("title: ", "title: _"), ":9: the lock file cannot be used: '_"),
        (damaged("title: ", "title: = "), ":9: the lock file cannot be used: '= "),
        (
            damaged("digest papers.md\n", ""),
            ":6: the lock file cannot be used: zd-a: its digest is mis",
        ),
        (damaged("\nitem", "\ntexts a\nitem"), ":8: the lock file cannot be used: 'a' is no fing"),
        (damaged("\nitem", "\nstate \nitem"), ":8: the lock file cannot be used: 'state ' has no"),
        (damaged("\nitem", "\nstate new\nitem"), ":8: the lock file cannot be used: 'new' is no"),
        (damaged("\nitem", "\nidentifiers a\nitem"), ":8: the lock file cannot be used: 'a' is no"),
        (
            damaged("zd-a", "shelf x"),
            ":6: the lock file cannot be used: shelf x: 'shelf x' is no id",
        ),
        (damaged("zd-a", "bib a b c"), ":6: the lock file cannot be used: bib a b c: a bib needs"),
        (b"\n\xff", ":2: the lock file cannot be used: it is no UTF-8"),
        (
            damaged("ABCD2345", "%1B%5B31m"),
            ":8: the lock file cannot be used: '\\x1b[31m' is no key",
        ),
        (
            damaged("papers.md", "a%00b.md"),
            ":6: the lock file cannot be used: zd-a: its digest is no path",
        ),
        (damaged("zd-a", ">>>>>>> x"), ":6: the lock file cannot be used: a conflict mark of git"),
        (damaged("zd-a", "<<<<<<< x"), ":10: the lock file cannot be used: a conflict of git has"),
    ],
)
def test_damage_is_told_with_its_line(data: bytes, message: str) -> None:
    with pytest.raises(BadLockFile) as caught:
        read_lock(data, Path("my.lock"))

    assert str(caught.value).startswith(f"my.lock{message}")
    assert caught.value.hint
    assert caught.value.exit_code == 13


@given(lock=locks(), data=st.data(), render=st.sampled_from([render_lock, OLD]))
def test_any_damage_is_read_or_told(
    lock: LockFile, data: st.DataObject, render: Callable[[LockFile], bytes]
) -> None:
    text = render(lock)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 20, len(text))))
    new = data.draw(st.binary(max_size=4) | st.sampled_from([b"[" * 3000, b'"', b"\n", b" "]))

    with suppress(BadLockFile):
        read_lock(text[:start] + new + text[end:])


# --- the file -------------------------------------------------------------------------------


def test_the_same_lock_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "zoterodigest.lock"
    write_lock(path, render_lock(lock_of(*KINDRED)), None)
    before = read_file(path)

    write_lock(path, render_lock(lock_of(*KINDRED), before.data), before.data)

    assert read_file(path) == before


def test_line_ends_of_windows_are_read_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "zoterodigest.lock"
    data = render_lock(lock_of(*KINDRED)).replace(b"\n", b"\r\n")
    path.write_bytes(data)

    write_lock(path, render_lock(read_lock(data), data), data)
    assert path.read_bytes() == data

    write_lock(path, render_lock(lock_of(KINDRED[0]), data), data)
    assert path.read_bytes() == render_lock(lock_of(KINDRED[0])).replace(b"\n", b"\r\n")


def test_a_lock_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "zoterodigest.lock"
    path.write_bytes(b"another")

    with pytest.raises(SourceChanged):
        write_lock(path, render_lock(lock_of()), None)

    assert path.read_bytes() == b"another"


def test_a_lock_file_and_none_at_all_have_different_hashes() -> None:
    assert len({lock_hash(None), lock_hash(b""), lock_hash(b"1")}) == 3
