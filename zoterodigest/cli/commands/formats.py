"""The commands `formats list`, `learn` and `check`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, option
from zoterodigest.cli.base.screen import hanging, styled, tell, visible
from zoterodigest.cli.base.talk import busy, emit_unless_json, require_consent
from zoterodigest.cli.show.encoder import emit_json, emit_result
from zoterodigest.digest.format.format import (
    DigestFormat,
    builtin_formats,
    data_formats,
    load_format,
)
from zoterodigest.digest.format.own_files import SUFFIX, format_files
from zoterodigest.digest.learn.format_text import format_name, format_text
from zoterodigest.mapping import venue_table
from zoterodigest.project.digests import formats_for, read_digest
from zoterodigest.project.files import BadInput, CannotWrite, replace_file

if TYPE_CHECKING:  # comparing takes imports that listing does without
    from zoterodigest.digest.learn.learning import Learned


@command("folders as_json", name="list")
def list_formats(asked: Invocation, folders: Sequence[Path] = argument("FOLDER", ())) -> None:
    """List the formats and what they read.

    A format is a TOML file. Your own format lies beside the digest as NAME.format.toml, and
    zoterodigest tries it first. list looks for them in FOLDER or in the current folder.
    `zoterodigest docs formats` shows how to write one.
    """
    # A mistyped name of a command is taken for a folder.
    if missing := next((folder for folder in folders if not folder.is_dir()), None):
        hint = "`zoterodigest help formats` lists the commands about formats."
        raise BadInput(missing, "there is no such folder or command", hint)
    # Raises `BadMapping` where a file is wrong. All are in the order of detection.
    own = [(path, load_format(path)) for path in format_files(folders or [Path()])]
    built_in = (*builtin_formats(), *data_formats().values())
    data = [_data(form, str(path)) for path, form in own] + [_data(form) for form in built_in]
    emit_result(asked, _text(own, built_in), {"formats": data})


def _data(form: DigestFormat, file: str | None = None) -> Mapping[str, object]:
    return {"name": form.name, "about": form.about, "file": file}


def _text(
    own: Sequence[tuple[Path, DigestFormat]], built_in: Sequence[DigestFormat]
) -> Iterator[str]:
    """Yield the person's own formats, each with its file, then the built-in ones."""
    for path, form in own:
        yield styled(visible(str(path)), "bold")
        yield from _line(form)
        yield ""
    yield styled("built in", "bold")
    for form in built_in:
        yield from _line(form)
    if not own:
        yield ""
        about = f"a file NAME{SUFFIX} beside the digest. `zoterodigest formats learn` writes one."
        yield from hanging("Formats of your own: ", about)


def _line(form: DigestFormat) -> list[str]:
    return hanging(f"  {form.name:<20} ", visible(form.about))


@command(
    "path line is_dry_run is_agreed as_json",
    epilog="Next: `zoterodigest inspect FILE` shows all entries.",
)
def learn(
    asked: Invocation,
    path: Path = argument("FILE"),
    line: int | None = option(
        "--entry LINE", "Learn the list that has an entry here.", None, min=1
    ),
) -> int:
    """Propose a format for a list, and write it beside the list.

    learn compares the entries of FILE, writes down what they have in common as templates, and
    reads FILE with them. It shows the templates, three entries as understood, what no slot holds,
    and the lines left out. It says so if built-in formats read the entries already. If you agree,
    it writes a format file beside FILE. It never changes FILE.

    \b
    Examples:
      zoterodigest formats learn papers.md
      zoterodigest formats learn papers.md --entry 120
      zoterodigest formats learn papers.md --dry-run --json

    If nothing in FILE shows that it lists papers (bare titles, links to your own notes), say with
    --entry which line is an entry. learn then takes each entry like it for a paper.

    A template is an entry with names in the place of its values, so you can correct it by hand
    (`zoterodigest docs formats`). The exit code is 1 if the list has no structure that repeats. It
    is 7 if you didn't agree (--yes agrees).
    """
    # Comparing takes imports that listing does without.
    from zoterodigest.cli.show.explanation import read_with_line
    from zoterodigest.cli.show.formats_text import learned_data, learned_text
    from zoterodigest.digest.learn.learning import learn_templates
    from zoterodigest.digest.read.detect import read_document

    source = read_with_line(path, line or 0)
    target = _target(path, is_dry_run=asked.is_dry_run)
    wanted = line - 1 if line else None
    with busy("Comparing the entries"):
        found = learn_templates(source, venue_table(), wanted)
        built_in = read_document(str(path), source, builtin_formats(), venue_table())
    if found is None:
        return _tell_why(path, source, wanted)
    emit_unless_json(asked, learned_text(str(path), found, built_in))
    if not asked.is_dry_run:
        require_consent(f"Write {visible(str(target))}?", asked)
        _write(target, path, found)
        emit_unless_json(asked, [f"Wrote {visible(str(target))}."])
    if asked.as_json:
        data = learned_data(str(path), target, found, built_in)
        emit_json(data | {"written": not asked.is_dry_run})
    return FINE


