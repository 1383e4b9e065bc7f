"""The folders of the user in which this program keeps files of its own."""

from __future__ import annotations

from pathlib import Path


def allowed_file() -> Path:
    """Return the file that lists the paths outside of projects that the user allowed."""
    from platformdirs import user_config_path

    return user_config_path("zoterodigest", appauthor=False) / "allowed-paths.json"
