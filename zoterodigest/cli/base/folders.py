"""The folders of the user in which this program keeps files of its own."""

from __future__ import annotations

from pathlib import Path


def allowed_file() -> Path:
    """Return the file that lists the paths outside of projects that the user allowed."""
    return config_folder() / "allowed-paths.json"


def config_folder() -> Path:
    """Return the folder for what the user decided."""
    from platformdirs import user_config_path

    return user_config_path("zoterodigest", appauthor=False)


def cache_folder() -> Path | None:
    """Return the folder that caches items of libraries; None if this system has none."""
    from platformdirs import user_cache_path

    return _usable(user_cache_path("zoterodigest", appauthor=False))


def desktop_folder() -> Path | None:
    """Return the folder for what a running Zotero doesn't report; None if there is none."""
    from platformdirs import user_data_path

    return _usable(user_data_path("zoterodigest", appauthor=False))


def _usable(folder: Path) -> Path | None:
    # Without a home folder platformdirs answers with a relative path.
    return folder if folder.is_absolute() else None
