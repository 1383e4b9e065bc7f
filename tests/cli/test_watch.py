"""`watch` beside people who edit a digest, a .bib and the library: nothing lost, nothing asked."""

from __future__ import annotations

import errno
import io
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from tests.cli.keyrings import KeyringInMemory, installed
from tests.library.desktop import Desktop, a_desktop
from tests.library.running_zotero import ALWAYS
from tests.library.running_zotero import running as running_zotero
from tests.processes import ended, started
from tests.sync.world import World
from tests.test_readme import DOCS
from zoterodigest.cli.base.options import Invocation
from zoterodigest.cli.base.project_context import ProjectContext, open_context
from zoterodigest.cli.commands import unattended
from zoterodigest.cli.commands.runs import planned_with_lookups
from zoterodigest.cli.commands.unattended import Ran, run_unattended
from zoterodigest.cli.commands.watch import EndSignals, Watcher
from zoterodigest.cli.main import main
from zoterodigest.library.http.trouble import KeyRefused, NotReached
from zoterodigest.project.running import is_watched, running, watching
from zoterodigest.sync.watching.schedule import Pace

# The system tells of a change within 0.2 s.
PACE = Pace(quiet=0.35, crowd=0.35, patience=2, poll=0.15, pause=0.05, longest=0.2)
HASTE, CARE, REST = "Denoising in Haste", "Denoising with Care", "A Restful Paper on Rest"
PAPERS = ((HASTE, "2401.00001"), (CARE, "2401.00002"), (REST, "2401.00003"))
VAULT = "Papers"
NOTE = """\
---
title: {title}
arxiv: "2405.0000{number}"
---
Text so far.
"""
CONFIGURATION = '[[digest]]\npath = "{}"\n'
# These wait much longer than they work.
DEEP = pytest.mark.deep


