"""A file of items is read object by object, as if it were read whole."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.foreign import each_object

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
OBJECTS = st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), min_size=1, max_size=6)


@given(OBJECTS, st.integers(1, 9), st.sampled_from((None, 1)), st.booleans())
def test_objects_come_as_from_the_whole_text_however_it_is_cut(
    objects: list[dict[str, object]], size: int, indent: int | None, is_ascii: bool
) -> None:
    data = json.dumps(objects, indent=indent, ensure_ascii=is_ascii)
    source = BytesIO(data.encode("utf-8", "replace"))

    found = list(each_object(lambda _: source.read(size)))

    assert found == json.loads(source.getvalue())


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}', '[{"a": 1}', '[{"a": 1},]', '[{"a": 1} {"b": 2}]', '[{"a": 1}] x', "[1]", ""],
)
def test_a_text_that_is_no_array_of_objects_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="array of objects"):
        list(each_object(BytesIO(text.encode()).read))
