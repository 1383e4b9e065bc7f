"""Run a snippet in a process of its own, as a user who is not root, so that permissions count."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.processes import run

NOBODY = 65534
REPOSITORY = Path(__file__).resolve().parents[2]


def run_as_nobody(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python `code` with `arguments`; from root, drop to nobody after the imports."""
    drop = f"import os\nif os.geteuid() == 0: os.setgroups([]); os.setgid({NOBODY}); "
    drop += f"os.setuid({NOBODY})\n"
    return run(IMPORTS + drop + code, *arguments)


IMPORTS = """
import sys
from pathlib import Path
from zoterodigest.core.links.link import LockFile
from zoterodigest.errors import ZoterodigestError
from zoterodigest.project.files import read_file, replace_file
from zoterodigest.project.layout import ProjectFolder
from zoterodigest.project.lock.lock import read_lock, write_lock
from zoterodigest.project.running import running
path = Path(sys.argv[1])
"""
