"""Addresses of libraries: what each says, and how a wrong one is told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoterodigest.library.address import (
    DESKTOP_URL,
    ZOTERO_ORG,
    Address,
    BadAddress,
    DesktopAddress,
    EmbeddedAddress,
    WebAddress,
    address_of,
    is_built_in,
    is_group,
    is_named_here,
    is_personal,
    parse_address,
    ways_to,
    with_disk_path,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("embedded:library.sqlite", EmbeddedAddress("library.sqlite")),
        ("embedded:a b/ü?#.sqlite", EmbeddedAddress("a b/ü?#.sqlite")),
        ("user:123", WebAddress(ZOTERO_ORG, "user", 123)),
        ("group:45", WebAddress(ZOTERO_ORG, "group", 45)),
        ("desktop", DesktopAddress(DESKTOP_URL, None)),
        ("desktop:group:45", DesktopAddress(DESKTOP_URL, 45)),
        (
            "desktop?url=http://localhost:24000/api",
            DesktopAddress("http://localhost:24000/api", None),
        ),
        (
            "desktop:group:7?url=http://[::1]:24000/api/",
            DesktopAddress("http://[::1]:24000/api", 7),
        ),
        (
            "http://127.0.0.1:8080/users/1",
            WebAddress("http://127.0.0.1:8080", "user", 1),
        ),
        (
            "https://Zotero.Example.ORG/groups/9/",
            WebAddress("https://zotero.example.org", "group", 9),
        ),
        ("https://host/zotero/api/users/9", WebAddress("https://host/zotero/api", "user", 9)),
        ("https://api.zotero.org/users/123", WebAddress(ZOTERO_ORG, "user", 123)),
    ],
)
def test_an_address_says_where_a_library_is(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no address of a library begins like this"),
        ("library.sqlite", "no address of a library begins like this"),
        ("zotero:1", "no address of a library begins like this"),
        ("embedded", "no address of a library begins like this"),
        ("embedded: ", "the path of its file is missing"),
        ("embedded:a\0b", "the path of its file is missing"),
        ("embedded:~/x", "~ is not expanded"),
        ("user:", "an id is a number"),
        ("user:me", "an id is a number"),
        ("user:0", "an id is a number"),
        ("user:-1", "an id is a number"),
        ("user:１２", "an id is a number"),
        ("group:1 ", "an id is a number"),
        ("group:1\n", "an id is a number"),
        ("desktop:group:x", "an id is a number"),
        ("desktop?url=http://192.0.2.1:23119/api", "http://127.0.0.1:PORT/api"),
        ("desktop?url=https://127.0.0.1/api", "http://127.0.0.1:PORT/api"),
        ("desktop?url=http://127.0.0.1:23119/", "http://127.0.0.1:PORT/api"),
        ("http://example.org/users/1", "unencrypted"),
        ("http://127.0.0.1.example.org/users/1", "unencrypted"),
        ("https://example.org\\evil/users/1", "needs a host"),
        ("https://example.org/users/1?a=b", "needs a host"),
        ("https:///users/1", "needs a host"),
        ("https://example.org:99999/users/1", "host or port"),
        ("https://[::1/users/1", "host or port"),
        ("https://example.org/users/", "/users/ID or /groups/ID"),
        ("https://example.org/users/1/items", "/users/ID or /groups/ID"),
        ("https://example.org/../users/1/x", "/users/ID or /groups/ID"),
    ],
)
def test_a_wrong_address_is_told_in_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(BadAddress) as error:
        parse_address(text)

    assert reason in error.value.reason
    assert repr(text) in str(error.value)
    assert "embedded:PATH" in error.value.hint
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    "text",
    [
        "https://S3CR3T@example.org/users/1",
        "http://me:S3CR3T@localhost/users/1",
        "https://example.org/users/1?v=3&key=S3CR3T&x=1",
        "https://example.org/users/1?KEY=S3CR3T",
    ],
)
def test_a_key_in_an_address_is_not_repeated(text: str) -> None:
    with pytest.raises(BadAddress) as error:
        parse_address(text)

    assert "needs a host" in str(error.value)
    assert "S3CR3T" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("user:123", "user:123"),
        ("https://api.zotero.org/users/123", "user:123"),
        ("group:45", "group:45"),
        ("https://host/zotero/groups/45", "group:45@host/zotero"),
        ("http://127.0.0.1:8080/users/1", "user:1@127.0.0.1:8080"),
        ("desktop", "desktop"),
        ("desktop:group:45", "desktop:group:45"),
    ],
)
def test_two_libraries_never_share_an_identity(text: str, identity: str) -> None:
    address = parse_address(text)

    assert not isinstance(address, EmbeddedAddress)
    assert address.identity == identity


@pytest.mark.parametrize(
    ("identity", "address"),
    [
        ("user:123", "user:123"),
        ("group:45", "group:45"),
        ("group:45@host.org/zotero", "https://host.org/zotero/groups/45"),
        ("user:1@127.0.0.1:8080", "http://127.0.0.1:8080/users/1"),
        ("user:1@[::1]:8080", "http://[::1]:8080/users/1"),
        ("desktop:5dcf40d503475e5f", "desktop"),
        ("embedded:5dcf40d503475e5f", ""),
        ("user:1@me:secret@host.org", ""),
        ("user:1@host.org/users/2?x=", ""),
        ("", ""),
    ],
)
def test_an_identity_leads_to_the_address_of_its_library(identity: str, address: str) -> None:
    assert address_of(identity) == address


@given(st.sampled_from(["", "user:1@", "group:7@host", "desktop:", "user:"]), st.text())
def test_the_address_of_any_identity_is_one_or_none(start: str, text: str) -> None:
    address = address_of(start + text)

    assert not address or parse_address(address)


@given(st.sampled_from(["", "user:", "desktop?url=", "https://", "http://[::1]"]), st.text())
def test_any_text_is_an_address_or_told_not_to_be(start: str, text: str) -> None:
    with suppress(BadAddress):
        parse_address(start + text)


@pytest.mark.parametrize(
    ("identity", "asked"),
    [
        ("embedded:5a1f", is_built_in),
        ("desktop:5a1f", is_named_here),
        ("user:1", is_personal),
        ("user:1@127.0.0.1:8080", is_personal),
        ("group:7", is_group),
    ],
)
def test_an_identity_is_of_one_kind(identity: str, asked: Callable[[str], bool]) -> None:
    kinds = (is_built_in, is_named_here, is_personal, is_group)

    assert [kind for kind in kinds if kind(identity)] == [asked]


@pytest.mark.parametrize(
    ("text", "disk_path", "needs_network"),
    [
        ("embedded:a b/papers.sqlite", "a b/papers.sqlite", False),
        ("desktop:group:7", None, False),
        ("user:1", None, True),
        ("http://127.0.0.1:8080/users/1", None, True),
    ],
)
def test_an_address_says_what_it_takes_to_read_the_library(
    text: str, disk_path: str | None, needs_network: bool
) -> None:
    address = parse_address(text)

    assert (address.disk_path, address.needs_network) == (disk_path, needs_network)


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("embedded:here.sqlite", "embedded:../there.sqlite"),
        ("desktop", "desktop"),
        ("group:7", "group:7"),
    ],
)
def test_only_an_address_with_a_path_gets_another_path(text: str, moved: str) -> None:
    assert with_disk_path(text, "../there.sqlite") == moved


@pytest.mark.parametrize(
    ("identity", "ways"),
    [
        ("embedded:5a1f", "embedded:PATH"),
        ("user:1", "user:1 (or desktop, for the Zotero on this computer)"),
        ("group:7", "group:7 (or desktop:group:7, for the Zotero on this computer)"),
        ("group:7@127.0.0.1:8080", "http://127.0.0.1:8080/groups/7"),
        ("desktop:5a1f", "desktop"),
        ("of tomorrow", "ADDRESS"),
    ],
)
def test_a_person_is_told_how_to_name_a_library(identity: str, ways: str) -> None:
    assert ways_to(identity) == ways
