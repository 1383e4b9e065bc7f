"""Another library in a configuration: that value changes and no other byte."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoterodigest.project.initial import library_line, with_library

USER = "user:1234567"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('library = "embedded:a.sqlite"\n', 'library = "user:1234567"\n'),
        ("library='embedded:a' # mine\r\n", 'library="user:1234567" # mine\r\n'),
        ('# x\n"library" = "a\\"b" #\n[sync]\n', '# x\n"library" = "user:1234567" #\n[sync]\n'),
        ('[[digest]]\npath = "a.md"\n', 'library = "user:1234567"\n[[digest]]\npath = "a.md"\n'),
        ("\ufeff# mine\r\n", '\ufefflibrary = "user:1234567"\r\n# mine\r\n'),
        ("", 'library = "user:1234567"\n'),
        (
            'lock = """\nlibrary = "no"\n"""\nlibrary = "a"',
            'lock = """\nlibrary = "no"\n"""\nlibrary = "user:1234567"',
        ),
        (
            '# library = "embedded:x"\n[other]\nlibrary = "a"\n',
            'library = "user:1234567"\n# library = "embedded:x"\n[other]\nlibrary = "a"\n',
        ),
    ],
)
def test_the_value_changes_and_nothing_else(before: str, after: str) -> None:
    assert with_library(before.encode(), USER) == after.encode()


@pytest.mark.parametrize("source", [b"library = ", b'library = """a\nb"""\n', b"\xff"])
def test_what_cannot_be_changed_for_sure_is_left(source: bytes) -> None:
    assert with_library(source, USER) is None


LINES = st.sampled_from(
    [
        'library = "embedded:a"',
        "library = 'a' # b",
        "",
        "# library = 3",
        'lock = "x"',
        "[sync]",
        '[[digest]]\npath = "a"',
        "name = '''",
        '"""',
    ]
)


@given(st.lists(LINES, max_size=7), st.sampled_from(["\n", "\r\n"]), st.text(max_size=12))
@example(['library = "a"'], "\n", 'embedded:\x7f\\"')
def test_whatever_stands_there_only_the_library_changes(
    lines: list[str], end: str, address: str
) -> None:
    source = end.join(lines).encode()
    try:
        address.encode()
        before = tomllib.loads(source.decode())
    except ValueError:
        return

    edited = with_library(source, address)

    assert edited is not None
    assert tomllib.loads(edited.decode()) == {**before, "library": address}
    assert with_library(edited, address) == edited


@given(st.text(st.characters(codec="utf-8")))
def test_a_line_says_its_address(address: str) -> None:
    assert tomllib.loads(library_line(address)) == {"library": address}
