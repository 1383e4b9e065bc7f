"""Noticing: the system tells which files change below the folders that a watcher looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Self

import watchfiles

from zoterodigest.errors import ZoterodigestError
from zoterodigest.sync.watching.watched import Watched

# In milliseconds: changes are told in steps, those of one moment together. Whoever starts waits for
# the first turn. Ten steps a second take 0.1% of a processor.
_STEP, _TOGETHER, _TURN = 100, 200, 500
TOLD_WITHIN = 0.4
"""Seconds after which a change has been told."""

Tell = Callable[[str], None]
Places = Mapping[Path, tuple[int, int] | None]


class CannotWatch(ZoterodigestError):
    """The system does not tell of changes in these folders."""

    exit_code = 14

    def __init__(self, error: Exception) -> None:
        # Behind this, watchfiles shows its own values.
        why, (reason, *_) = str(error), str(error).partition(" about [")
        # The system calls both limits by names of their own: inotify(7).
        limit = "instances" if "Too many open files" in why else "watches"
        super().__init__(
            f"the system does not tell which files change ({reason.rstrip('.')})",
            f"If a limit was reached, raise it: `sudo sysctl fs.inotify.max_user_{limit}=524288`."
            " Until then, run `zoterodigest sync` by a timer.",
        )


def places_of(folders: Iterable[Path]) -> Places:
    """Return which folders these are now: one that was made anew is another one."""
    return {folder: _place(folder) for folder in folders}


def _place(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


class Noticing:
    """Tells each path that changes, from a thread of its own, while the block lasts.

    Whatever changes after the block was entered is told. Folders that are not there are left out.
    """

    def __init__(self, watched: Watched, state_folder: Path, tell: Tell) -> None:
        self._tell = tell
        self._ended = Event()
        self._wanted = {*watched.folders, *watched.trees}
        groups = ({*watched.folders, state_folder}, False), (watched.trees, True)
        self._threads = [_Follower(self._ended, self._tell, *group) for group in groups if group[0]]
        self._places = places_of(self._wanted)

    def __enter__(self) -> Self:
        for one in self._threads:
            one.start()
        try:
            for one in self._threads:
                one.ready.wait()
                if one.error is not None and not isinstance(one.error, FileNotFoundError):
                    raise CannotWatch(one.error) from one.error
        except BaseException:
            self._ended.set()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for one in self._threads:
            one.join()

    @property
    def is_outdated(self) -> bool:
        """Whether a folder went, came or was made anew, so that its changes are not told."""
        return places_of(self._wanted) != self._places or any(
            one.error is not None for one in self._threads
        )


class _Follower(Thread):
    """Tells what changes in some folders, until it is `ended`; `ready` once it would be told."""

    def __init__(self, ended: Event, tell: Tell, folders: Iterable[Path], is_deep: bool) -> None:
        super().__init__(daemon=True)
        self.ready = Event()
        self.error: Exception | None = None
        self._ended, self._tell_path = ended, tell
        self._folders = sorted(str(folder) for folder in folders if folder.is_dir())
        self._is_deep = is_deep

    def run(self) -> None:
        """Follow the folders."""
        try:
            if self._folders:
                self._follow()
        except Exception as error:  # the thread that waits is to know, whatever it is
            self.error = error
        finally:
            self.ready.set()

    def _follow(self) -> None:
        try:
            self._follow_all(but_locked=False)
        except PermissionError:
            self._follow_all(but_locked=True)

    def _follow_all(self, *, but_locked: bool) -> None:
        """Follow the folders, `but_locked` ones below them that may not be read if it is told to.

        watchfiles 1.3 then hides all other errors, too, such as that a limit was reached.
        """
        changes = watchfiles.watch(
            *self._folders,
            watch_filter=None,
            debounce=_TOGETHER,
            step=_STEP,
            rust_timeout=_TURN,
            stop_event=self._ended,
            recursive=self._is_deep,
            ignore_permission_denied=but_locked,
            # The first turn says that the system has been asked to tell.
            yield_on_timeout=True,
        )
        for together in changes:
            self.ready.set()
            for _, path in together:
                self._tell_path(path)
