"""Measure reading, start-up and pushing; every figure is a ratio within this one run.

`python -m benchmarks [DIGEST...]`; without digests the examples, made larger, are read.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
COPIES = 20
LARGE = 4_000_000
"""Bytes up to which an example is repeated, so that its reading can be timed."""

READ = """
import json, resource, sys, time
from pathlib import Path
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.format.format import available_formats
from zoterodigest.mapping import venue_table
source = Path(sys.argv[1]).read_bytes() * int(sys.argv[2])
formats, venues = available_formats([]), venue_table()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
entries = len(read_document("digest.md", source, formats, venues).entries)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, entries, len(source), peak, peak - before]))
"""


def fastest(work: Callable[[], object]) -> float:
    """Return the seconds of the fastest of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def read_apart(path: Path, copies: int) -> tuple[float, int, int, int]:
    """Read copies of a digest in a process of its own: seconds, entries, bytes, peak KiB."""
    command = [sys.executable, "-c", READ, str(path), str(copies)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    seconds, entries, size, peak, _ = json.loads(printed)
    return seconds, entries, size, peak


def run(command: list[str]) -> None:
    """Run a command and throw away what it prints."""
    subprocess.run(command, check=True, capture_output=True)


def reading(paths: list[Path]) -> Iterator[str]:
    """Compare reading with CommonMark parsing, and many copies with one."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    heads = f"{'entries':>8} {'ms':>9} {'peak MiB':>9} {'x markdown-it':>14} {'cost x20':>9}"
    yield f"{'digest':34} {heads}"
    for path in paths:
        times = int(max(1, min(LARGE // max(path.stat().st_size, 1), 50)))
        seconds, entries, _, peak = min(read_apart(path, times) for _ in range(ROUNDS))
        text = path.read_text("utf-8", "replace") * times
        parsing = fastest(lambda text=text: parser.parse(text))  # type: ignore[misc]  # bound now
        many, more, _, _ = read_apart(path, times * COPIES)
        flat = (many / max(more, 1)) / (seconds / max(entries, 1))
        yield (
            f"{path.name[:34]:34} {entries:8} {seconds * 1000:9.1f} {peak / 1024:9.0f}"
            f" {parsing / seconds:14.2f} {flat:9.2f}"
        )


def start_up() -> Iterator[str]:
    """Compare the start of the command line with that of the bare interpreter."""
    bare = fastest(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    for arguments in (["--version"], ["--help"]):
        command = [sys.executable, "-m", "zoterodigest.cli.main", *arguments]
        started = fastest(lambda c=command: run(c))  # type: ignore[misc]  # bound now
        times = f"{started * 1000:6.0f} ms, {started / bare:.1f} x python"
        yield f"zoterodigest {arguments[0]:10} {times}"


def main() -> None:
    """Print all figures."""
    paths = [Path(argument) for argument in sys.argv[1:]] or sorted(
        (ROOT / "examples").glob("*.md")
    )
    for line in (*reading(paths), *start_up()):
        print(line, flush=True)
    print(
        f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    )


if __name__ == "__main__":
    main()
