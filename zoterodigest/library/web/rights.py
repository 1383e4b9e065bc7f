"""What an API key gives the right to, as the server tells it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from zoterodigest.library.access import Access
from zoterodigest.library.address import WebAddress
from zoterodigest.library.http.trouble import KeyRefused
from zoterodigest.library.web.dialect import WebSession, no_key, refusal, web_session


@dataclass(frozen=True, slots=True)
class Rights:
    """Whose key it is and what it opens: `access` is as the API tells it."""

    user: int
    name: str
    access: Mapping[str, Any]

    def may_read(self, address: WebAddress) -> bool:
        """Whether the key opens the library at `address`."""
        return bool(self._of(address).get("library"))

    def may_write(self, address: WebAddress) -> bool:
        """Whether it may write there."""
        return bool(self._of(address).get("write"))

    def sees_notes(self, address: WebAddress) -> bool:
        """Whether it shows the library's notes; where a group's do, it always does."""
        return address.kind == "group" or bool(self._of(address).get("notes"))

    @property
    def groups(self) -> tuple[int, ...]:
        """The groups that are named one by one."""
        named = _table(self.access, "groups")
        return tuple(sorted(int(key) for key in named if key.isascii() and key.isdecimal()))

    @property
    def opens_all_groups(self) -> bool:
        """Whether every group of the person's is open to it."""
        return bool(_table(_table(self.access, "groups"), "all").get("library"))

    @property
    def may_write_all_groups(self) -> bool:
        """Whether it may write into every group that the person may write into."""
        return bool(_table(_table(self.access, "groups"), "all").get("write"))

    def _of(self, address: WebAddress) -> Mapping[str, Any]:
        if address.kind == "user":
            return _table(self.access, "user") if address.number == self.user else {}
        groups = _table(self.access, "groups")
        return _table(groups, str(address.number)) or _table(groups, "all")


def rights_of(address: WebAddress, access: Access) -> Rights:
    """Ask the server of `address` what the key of `access` opens; raises as `read_rights` does."""
    with closing(web_session(address, access)) as session:
        return read_rights(session)


def require_whole_sight(session: WebSession) -> None:
    """Raise `KeyRefused` unless all of the library is shown: hidden notes would look deleted."""
    dialect = session.dialect
    address = dialect.address
    if dialect.is_sighted:
        return
    if not dialect.key:
        if address.kind == "user":
            raise no_key(address.identity)
        return
    rights = read_rights(session)
    if not rights.may_read(address):
        raise refusal(403, address.identity, "", is_write=False)
    if not rights.sees_notes(address):
        raise KeyRefused(
            f"the API key does not show the notes of {address.identity}",
            "Allow access to notes at zotero.org/settings/keys, then run the command again.",
        )
    dialect.is_sighted = True


def read_rights(session: WebSession) -> Rights:
    """Ask the server for the rights of the key; raises `KeyRefused` if it knows no such key."""
    # Not `/keys/KEY`, which pyzotero asks for: the key would stand in addresses that are logged.
    match session.get("/keys/current").body:
        case {"userID": int(user), "access": dict(access), **more}:
            return Rights(user, str(more.get("username", "")), access)
        case _:
            raise session.dialect.garbled()


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}
