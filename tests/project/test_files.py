"""Files are read whole, and replaced atomically and only as they were read (law 1)."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import run
from tests.project.unprivileged import run_as_nobody
from zoterodigest.project.files import (
    BadInput,
    CannotWrite,
    SourceChanged,
    append_durably,
    create_state_folder,
    looks_binary,
    put_file,
    read_file,
    read_if_present,
    remove_leftovers,
    replace_file,
)


@pytest.fixture
def digest(tmp_path: Path) -> Path:
    path = tmp_path / "digest.md"
    path.write_bytes(b"old\n")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_byte_is_read_with_a_byte_order_mark_and_invalid_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "digest.md"
    path.write_bytes(b"\xef\xbb\xbfa\r\n\xff")

    source = read_file(path)

    assert source.data == b"\xef\xbb\xbfa\r\n\xff"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.md", "no such file"),
        ("digest.md/below.md", "no such file, as digest.md is a file and no folder"),
        ("folder", "a folder, not a file"),
        ("pipe", "not an ordinary file"),
        ("loop", "a symlink that leads back to itself"),
        ("a\0b", "not a file name"),
    ],
)
def test_what_is_no_file_is_bad_input_with_the_reason(
    tmp_path: Path, digest: Path, name: str, reason: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(BadInput) as caught:
        read_file(tmp_path / name)

    assert str(caught.value) == f"{tmp_path / name}: {reason}"
    assert caught.value.exit_code == 10


def test_an_unreadable_file_is_bad_input(open_folder: Path) -> None:
    digest = open_folder / "digest.md"
    digest.write_bytes(b"old\n")
    digest.chmod(0o000)

    run = run_as_nobody(
        "try: read_file(path)\nexcept ZoterodigestError as e: sys.exit(f'{e.exit_code} {e}')",
        digest,
    )

    assert run.stderr == f"10 {digest}: not permitted to read it\n"


def test_a_missing_file_is_read_as_none_and_a_folder_is_still_bad_input(tmp_path: Path) -> None:
    missing = read_if_present(tmp_path / "missing")

    assert missing is None
    with pytest.raises(BadInput):
        read_if_present(tmp_path)


def test_text_in_any_encoding_of_8_bits_is_not_binary() -> None:
    assert [looks_binary(data) for data in (b"", b"\xff\xfe text", b"PK\x03\x00")] == [
        False,
        False,
        True,
    ]


def test_a_file_is_replaced_and_nothing_else_appears(digest: Path) -> None:
    replace_file(digest, b"new\n", b"old\n")

    assert digest.read_bytes() == b"new\n"
    assert names(digest.parent) == ["digest.md"]


@pytest.mark.parametrize("present", [b"old\n", b"other\n", None])
def test_parts_take_the_place_of_whatever_is_there(digest: Path, present: bytes | None) -> None:
    digest.unlink() if present is None else digest.write_bytes(present)

    put_file(digest, iter([b"new ", b"", b"parts\n"]))

    assert digest.read_bytes() == b"new parts\n"
    assert names(digest.parent) == ["digest.md"]


def test_parts_that_end_in_an_error_leave_the_file_as_it_was(digest: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"new\n"
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  (it is raised above)
        put_file(digest, parts())

    assert digest.read_bytes() == b"old\n"
    assert names(digest.parent) == ["digest.md"]


def test_equal_bytes_write_nothing(digest: Path) -> None:
    before = digest.stat()

    replace_file(digest, b"old\n", b"old\n")

    after = digest.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("expected", [b"other\n", None])
def test_a_file_that_changed_since_it_was_read_is_left_alone(
    digest: Path, expected: bytes | None
) -> None:
    with pytest.raises(SourceChanged) as caught:
        replace_file(digest, b"new\n", expected)

    assert caught.value.exit_code == 16
    assert digest.read_bytes() == b"old\n"
    assert names(digest.parent) == ["digest.md"]


def test_a_file_that_is_gone_is_not_written_again(digest: Path) -> None:
    digest.unlink()

    with pytest.raises(SourceChanged):
        replace_file(digest, b"new\n", b"old\n")

    assert names(digest.parent) == []


def test_a_file_that_must_not_exist_is_created_with_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()

    replace_file(tmp_path / "new.md", b"new\n", None)

    assert (tmp_path / "new.md").read_bytes() == b"new\n"
    assert (tmp_path / "new.md").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_the_mode_is_kept(digest: Path, mode: int) -> None:
    digest.chmod(mode)

    replace_file(digest, b"new\n", b"old\n")

    assert digest.stat().st_mode & 0o7777 == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_root_keeps_the_owner(digest: Path) -> None:
    os.chown(digest, 1234, 2345)

    replace_file(digest, b"new\n", b"old\n")

    assert (digest.stat().st_uid, digest.stat().st_gid) == (1234, 2345)


def test_a_symlink_stays_and_its_target_is_replaced(tmp_path: Path, digest: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    middle = tmp_path / "elsewhere" / "middle.md"
    middle.symlink_to("../digest.md")
    link = tmp_path / "link.md"
    link.symlink_to("elsewhere/middle.md")

    replace_file(link, b"new\n", b"old\n")

    assert link.is_symlink()
    assert middle.is_symlink()
    assert digest.read_bytes() == b"new\n"
    assert names(tmp_path / "elsewhere") == ["middle.md"]


def test_a_name_as_long_as_names_may_be_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 252 + ".md")
    path.write_bytes(b"old\n")

    replace_file(path, b"new\n", b"old\n")

    assert path.read_bytes() == b"new\n"


def test_a_new_file_gets_the_folders_that_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "folder" / "new.bib"

    replace_file(path, b"new\n", None)

    assert path.read_bytes() == b"new\n"
    assert names(path.parent) == ["new.bib"]


def test_a_file_that_is_gone_with_its_folder_is_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(SourceChanged):
        replace_file(tmp_path / "missing" / "digest.md", b"new\n", b"old\n")

    assert list(tmp_path.iterdir()) == []


def test_a_read_only_folder_is_told_and_nothing_is_written(open_folder: Path) -> None:
    digest = open_folder / "digest.md"
    digest.write_bytes(b"old\n")
    digest.chmod(0o666)
    open_folder.chmod(0o555)

    run = run_as_nobody(REPLACE, digest)

    assert run.stderr == f"15 {digest} cannot be written: not permitted\n"
    assert digest.read_bytes() == b"old\n"
    assert names(open_folder) == ["digest.md"]


def test_a_write_protected_file_is_not_replaced(open_folder: Path) -> None:
    digest = open_folder / "digest.md"
    digest.write_bytes(b"old\n")
    digest.chmod(0o444)

    run = run_as_nobody(REPLACE, digest)

    assert run.stderr == f"15 {digest} cannot be written: not permitted\n"
    assert digest.read_bytes() == b"old\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    if not is_mounted:
        pytest.skip("mounting a small disk is not permitted")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_the_file_as_it_was(small_disk: Path) -> None:
    digest = small_disk / "digest.md"
    digest.write_bytes(b"o" * 40_000)

    with pytest.raises(CannotWrite, match="the disk is full") as caught:
        replace_file(digest, b"n" * 40_000, b"o" * 40_000)

    assert caught.value.exit_code == 15
    assert digest.read_bytes() == b"o" * 40_000
    assert names(small_disk) == ["digest.md"]


def test_appending_to_a_full_disk_is_told(small_disk: Path) -> None:
    with pytest.raises(CannotWrite, match="the disk is full"):
        append_durably(small_disk / "journal", b"x" * 100_000)


def test_a_kill_before_the_rename_leaves_the_old_file_and_a_leftover(digest: Path) -> None:
    killed = run(KILLED_BEFORE_RENAME, digest)

    assert killed.returncode == -signal.SIGKILL
    assert digest.read_bytes() == b"old\n"
    replace_file(digest, b"new\n", b"old\n")
    assert len(names(digest.parent)) == 2


def test_leftovers_are_removed_and_nothing_else(digest: Path) -> None:
    for name in (f".zoterodigest-{'0a' * 8}.tmp", ".zoterodigest-mine.tmp", "zoterodigest.toml"):
        (digest.parent / name).touch()

    remove_leftovers(digest.parent)

    assert names(digest.parent) == [".zoterodigest-mine.tmp", "digest.md", "zoterodigest.toml"]


def test_the_file_is_whole_at_every_moment_of_many_replacements(digest: Path) -> None:
    digest.write_bytes(b"0" * 100_000)
    with subprocess.Popen(
        [sys.executable, "-c", MANY_REPLACEMENTS, digest], cwd=Path(__file__).parents[2]
    ) as writer:
        seen = set()
        while writer.poll() is None:
            seen.add(read_file(digest).data)

    assert writer.returncode == 0
    assert {(len(data), len(set(data))) for data in seen} == {(100_000, 1)}


REPLACE = """
try: replace_file(path, b"new", b"old\\n")
except ZoterodigestError as error: sys.exit(f"{error.exit_code} {error}")
"""

KILLED_BEFORE_RENAME = """
import os, signal, sys
from pathlib import Path
from zoterodigest.project.files import replace_file
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
replace_file(Path(sys.argv[1]), b"new", b"old\\n")
"""

MANY_REPLACEMENTS = """
import sys
from pathlib import Path
from zoterodigest.project.files import replace_file
for n in range(60):
    replace_file(Path(sys.argv[1]), b"%d" % ((n + 1) % 10) * 100_000, b"%d" % (n % 10) * 100_000)
