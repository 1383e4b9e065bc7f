"""Files of this machine that only their owner may read, and the one that keeps keys.

`KeyFile` keeps the keys of a Zotero on this computer if no keyring does.

Its file lies outside of all projects and exists only if the user asked for it. It never holds keys
of zotero.org: those can be given in the environment.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from zoterodigest.errors import ZoterodigestError
from zoterodigest.foreign import OBJECT, BadJson, read_json_as
from zoterodigest.frozen import dataclass


class KeyNotKept(ZoterodigestError):
    """The file of keys at `path` cannot be written."""

    exit_code = 23

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} cannot be written, so no key is kept in it",
            "Make room there, or let this user write into its folder, then run the command again.",
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The keys in the file at `path`, by the id of their Zotero."""

    path: Path

    @property
    def exists(self) -> bool:
        """Whether the user asked for it."""
        return self.path.is_file()

    def create(self) -> None:
        """Make an empty file: the user asked for it. Raises `KeyNotKept`."""
        self._write(self._keys())

    def key_of(self, instance: str) -> str:
        """Return the key of the Zotero with this id; "" if there is none that can be read."""
        return self._keys().get(instance, "")

    def keep(self, instance: str, key: str) -> None:
        """Keep the key of a Zotero; raise `KeyNotKept`."""
        self._write({**self._keys(), instance: key})

    def remove(self, instance: str) -> bool:
        """Remove the key of a Zotero; tell whether there was one. The last one takes the file."""
        keys = self._keys()
        if keys.pop(instance, None) is None:
            return False
        if keys:
            self._write(keys)
        else:
            with suppress(OSError):
                self.path.unlink()
        return True

    def _write(self, keys: dict[str, str]) -> None:
        try:
            replace_private(self.path, json.dumps(dict(sorted(keys.items()))).encode("ascii"))
        except OSError as error:
            raise KeyNotKept(self.path) from error

    def _keys(self) -> dict[str, str]:
        try:
            found = read_json_as(OBJECT, self.path.read_bytes())
        except (OSError, BadJson):
            return {}
        return {name: key for name, key in found.items() if isinstance(key, str)}


def replace_private(path: Path, content: bytes, *, is_durable: bool = True) -> None:
    """Put `content` at `path` in one step, readable by its owner alone; make its folder.

    A durable file is on the disk when this returns. Raises `OSError`, and leaves what was there and
    nothing beside it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # of mode 0600
    try:
        with os.fdopen(descriptor, "wb") as new:
            new.write(content)
            # On the disk before the rename: a crash must not leave an empty file under the name.
            if is_durable:
                new.flush()
                os.fsync(new.fileno())
        Path(name).replace(path)
    except BaseException:
        # Also what was written in part, to a full disk for example: it may hold a key.
        with suppress(OSError):
            Path(name).unlink()
        raise
