"""Every error of the libraries that speak to a server is one of ours before it leaves."""

from __future__ import annotations

import inspect
from types import ModuleType

import httpx2
import pytest
from pyzotero import errors as pyzotero_errors

from zoterodigest.library.http.trouble import NotReached, plain_message, translated
from zoterodigest.library.port import BadLibrary
from zoterodigest.library.web.dialect import no_key, refusal


def errors_of(module: ModuleType) -> list[type[Exception]]:
    """Return all exceptions that a module offers."""
    return [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, Exception) and not issubclass(value, Warning)
    ]


FOREIGN = [*errors_of(httpx2), *errors_of(pyzotero_errors)]


def made(kind: type[Exception]) -> Exception:
    """Return an error of this kind, whatever its constructor asks for."""
    error = kind.__new__(kind)
    Exception.__init__(error, "https://api.zotero.org/keys/P9NiFoyLeZu2bZNvvuQPDWsd")
    return error


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_foreign_error_is_translated_and_shows_no_key(kind: type[Exception]) -> None:
    error = translated(made(kind), "api.zotero.org")

    assert isinstance(error, BadLibrary)
    assert error.hint
    assert "P9NiFoyLeZu2bZNvvuQPDWsd" not in str(error)


def test_there_are_foreign_errors_to_translate() -> None:
    assert len(FOREIGN) > 40


@pytest.mark.parametrize("kind", [httpx2.ConnectError, httpx2.ReadTimeout, httpx2.DecodingError])
def test_what_happens_on_the_way_is_not_reached(kind: type[Exception]) -> None:
    assert isinstance(translated(made(kind), "api.zotero.org"), NotReached)


@pytest.mark.parametrize("status", [*range(300, 309), *range(400, 430), *range(500, 512), 999])
@pytest.mark.parametrize("is_write", [True, False])
def test_every_status_means_something(status: int, is_write: bool) -> None:
    error = refusal(status, "user:1", "", is_write=is_write)

    assert "user:1" in str(error)
    assert error.hint


@pytest.mark.parametrize(
    ("identity", "command"),
    [
        ("group:45", "`zoterodigest auth`"),
        ("user:1@127.0.0.1:8080", "`zoterodigest auth http://127.0.0.1:8080/users/1`"),
    ],
)
def test_the_command_that_takes_a_key_names_the_library_it_is_for(
    identity: str, command: str
) -> None:
    errors = no_key(identity), refusal(403, identity, "", is_write=False)

    assert all(error.hint.startswith(f"{command} takes a key") for error in errors)


def test_who_is_redirected_is_told_to_look_at_the_address() -> None:
    error = refusal(302, "user:1", "", is_write=False)

    assert "redirection" in str(error)
    assert error.hint.startswith("Check its address")


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("&quot;x&quot; &amp; y", '"x" & y'),
        ("a\x1b[31m\r\nb\u2028c", "a [31m b c"),
        ("Key S3CR3T &#83;3CR3T", "Key (key) (key)"),
        ("x" * 999, "x" * 199 + "…"),
        ("", ""),
    ],
)
def test_a_message_becomes_one_plain_line_without_the_key(sent: str, shown: str) -> None:
    assert plain_message(sent, "S3CR3T") == shown
