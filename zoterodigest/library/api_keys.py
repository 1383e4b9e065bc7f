"""API keys in the keyring of the system; `key_file` is for systems without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from zoterodigest.errors import ZoterodigestError
from zoterodigest.library.address import WebAddress

SERVICE = "zoterodigest"
"""Under this name the keys stand in the keyring."""


class NoKeyring(ZoterodigestError):
    """The system has no keyring that keeps a key, or it refuses to."""

    exit_code = 23

    def __init__(self) -> None:
        super().__init__(
            "this system has no keyring that would keep an API key",
            "Set the environment variable ZOTERO_API_KEY to a key of zotero.org, or of a server on"
            " this computer. zoterodigest writes it into no file.",
        )


def stored_key(address: WebAddress) -> str:
    """Return the key kept for the library at `address`, else the one for its server, else "".

    Raises `NoKeyring`.
    """
    return _kept(address.identity) or _kept(address.server)


def stored_local_key(instance: str) -> str:
    """Return the key that the Zotero with this id on this machine gave, else "".

    Raises `NoKeyring`.
    """
    return _kept(local_name(instance))


def local_name(instance: str) -> str:
    """Return the name under which the key of the Zotero with this id is kept."""
    return f"desktop:{instance}"


def _kept(name: str) -> str:
    # Imported when used: most commands need no keyring, and start sooner without it.
    import keyring

    with _translated():
        return keyring.get_password(SERVICE, name) or ""


def store_key(name: str, key: str) -> None:
    """Keep `key` under `name`, a library's identity or a server's name; raises `NoKeyring`."""
    import keyring

    with _translated():
        keyring.set_password(SERVICE, name, key)


def remove_key(name: str) -> bool:
    """Remove the key under `name`; tell whether there was one. Raises `NoKeyring`."""
    import keyring

    with _translated():
        if keyring.get_password(SERVICE, name) is None:
            return False
        keyring.delete_password(SERVICE, name)
        return True


@contextmanager
def _translated() -> Iterator[None]:
    """Turn whatever a keyring raises, none of which may show a key, into `NoKeyring`."""
    from keyring.errors import KeyringError

    try:
        yield
    except (KeyringError, OSError, RuntimeError) as error:
        raise NoKeyring from error