def _tell_why(path: Path, source: bytes, line: int | None) -> int:
    from zoterodigest.cli.show.formats_text import unlearned_text
    from zoterodigest.digest.read.lines import Lines

    tell(unlearned_text(str(path), Lines(source), line))
    return FAILED


def _target(path: Path, *, is_dry_run: bool) -> Path:
    target = path.with_name(path.stem + SUFFIX)
    if os.path.lexists(target) and not is_dry_run:
        raise CannotWrite(target, "it exists already", "Edit it, or move it away first.")
    return target


def _write(target: Path, path: Path, found: Learned) -> None:
    name = format_name(path.stem, [form.name for form in builtin_formats()])
    about = f"learned from {path.name}"
    text = format_text(name, about, found.templates, is_told=found.is_told)
    replace_file(target, text.encode(), None)


@command(
    "path format_name as_json",
    name="check",
    epilog="Next: `zoterodigest inspect FILE --explain LINE` shows how a line is read.",
)
def check_format(asked: Invocation, path: Path = argument("FILE")) -> int:
    """Try whether a format can write what it reads, on entries of FILE.

    check edits each field of a few entries of each shape, and adds an entry, all in memory. It
    reads the result again: only what was edited may differ. It shows which edits would be refused
    in a sync, and why. It changes nothing.

    \b
    Examples:
      zoterodigest formats check papers.md
      zoterodigest formats check papers.md --format mine.format.toml

    The exit code is 1 if an edit would be refused, or if FILE has no entries.
    """
    # Editing takes imports that listing does without.
    from zoterodigest.cli.show.formats_text import checked_data, checked_text
    from zoterodigest.digest.read.detect import read_document
    from zoterodigest.digest.write.laws import try_laws

    source, forms, venues = (
        read_digest(path).data,
        formats_for(path, asked.format_name),
        venue_table(),
    )
    with busy("Reading the entries"):
        document = read_document(path.name, source, forms, venues)
    if not document.entries:
        tell([f"{visible(str(path))}: no entries recognised."])
        return FAILED
    with busy("Editing entries"):
        found = try_laws(document, lambda data: read_document(path.name, data, forms, venues))
    text = checked_text(str(path), document, found)
    emit_result(asked, text, checked_data(str(path), document, found))
    return FINE if found.do_hold else FAILED


class _FormatCommands(TyperGroup):
    """The commands about formats; without the name of one, the list is meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {*self.commands, *ctx.help_option_names}
        # What is typed so far, for a shell to complete, may become the name of one.
        if not ctx.resilient_parsing and (not args or args[0] not in known):
            args = [list_formats.name or "", *args]
        return super().parse_args(ctx, args)


formats = _FormatCommands(
    help="List the formats, learn one from a list, or check one.",
    commands=[list_formats, learn, check_format],
    rich_markup_mode=None,
)