@pytest.fixture
def world(zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A project with three papers in one digest, all in sync."""
    there = tmp_path / "bin"
    there.mkdir()
    shows = there / "notify-send"
    shows.write_text('#!/bin/sh\necho "$@" >> "$0.shown"\n')
    shows.chmod(0o755)
    monkeypatch.setenv("PATH", f"{there}{os.pathsep}{os.environ['PATH']}")
    world = World(tmp_path)
    world.markdown("papers.md", a_digest(*PAPERS))
    world.configure(CONFIGURATION.format("*.md"))
    assert zoterodigest("push", "--yes").code == 0
    return world


def run_later(world: World) -> Ran:
    """Run once when no digest has changed for long."""
    for path in world.root.glob("*.md"):
        os.utime(path, (0, 0))
    return run_unattended(Invocation(), frozenset())


@contextmanager
def watched(
    pace_of: Callable[[ProjectContext], Pace] = lambda _: PACE,
) -> Iterator[Watcher]:
    """Watch the project of the current folder while the block lasts, once the first run is done."""
    asked = Invocation()
    watcher = Watcher(asked, open_context(asked), pace_of)
    thread = Thread(target=watcher.watch)
    thread.start()
    try:
        comes(lambda: at_rest(watcher))
        yield watcher
    finally:
        watcher.end()
        thread.join(30)
    assert not thread.is_alive()


def at_rest(watcher: Watcher) -> bool:
    """Tell whether a watcher knows of nothing that has to be run over."""
    schedule = watcher.schedule
    return schedule.token is not None and not (schedule.changed or schedule.is_running)


def comes(is_true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def stays(is_true: Callable[[], bool], seconds: float) -> None:
    """Look for a while whether something stays true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert is_true()
        time.sleep(0.02)


def task(world: World, title: str) -> set[str]:
    return {tag for tag in world.tags(title) if tag.startswith("task:")}


def with_task(world: World, title: str, name: str) -> str:
    """Return the digest with another task for a paper."""
    text = (world.root / "papers.md").read_text()
    head, _, tail = text.partition(f"> **{title}**")
    return f"{head}> **{title}**{re.sub('Task: .*', f'Task: {name}', tail, count=1)}"


def lines(capfd: pytest.CaptureFixture[str]) -> list[str]:
    """Return what the watcher said, without the times."""
    out, err = capfd.readouterr()
    assert err == ""
    return without_times(out)


def shown_on_page() -> list[str]:
    """Return what docs/watch.md shows of a watcher, without the times."""
    page = (DOCS / "watch.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```console\n\$ zoterodigest watch\n(.*?)^```$", page, re.M | re.S)
    return without_times(shown)


def without_times(text: str) -> list[str]:
    return [re.sub(r"^\d\d:\d\d:\d\d  ", "", line) for line in text.splitlines()]


def notices(world: World) -> list[str]:
    shown = world.root / "bin" / "notify-send.shown"
    return shown.read_text().splitlines() if shown.exists() else []


def test_edits_at_both_ends_reach_the_other_end_and_are_in_the_log(
    world: World, zoterodigest: Zoterodigest, capfd: pytest.CaptureFixture[str]
) -> None:
    with watched() as watcher:
        (world.root / "papers.md").write_text(with_task(world, HASTE, "haste"))
        comes(lambda: task(world, HASTE) == {"task:haste"})
        world.change(world.key(CARE), title=f"{CARE} and Patience")
        comes(lambda: f"{CARE} and Patience" in (world.root / "papers.md").read_text())
        comes(lambda: at_rest(watcher))

    said = lines(capfd)
    head, *shown = shown_on_page()
    assert said[0].startswith("Watching 1 digest and the trial library ")
    assert said[0].rpartition(". ")[2] == head.rpartition(". ")[2] == "Press Ctrl-C to end it."
    assert {*shown} & {*said} == {"Already up to date.", "Done: 1 digest changed."}
    written = [line for line in said if line.startswith("Done")]
    assert written == ["Done: 1 item written.", "Done: 1 digest changed."]
    assert said.count("Already up to date.") == 1
    assert said[-1] == "Stopped watching."
    assert zoterodigest("log").out.count("sync") == 2
    assert notices(world) == []


def save_by_rename(path: Path, text: str) -> None:
    """Save as editors do that write a new file and give it the old one's name."""
    new = path.with_name(f"{path.name}.tmp~")
    new.write_text(text)
    new.replace(path)


def save_by_truncating(path: Path, text: str) -> None:
    """Save as editors do that empty a file before they write it, on a slow disk."""
    path.write_text("")
    time.sleep(0.1)
    path.write_text(text)


def save_often(path: Path, text: str) -> None:
    """Save as editors do that save whatever is typed, letter by letter."""
    before = path.read_text()
    for end in range(0, 9):
        path.write_text(before[: -100 - end])
        time.sleep(0.1)
    path.write_text(text)


@pytest.mark.parametrize(
    "save",
    [save_by_truncating, *(pytest.param(it, marks=DEEP) for it in (save_by_rename, save_often))],
)
def test_however_an_editor_saves_only_what_it_saved_last_counts(
    world: World, zoterodigest: Zoterodigest, save: Callable[[Path, str], None]
) -> None:
    with watched() as watcher:
        save(world.root / "papers.md", with_task(world, REST, "rest"))
        comes(lambda: task(world, REST) == {"task:rest"})
        comes(lambda: at_rest(watcher))

    assert len(world.items()) == 3
    assert len(world.notes()) == 3
    assert zoterodigest("log").out.count("sync") == 1
    assert zoterodigest("conflicts").code == 0


def test_a_file_that_an_editor_has_locked_is_left_alone_until_it_is_closed(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    swap = world.root / ".papers.md.swp"
    with watched() as watcher:
        swap.touch()
        before = (world.root / "papers.md").read_bytes()
        world.change(world.key(CARE), title=f"{CARE} and Patience")
        comes(lambda: bool(watcher.schedule.changed))
        comes(lambda: at_rest(watcher))
        assert (world.root / "papers.md").read_bytes() == before
        swap.unlink()
        comes(lambda: f"{CARE} and Patience" in (world.root / "papers.md").read_text())

    said = lines(capfd)
    assert sum(line.startswith("papers.md is open in an editor: ") for line in said) == 1


def test_a_note_that_is_open_in_an_editor_keeps_no_other_note_of_its_vault_waiting(
    world: World, zoterodigest: Zoterodigest
) -> None:
    notes = {name: f"{VAULT}/{name}.md" for name in ("one", "two", "three")}
    for number, (name, path) in enumerate(notes.items()):
        world.markdown(path, NOTE.format(title=f"Notes of Number {name}", number=number))
    rules = CONFIGURATION.format(f"{VAULT}/*.md")
    world.configure(CONFIGURATION.format("*.md") + rules + 'entry = "file"\n[sync]\nhold = 0\n')
    assert zoterodigest("push", "--yes").code == 0
    for name in ("one", "two"):
        (world.root / VAULT / f".{name}.md.swp").touch()

    world.edit(notes["three"], ("so far", "three"))
    world.edit(notes["one"], ("so far", "one"))
    assert zoterodigest("watch", "--once").code == 0

    assert "Text three." in world.note("Notes of Number three")
    assert "Text so far." in world.note("Notes of Number one")
    for name in ("one", "two"):
        (world.root / VAULT / f".{name}.md.swp").unlink()
    assert zoterodigest("watch", "--once").code == 0
    assert "Text one." in world.note("Notes of Number one")


@DEEP
def test_many_files_at_once_are_one_run_over_all_of_them(
    world: World, zoterodigest: Zoterodigest
) -> None:
    world.configure(CONFIGURATION.format("*.md") + CONFIGURATION.format("more/*.md"))
    with watched() as watcher:
        (world.root / "more").mkdir()
        comes(lambda: at_rest(watcher))
        time.sleep(0.8)  # the new folder is noticed when the library is asked
        for number in range(24):
            paper = f"Paper {number} of a Branch with Many Files", f"2402.{number:05d}"
            (world.root / "more" / f"{number}.md").write_text(a_digest(paper))
            time.sleep(0.01)
        comes(lambda: watcher.schedule.is_crowded)
        comes(lambda: at_rest(watcher))

    # More than twenty changes need a person, as in any run.
    assert len(world.items()) == 3
    assert len(notices(world)) == 1
    assert zoterodigest("sync", "--yes").code == 0
    assert len(world.items()) == 27


@DEEP
def test_a_conflict_copy_is_no_digest(world: World) -> None:
    paper = "A Paper Only in a Conflict Copy", "2403.00001"
    with watched() as watcher:
        copy = world.root / "papers.sync-conflict-20260101-120000-ABCDEF.md"
        copy.write_text(a_digest(*PAPERS, paper).replace("image restoration", "conflict"))
        (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
        comes(lambda: task(world, REST) == {"task:rest"})
        comes(lambda: at_rest(watcher))

    assert len(world.items()) == 3
    assert task(world, HASTE) == {"task:image restoration"}


def test_a_removal_waits_for_the_person_and_holds_up_nothing_else(
    world: World, zoterodigest: Zoterodigest, capfd: pytest.CaptureFixture[str]
) -> None:
    world.configure(CONFIGURATION.format("*.md") + 'when_dropped = "trash"\n')
    with watched() as watcher:
        text = with_task(world, CARE, "care")
        (world.root / "papers.md").write_text(text[text.index(f"> **{CARE}**") :])
        comes(lambda: task(world, CARE) == {"task:care"})
        comes(lambda: at_rest(watcher))
        (world.root / "papers.md").touch()
        comes(lambda: bool(watcher.schedule.changed))
        comes(lambda: at_rest(watcher))

    assert HASTE in world.keys_by_title()
    said = lines(capfd)
    assert sum("1 entry would lose values, or go as a whole" in line for line in said) == 1
    (notice,) = notices(world)
    assert notice.endswith(f"{world.root.name} needs you: run `zoterodigest status` there.")
    assert zoterodigest("sync", "--yes").code == 0
    assert HASTE not in world.keys_by_title()


@pytest.mark.parametrize("is_emptied", [True, False])
def test_a_run_during_which_somebody_saves_a_file_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, is_emptied: bool
) -> None:
    path, lock = world.root / "papers.md", world.root / "zoterodigest.lock"
    whole, linked = path.read_text(), lock.read_bytes()

    def saved(*of: Any) -> Any:
        path.write_text("" if is_emptied else whole)
        return planned_with_lookups(*of)

    path.write_text(with_task(world, REST, "rest"))
    monkeypatch.setattr(unattended, "planned_with_lookups", saved)
    ran = run_later(world)

    assert ran.passing.startswith(f"{path.name} has changed since it was read and was left alone.")
    assert lock.read_bytes() == linked
    assert task(world, REST) == {"task:image restoration"}


def test_a_file_that_was_saved_so_shortly_before_that_nobody_was_told_is_left_alone(
    world: World,
) -> None:
    (world.root / "papers.md").write_text("")

    ran = run_unattended(Invocation(), frozenset())

    assert ran.passing.endswith("starts from the file as it is now.")


@DEEP
def test_a_file_that_was_half_saved_when_it_was_read_is_no_removal(
    world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.configure(CONFIGURATION.format("*.md") + 'when_dropped = "trash"\n')
    path = world.root / "papers.md"
    whole = with_task(world, REST, "rest")
    reads = iter([whole[: len(whole) // 2]])

    def halved(watch: Invocation, but: frozenset[str]) -> Ran:
        """Run while an editor is between the two halves of a file."""
        if half := next(reads, ""):
            path.write_text(half)
        ran = run_unattended(watch, but)
        path.write_text(whole)
        return ran

    with watched() as watcher:
        monkeypatch.setattr("zoterodigest.cli.commands.watch.run_unattended", halved)
        world.change(world.key(CARE), title=f"{CARE} and Patience")
        comes(lambda: task(world, REST) == {"task:rest"})
        monkeypatch.setattr("zoterodigest.cli.commands.watch.run_unattended", run_unattended)
        comes(lambda: at_rest(watcher))

    assert not any("would lose values" in line for line in lines(capfd))
    assert notices(world) == []


def test_a_conflict_is_said_once_and_left_alone_and_the_rest_goes_on(
    world: World, zoterodigest: Zoterodigest, capfd: pytest.CaptureFixture[str]
) -> None:
    text = (world.root / "papers.md").read_text()
    (world.root / "papers.md").write_text(text.replace(HASTE, "Denoising at Leisure"))
    world.change(world.key(HASTE), title="Denoising in a Hurry")

    with watched() as watcher:
        (world.root / "papers.md").write_text(with_task(world, CARE, "care"))
        comes(lambda: task(world, CARE) == {"task:care"})
        comes(lambda: at_rest(watcher))

    assert "Denoising at Leisure" in (world.root / "papers.md").read_text()
    assert "Denoising in a Hurry" in world.keys_by_title()
    said = [line for line in lines(capfd) if "needs your attention" in line]
    assert said == ["Nothing to write; 1 entry needs your attention (`zoterodigest status`)."]
    assert len(notices(world)) == 1
    assert zoterodigest("conflicts").code == 3


def test_a_conflict_is_said_also_while_a_removal_waits(world: World) -> None:
    world.configure(CONFIGURATION.format("*.md") + 'when_dropped = "trash"\n')
    text = (world.root / "papers.md").read_text()
    without = text[text.index(f"> **{CARE}**") :]
    (world.root / "papers.md").write_text(without.replace(REST, "A Paper at Home"))
    world.change(world.key(REST), title="A Paper at Work")

    ran = run_later(world)

    assert ran.stands == "Nothing to write; 1 entry needs your attention (`zoterodigest status`)."
    assert [need.startswith("1 entry would lose values") for need in ran.needs] == [True]


@DEEP
def test_a_broken_configuration_is_said_once_and_a_mended_one_goes_on(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    with watched():
        configuration = world.root / "zoterodigest.toml"
        good = configuration.read_text()
        configuration.write_text(good.replace("path", "paht"))
        comes(lambda: bool(notices(world)))
        time.sleep(0.5)
        configuration.write_text(good)
        (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
        comes(lambda: task(world, REST) == {"task:rest"})

    (said,) = (line for line in lines(capfd) if "this key is missing" in line)
    assert said.startswith("zoterodigest.toml: "), "it is called as from the folder"


def test_a_configuration_that_changes_changes_the_pace(world: World) -> None:
    def pace_of(place: ProjectContext) -> Pace:
        return replace(PACE, patience=place.workspace.project.configuration.sync.hold)

    with watched(pace_of) as watcher:
        configuration = world.root / "zoterodigest.toml"
        configuration.write_text(f"{configuration.read_text()}[sync]\nhold = 3\n")
        comes(lambda: watcher.schedule.pace.patience == 3)


def test_a_library_that_needs_a_person_says_so_once_however_the_network_comes_and_goes(
    world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    away, refused = NotReached("it is away", "Run again."), KeyRefused("the key is refused", "")
    troubles = [away, away, refused, away, refused, refused]
    with watched() as watcher:
        token = watcher.schedule.token

        def tells() -> str | None:
            if troubles:
                raise troubles.pop(0)
            return token

        monkeypatch.setattr(watcher, "_token", tells)
        comes(lambda: not troubles and not watcher.schedule.failed_asks)

    said = [line for line in lines(capfd) if "asked again" in line or "answers" in line]
    assert said == [
        "it is away. It is asked again later.",
        "the key is refused. It is asked again later.",
        "The library answers again.",
    ]
    assert len(notices(world)) == 1


class FullDisk(io.StringIO):
    """Takes no text, as a log on a disk that is full."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_log_that_can_not_be_written_keeps_nothing_from_being_synced(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", FullDisk())
    with watched():
        (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
        comes(lambda: task(world, REST) == {"task:rest"})


def test_a_paused_watcher_waits_until_it_is_resumed(
    world: World, zoterodigest: Zoterodigest
) -> None:
    with watched(), watching(world.root / ".zoterodigest"):
        assert zoterodigest("watch", "--pause").out.endswith("lets it go on.\n")
        (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
        stays(lambda: task(world, REST) == {"task:image restoration"}, 0.8)
        assert zoterodigest("watch", "--resume").out.endswith("Resumed.\n")
        comes(lambda: task(world, REST) == {"task:rest"})


def test_a_watcher_that_starts_paused_does_not_run(
    world: World, zoterodigest: Zoterodigest
) -> None:
    paused = zoterodigest("watch", "--pause").out.splitlines()
    assert " ".join(paused).endswith(" No watcher runs on this project now.")
    assert max(map(len, paused)) <= 80
    (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
    asked = Invocation()
    watcher = Watcher(asked, open_context(asked), lambda _: PACE)
    thread = Thread(target=watcher.watch)

    thread.start()
    comes(lambda: watcher.schedule.is_paused)
    stays(lambda: task(world, REST) == {"task:image restoration"}, 0.5)
    watcher.end()
    thread.join(30)

    assert task(world, REST) == {"task:image restoration"}


def test_while_git_rebases_nothing_is_synced(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    (world.root / ".git" / "rebase-merge").mkdir(parents=True)
    (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
    asked = Invocation()
    watcher = Watcher(asked, open_context(asked), lambda _: PACE)
    thread = Thread(target=watcher.watch)

    thread.start()
    stays(lambda: task(world, REST) == {"task:image restoration"}, 1.2)
    (world.root / ".git" / "rebase-merge").rmdir()
    comes(lambda: task(world, REST) == {"task:rest"})
    watcher.end()
    thread.join(30)

    assert sum(line.startswith("git is in the middle of") for line in lines(capfd)) == 1


def over_desktop(world: World, desktop: Desktop) -> None:
    """Let a project use a running Zotero."""
    (world.root / "zoterodigest.lock").unlink()
    library = f'library = "desktop?url={desktop.url}"\n'
    world.configure(library + CONFIGURATION.format("*.md") + "[sync]\nhold = 0\n")


def test_a_zotero_that_would_have_to_ask_is_not_written(world: World) -> None:
    with a_desktop() as desktop:
        over_desktop(world, desktop)

        ran = run_later(world)

    assert desktop.zotero.prompts == []
    (need,) = ran.needs
    assert need.startswith("Zotero has not let zoterodigest write yet.")
    assert "zoterodigest auth desktop" in need


@DEEP
def test_a_zotero_that_is_restarted_gets_what_changed_meanwhile(
    world: World, zoterodigest: Zoterodigest, capfd: pytest.CaptureFixture[str]
) -> None:
    with a_desktop() as desktop, installed(KeyringInMemory()), ExitStack() as zotero:
        desktop.url = zotero.enter_context(running_zotero(desktop.zotero))
        over_desktop(world, desktop)
        port = int(desktop.url.split(":")[2].partition("/")[0])
        desktop.zotero.dialog = lambda: ALWAYS
        assert zoterodigest("push", "--yes").code == 0
        with watched() as watcher:
            zotero.close()
            comes(lambda: watcher.schedule.failed_asks > 1, 90)
            (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
            comes(lambda: bool(watcher.schedule.changed))
            zotero.enter_context(running_zotero(desktop.zotero, port))
            comes(lambda: at_rest(watcher) and not watcher.schedule.failed_asks, 90)
        items = desktop.client().read().items

    assert "task:rest" in {tag["tag"] for one in items for tag in one.data.get("tags", ())}
    assert len(desktop.zotero.prompts) == 1
    said = lines(capfd)
    assert said.count("The library answers again.") == 1


@DEEP
def test_a_run_of_somebody_else_is_waited_for(world: World) -> None:
    with watched() as watcher, running(world.root / ".zoterodigest"):
        (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
        comes(lambda: watcher.schedule.failed_runs > 1)
        assert task(world, REST) == {"task:image restoration"}


def test_once_waits_until_it_is_quiet_and_syncs_once(
    world: World, zoterodigest: Zoterodigest
) -> None:
    world.configure(CONFIGURATION.format("*.md") + "[sync]\nhold = 1\n")
    (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
    start = time.monotonic()

    ran = zoterodigest("watch", "--once")

    assert (ran.code, ran.err) == (0, "")
    assert "Done: 1 item written." in ran.out
    assert time.monotonic() - start > 1.7
    assert task(world, REST) == {"task:rest"}


@DEEP
def test_once_ends_with_the_code_of_the_guard_if_a_removal_waits(
    world: World, zoterodigest: Zoterodigest
) -> None:
    world.configure(CONFIGURATION.format("*.md") + 'when_dropped = "trash"\n[sync]\nhold = 0\n')
    text = (world.root / "papers.md").read_text()
    (world.root / "papers.md").write_text(text[text.index(f"> **{CARE}**") :])

    assert zoterodigest("watch", "--once").code == 5


def test_a_signal_that_is_ignored_as_by_nohup_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with EndSignals():
        os.kill(os.getpid(), signal.SIGHUP)

    assert signal.signal(signal.SIGHUP, before) is signal.SIG_IGN


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_a_run_at_work_come_to_its_end(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    ends = EndSignals()

    with ends:
        with ends.held_off():
            os.kill(os.getpid(), number)
            assert ends.is_asked
            with pytest.raises(KeyboardInterrupt):  # the run only waits for a server
                ends.heed()
            with pytest.raises(KeyboardInterrupt):  # a person insists
                os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)

    assert signal.getsignal(number) is before


def watch_into(folder: Path, said: Path) -> None:
    """Run `watch` in a folder, in a process of its own."""
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 1)
    os.chdir(folder)
    sys.exit(main(["watch"]))


def test_a_watcher_that_is_ended_says_so_and_another_one_can_start(world: World) -> None:
    said = world.root / "said"
    world.configure(CONFIGURATION.format("*.md") + "[sync]\nhold = 0\n")
    process = started(watch_into, world.root, said)
    comes(lambda: said.exists() and "Already up to date." in said.read_text())
    assert is_watched(world.root / ".zoterodigest")
    assert process.pid is not None

    os.kill(process.pid, signal.SIGTERM)

    assert ended(process) == 0
    assert said.read_text().endswith("\nStopped watching.\n")
    assert not is_watched(world.root / ".zoterodigest")


@DEEP
def test_a_watcher_syncs_what_was_saved_while_it_slept_or_after_it_was_killed(
    world: World,
) -> None:
    said = world.root / "said"
    world.configure(CONFIGURATION.format("*.md") + "[sync]\nhold = 0\n")
    process = started(watch_into, world.root, said)
    comes(lambda: said.exists() and "Already up to date." in said.read_text())
    assert process.pid is not None

    # As a computer that is closed and opened again.
    os.kill(process.pid, signal.SIGSTOP)
    (world.root / "papers.md").write_text(with_task(world, REST, "rest"))
    os.kill(process.pid, signal.SIGCONT)
    comes(lambda: task(world, REST) == {"task:rest"})

    os.kill(process.pid, signal.SIGKILL)
    ended(process)
    (world.root / "papers.md").write_text(with_task(world, CARE, "care"))
    other = started(watch_into, world.root, world.root / "said again")
    comes(lambda: task(world, CARE) == {"task:care"})
    assert other.pid is not None
    os.kill(other.pid, signal.SIGTERM)
    assert ended(other) == 0


def test_a_project_has_one_watcher(world: World, zoterodigest: Zoterodigest) -> None:
    with watching(world.root / ".zoterodigest"):
        ran = zoterodigest("watch")

    assert ran.code == 17
    assert "a watcher runs on" in ran.err