"""


def temporary_files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob(".zoterodigest-*.tmp")]


@pytest.mark.parametrize("name", ["digest.md", "new.md", "below/digest.md", "below/new.md"])
def test_a_temporary_file_lies_where_git_does_not_see_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed run leaves it there, and the person may commit everything next."""
    create_state_folder(tmp_path / ".zoterodigest")
    (tmp_path / "below").mkdir()
    for digest in (tmp_path / "digest.md", tmp_path / "below" / "digest.md"):
        digest.write_bytes(b"old\n")
    path = tmp_path / name
    seen: list[str] = []
    replace_path = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        seen.extend(temporary_files(tmp_path))
        return replace_path(self, target)

    def linked(self: Path, target: Path) -> None:
        seen.extend(temporary_files(tmp_path))
        link(self, target)

    link = Path.hardlink_to
    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(Path, "hardlink_to", linked)

    replace_file(path, b"new\n", path.read_bytes() if path.exists() else None)

    assert path.read_bytes() == b"new\n"
    assert [Path(one).parent.as_posix() for one in seen] == [".zoterodigest"]
    assert temporary_files(tmp_path) == []


def test_a_temporary_file_that_another_run_is_at_work_on_stays(tmp_path: Path) -> None:
    left, held = (tmp_path / f".zoterodigest-{sign * 16}.tmp" for sign in "ab")
    left.write_bytes(b"half")
    own = tmp_path / ".zoterodigest-notes.tmp"
    own.write_bytes(b"mine")
    with held.open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)

        remove_leftovers(tmp_path)

        assert sorted(tmp_path.iterdir()) == sorted([held, own])

    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == [own]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_file_never_takes_the_place_of_one_that_came_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    path, link = tmp_path / "new.md", Path.hardlink_to

    def linked(new: Path, old: Path) -> None:
        if not has_links:
            raise PermissionError(errno.EPERM, "no links here")
        new.write_bytes(b"theirs")
        link(new, old)

    monkeypatch.setattr(Path, "hardlink_to", linked)

    if has_links:
        with pytest.raises(SourceChanged):
            replace_file(path, b"ours", None)
    else:
        replace_file(path, b"ours", None)

    assert path.read_bytes() == (b"theirs" if has_links else b"ours")
    assert list(tmp_path.iterdir()) == [path]
