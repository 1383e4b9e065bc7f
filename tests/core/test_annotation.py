"""Annotations as values: their order, their links, and the names of their colors."""

from __future__ import annotations

import pytest

from zoterodigest.core.values.annotation import PALETTE, Annotation, nearest_color


@pytest.mark.parametrize(("name", "color"), PALETTE.items())
def test_a_color_of_the_palette_has_its_name(name: str, color: str) -> None:
    assert nearest_color(color) == nearest_color(color.upper()) == name


@pytest.mark.parametrize(
    ("color", "name"),
    [("#ffff00", "Yellow"), ("#ff0000", "Red"), ("#000000", "Gray"), ("#2ea8e4", "Blue")],
)
def test_another_color_has_the_name_of_the_nearest(color: str, name: str) -> None:
    assert nearest_color(color) == name


@pytest.mark.parametrize("color", ["", "#fff", "red", "#ffd40", "#gggggg"])
def test_what_is_no_color_is_yellow_as_in_zotero(color: str) -> None:
    assert nearest_color(color) == "Yellow"


def test_the_link_names_the_attachment_and_the_page_of_the_file() -> None:
    annotation = Annotation("KEY22222", "FILE2222", page=5, page_label="xii")

    address = "zotero://open-pdf/library/items/FILE2222?page=5&annotation=KEY22222"
    assert annotation.address == address


def test_the_link_in_a_group_names_the_group_and_in_an_epub_no_page() -> None:
    annotation = Annotation("KEY22222", "FILE2222", "groups/45", page_label="xii")

    address = "zotero://open-pdf/groups/45/items/FILE2222?annotation=KEY22222"
    assert annotation.address == address


def test_annotations_are_sorted_by_attachment_then_place_then_key() -> None:
    ordered = [
        Annotation("KEY55555", "FILE2222", sort_index="00001|000001|00000"),
        Annotation("KEY22222", "FILE2222", sort_index="00010|000001|00000"),
        Annotation("KEY33333", "FILE2222", sort_index="00010|000001|00000"),
        Annotation("KEY22222", "FILE3333", sort_index="00000|000001|00000"),
    ]

    assert sorted(ordered[::-1], key=lambda one: one.place) == ordered
