"""What runs keep for later ones: it comes back whole, and nothing wrong with it is ever noticed."""

from __future__ import annotations

import itertools
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.project.unprivileged import run_as_nobody
from zoterodigest.project.files import create_state_folder
from zoterodigest.project.kept import as_kept, keep, kept, kept_value

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    create_state_folder(tmp_path / ".zoterodigest")
    return tmp_path / ".zoterodigest"


def names_in(state: Path) -> set[str]:
    return {path.name for path in (state / "cache").iterdir()}


def test_what_one_run_kept_another_one_gets(state: Path) -> None:
    keep(state, {"kind-one": "Größe\n".encode(), "kind-two": b""})

    assert [kept(state, f"kind-{name}") for name in ("one", "two", "three")] == [
        "Größe\n".encode(), b"", None,
    ]  # fmt: skip


@given(value=VALUES)
def test_every_value_of_json_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    state = tmp_path_factory.mktemp("state")

    keep(state, {"kind-some": as_kept(value)})

    assert kept_value(state, "kind-some") == value
    shutil.rmtree(state)


def test_a_name_that_is_no_text_comes_back_in_a_value(state: Path) -> None:
    keep(state, {"kind-some": as_kept({"caf\udce9.md": 1})})

    assert kept_value(state, "kind-some") == {"caf\udce9.md": 1}


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[1,"])
def test_what_is_no_value_is_none(state: Path, data: bytes) -> None:
    keep(state, {"kind-some": data})

    assert kept_value(state, "kind-some") is None


def test_what_is_kept_takes_the_place_of_what_was(state: Path) -> None:
    keep(state, {"kind-one": b"old"})
    keep(state, {"kind-one": b"new"})

    assert kept(state, "kind-one") == b"new"
    assert names_in(state) == {"kind-one"}


def test_a_run_that_keeps_nothing_writes_nothing(state: Path) -> None:
    keep(state, {})

    assert not (state / "cache").exists()


def test_without_a_state_folder_nothing_is_made(tmp_path: Path) -> None:
    keep(tmp_path / ".zoterodigest", {"kind-one": b"1"})

    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_for_this_user_alone(state: Path) -> None:
    (state / "cache").mkdir(mode=0o755)

    keep(state, {"kind-one": b"1"})

    assert stat.S_IMODE((state / "cache").stat().st_mode) == 0o700


def test_of_a_kind_the_newest_files_stay(state: Path) -> None:
    keep(state, {"other-kind": b"1"})
    for number in range(20):
        keep(state, {f"kind-{number}": b"x"}, most_files=3)

    assert names_in(state) == {"other-kind", "kind-17", "kind-18", "kind-19"}


def test_of_a_kind_so_many_bytes_stay(state: Path) -> None:
    for number in range(20):
        keep(state, {f"kind-{number}": b"x" * 100}, most_bytes=1000)

    assert names_in(state) == {f"kind-{number}" for number in range(13, 20)}


def test_what_would_drive_out_all_others_is_not_kept(state: Path) -> None:
    keep(state, {"kind-small": b"1", "kind-large": b"x" * 600}, most_bytes=1000)

    assert names_in(state) == {"kind-small"}


def make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "something else": lambda path: path.write_text("something else"),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "of another name": lambda path: path.with_name("kind-two").replace(path),
    "a folder": make_a_folder,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_as_if_it_were_not_there(
    state: Path, damage: Callable[[Path], object]
) -> None:
    keep(state, {"kind-one": b"one", "kind-two": b"two"})

    damage(state / "cache" / "kind-one")

    assert kept(state, "kind-one") is None
    keep(state, {"kind-one": b"three"})
    assert kept(state, "kind-one") in (b"three", None)


def test_each_flipped_byte_gives_the_bytes_or_nothing(state: Path) -> None:
    keep(state, {"kind-one": b"bytes that are long enough"})
    whole = (state / "cache" / "kind-one").read_bytes()

    for place in range(len(whole)):
        flipped = whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :]
        (state / "cache" / "kind-one").write_bytes(flipped)
        assert kept(state, "kind-one") is None


