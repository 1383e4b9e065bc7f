"""The folder that many tests begin with: it is made for the first and copied for the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    mode: int
    times: tuple[int, int]


_Files = Mapping[str, _File | None]
"""The files of a folder by their paths in it; a folder in it is None."""
_MADE: dict[Hashable, _Files] = {}


def made_once(folder: Path, make: Callable[[], object], *given: Hashable) -> None:
    """Fill a folder with what `make` leaves in it, a function that a fixture defines.

    In a process it is called once for what is `given`, which tells all that the folder holds
    before. What it leaves must not depend on where the folder lies.
    """
    name = make.__module__, make.__qualname__, *given
    if name not in _MADE:
        make()
        _MADE[name] = _files_in(folder)
        return
    for path, file in _MADE[name].items():
        _put(os.path.join(folder, path), file)  # noqa: PTH118  (as many files as tests)


def _files_in(folder: Path) -> _Files:
    paths = sorted(folder.rglob("*"))
    assert not any(path.is_symlink() for path in paths)
    return {str(path.relative_to(folder)): _file_at(path) for path in paths}


def _file_at(path: Path) -> _File | None:
    if path.is_dir():
        return None
    status = path.stat()
    return _File(path.read_bytes(), status.st_mode, (status.st_atime_ns, status.st_mtime_ns))


def _put(path: str, file: _File | None) -> None:
    if file is None:
        os.makedirs(path, exist_ok=True)  # noqa: PTH103  (as above)
        return
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, file.mode)
    try:
        os.write(number, file.data)
    finally:
        os.close(number)
    os.chmod(path, file.mode)  # noqa: PTH101  (as above)
    os.utime(path, ns=file.times)
