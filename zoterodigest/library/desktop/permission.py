"""The permission to write, which a person gives in a dialog of the running Zotero."""

from __future__ import annotations

from typing import Any

from zoterodigest.library.access import Access
from zoterodigest.library.desktop.trouble import garbled


class Permission:
    """The key that Zotero gave: to keep ("Always Allow"), or for one write ("Allow")."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._key: str | None = None
        self._is_to_keep = True

    def key(self, instance: str) -> str:
        """Return the key to write with, "" if the person must be asked."""
        if self._key is None:
            self._key = self._access.local_key_of(instance)
        return self._key

    def given(self, instance: str, answer: Any) -> str:
        """Take the key that Zotero gave, and keep it if it is to keep."""
        match answer:
            case {"key": str(key), **more} if key:
                self._key, self._is_to_keep = key, bool(more.get("remember"))
            case _:
                raise garbled()
        if self._is_to_keep:
            self._access.keep_local_key(instance, key)
        return key

    def used(self, *, is_refused: bool) -> None:
        """Note that a write was sent: a key for one write is spent, whatever came of it."""
        if is_refused or not self._is_to_keep:
            self._key = ""