def test_a_file_in_the_place_of_the_folder_stays(state: Path) -> None:
    (state / "cache").write_text("mine")

    keep(state, {"kind-one": b"1"})

    assert kept(state, "kind-one") is None
    assert (state / "cache").read_text() == "mine"


UNWRITABLE = """
from zoterodigest.project.kept import keep, kept
for _ in range(2):
    print(kept(path, "kind-one"), kept(path, "kind-two"))
    keep(path, {"kind-two": b"2"})
"""


def test_a_state_folder_that_cannot_be_written_is_read_and_left_alone(open_folder: Path) -> None:
    state = open_folder / ".zoterodigest"
    state.mkdir()
    keep(state, {"kind-one": b"1"})
    (state / "cache").chmod(0o555)
    state.chmod(0o555)

    ran = run_as_nobody(UNWRITABLE, state)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "b'1' None\n" * 2
    assert names_in(state) == {"kind-one"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A state folder on a disk of 64 KiB."""
    mount = shutil.which("mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here")
    try:
        create_state_folder(disk / ".zoterodigest")
        yield disk / ".zoterodigest"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_keeps_what_was_kept_and_no_half_of_anything(small_disk: Path) -> None:
    keep(small_disk, {"kind-one": b"one", "kind-two": b"two"})

    keep(small_disk, {"kind-one": b"x" * 100_000, "kind-three": b"3"})

    assert names_in(small_disk) == {"kind-one", "kind-two"}
    assert [kept(small_disk, f"kind-{name}") for name in ("one", "two")] == [b"one", b"two"]


def test_a_disk_that_is_no_longer_full_is_used_again(small_disk: Path) -> None:
    full = small_disk.parent / "full"
    with suppress(OSError):
        full.write_bytes(b"x" * 100_000)
    keep(small_disk, {"kind-one": b"one"})
    assert kept(small_disk, "kind-one") is None

    full.unlink()
    keep(small_disk, {"kind-one": b"one"})

    assert kept(small_disk, "kind-one") == b"one"


PRUNING = """
import sys
from pathlib import Path
from zoterodigest.project.kept import keep, kept
for number in range(300):
    name, state = f"kind-{number % 7}", Path(sys.argv[1])
    keep(state, {name: b"x" * 99}, most_files=3)
    assert kept(state, name) in (b"x" * 99, None)
"""


def test_files_that_are_damaged_while_a_run_prunes_stop_nothing(state: Path) -> None:
    pruning = subprocess.Popen([sys.executable, "-c", PRUNING, str(state)], stderr=subprocess.PIPE)
    damages = itertools.cycle(DAMAGE.values())
    while pruning.poll() is None:
        for path in sorted((state / "cache").glob("kind-*")):
            # The run may have pruned it, or it is a folder by now.
            with suppress(OSError):
                next(damages)(path)
    assert pruning.communicate()[1] == b""
    for number in range(4):
        keep(state, {f"kind-new{number}": b"new"}, most_files=3)

    files = [path for path in (state / "cache").iterdir() if path.is_file()]
    assert sorted(path.name for path in files) == ["kind-new1", "kind-new2", "kind-new3"]


KEEPING = """
import sys
from pathlib import Path
from zoterodigest.project.kept import keep, kept
for number in range(50):
    name, state = sys.argv[2], Path(sys.argv[1])
    keep(state, {f"kind-{name}{number}": b"own", "kind-both": name.encode() * 999})
    assert kept(state, "kind-both") in (b"a" * 999, b"b" * 999)
"""


def test_two_runs_at_once_keep_what_both_put(state: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", KEEPING, str(state), name], stderr=subprocess.PIPE)
        for name in "ab"
    ]

    assert [run.communicate()[1] for run in runs] == [b"", b""]
    wanted = {f"kind-{name}{number}" for name in "ab" for number in range(50)}
    assert names_in(state) == wanted | {"kind-both"}
