"""Files of this machine that only their owner may read."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def replace_private(path: Path, content: bytes, *, is_durable: bool = True) -> None:
    """Put `content` at `path` in one step, readable by its owner alone; make its folder.

    A durable file is on the disk when this returns. Raises `OSError`, and leaves what was there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as new:  # of mode 0600
        new.write(content)
        if is_durable:
            new.flush()
            os.fsync(new.fileno())
    try:
        Path(new.name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(new.name).unlink()
        raise
