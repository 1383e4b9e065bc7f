"""Addresses of libraries, as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import an_item
from zoterodigest.library.address import BadAddress
from zoterodigest.library.connect import connect


@pytest.mark.parametrize("path", ["library.sqlite", "below/it/library.sqlite", "a b%20?#é.sqlite"])
def test_a_relative_path_starts_at_the_base(tmp_path: Path, path: str) -> None:
    with connect(f"embedded:{path}", base=tmp_path) as library:
        library.write([an_item()])

    assert (tmp_path / path).is_file()


def test_an_absolute_path_stays_as_it_is(tmp_path: Path) -> None:
    with connect(f"embedded:{tmp_path / 'library.sqlite'}", base=Path("/nowhere")) as library:
        library.write([an_item()])

    assert (tmp_path / "library.sqlite").is_file()


def test_connecting_creates_nothing(tmp_path: Path) -> None:
    with connect("embedded:library.sqlite", base=tmp_path) as library:
        assert library.read().items == ()

    assert list(tmp_path.iterdir()) == []


def test_two_new_libraries_have_two_identities(tmp_path: Path) -> None:
    first = connect("embedded:first.sqlite", base=tmp_path)
    second = connect("embedded:second.sqlite", base=tmp_path)

    assert first.identity != second.identity


@pytest.mark.parametrize("address", ["library.sqlite", "embedded:", "user:me", "http://x/users/1"])
def test_another_address_is_an_error_that_tells_what_works(tmp_path: Path, address: str) -> None:
    with pytest.raises(BadAddress) as error:
        connect(address, base=tmp_path)

    assert error.value.exit_code == 2
    assert repr(address) in str(error.value)
    assert "embedded:PATH" in error.value.hint


@pytest.mark.parametrize("address", ["user:123", "group:45"])
def test_a_library_at_zotero_org_is_named_by_its_kind_and_id(tmp_path: Path, address: str) -> None:
    with connect(address, base=tmp_path) as library:
        assert library.identity == address
