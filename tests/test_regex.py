"""A lazy regular expression is compiled when it is used, and then it is one of `re`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from zoterodigest.regex import LazyRegex, lazy_regex

ROOT = Path(__file__).resolve().parents[1]


def test_an_expression_is_compiled_when_it_is_first_used() -> None:
    words = LazyRegex(r"\w+", 0)

    before = "compiled" in vars(words)
    words.search("two words")

    assert (before, "compiled" in vars(words)) == (False, True)


def test_to_ask_for_its_text_does_not_compile_it() -> None:
    words = LazyRegex(r"\w+", 0)

    assert words.pattern == r"\w+"
    assert "compiled" not in vars(words)


def test_it_has_every_method_of_a_compiled_one() -> None:
    offered = {name for name in dir(re.compile("")) if not name.startswith("_")}

    # `scanner` is not documented.
    assert offered - set(dir(lazy_regex(""))) == {"scanner"}


def test_it_finds_what_a_compiled_one_finds() -> None:
    lazy, compiled = lazy_regex("(?P<sign>[a-b])", re.I), re.compile("(?P<sign>[a-b])", re.I)

    assert lazy.sub("-", "xAbx") == compiled.sub("-", "xAbx")
    assert lazy.findall("xAbx") == compiled.findall("xAbx")
    assert [it.span("sign") for it in lazy.finditer("xAbx")] == [(1, 2), (2, 3)]
    assert (lazy.flags, lazy.groups, lazy.groupindex) == (
        (compiled.flags, compiled.groups, compiled.groupindex)
    )


def test_an_invalid_expression_is_refused_when_it_is_used() -> None:
    broken = lazy_regex("(")

    with pytest.raises(re.error):
        broken.search("")


def test_every_expression_of_the_program_is_valid() -> None:
    # Half a second, as it imports most of the program: a broken one would break a single command.
    sources = [
        path
        for path in sorted((ROOT / "zoterodigest").rglob("*.py"))
        if "= lazy_regex(" in path.read_text(encoding="utf-8")
    ]
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sources]

    known = [one for name in modules for one in _regexes([*vars(import_module(name)).values()])]

    assert len(known) > 800
    for one in known:
        assert one.compiled.pattern == one.pattern


def _regexes(value: object) -> Iterator[LazyRegex]:
    match value:
        case LazyRegex():
            yield value
        case list() | tuple():
            for one in value:
                yield from _regexes(one)
        case dict():
            yield from _regexes([*value.values()])
