"""What a wheel has beside the sources: each table of `mappings/` as JSON, too.

A command reads up to 20 tables. As TOML they take 7 % of `inspect` of a short digest, as JSON
hardly anything. `shipped_tables()` in `zoterodigest/mapping.py` reads them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesAsJson(BuildHookInterface):  # type: ignore[type-arg]  # the build never looks at it
    """Puts the JSON of each table beside the table."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files. An editable install gets none: its tables are edited."""
        self.made = Path(tempfile.mkdtemp())
        tables = Path(self.root, "mappings")
        for path in sorted(tables.rglob("*.toml")) if version == "standard" else ():
            name = path.relative_to(tables).with_suffix(".json")
            made = self.made / name
            made.parent.mkdir(exist_ok=True)
            text = json.dumps(tomllib.loads(path.read_text("utf-8")), ensure_ascii=False)
            made.write_text(text, "utf-8")
            build_data["force_include"][str(made)] = f"zoterodigest/mappings/{name.as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete them: they are in the wheel now."""
        shutil.rmtree(self.made)
