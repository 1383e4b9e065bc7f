"""The command `convert`: a digest in another format."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from zoterodigest.cli.base.options import FAILED, FINE, Invocation, argument, command, flag, option
from zoterodigest.cli.base.screen import emit, emit_text, tell, visible
from zoterodigest.cli.base.talk import busy
from zoterodigest.cli.commands.bib_files import Writing
from zoterodigest.cli.show.conversion import conversion_data, conversion_text
from zoterodigest.cli.show.encoder import emit_json
from zoterodigest.digest.format.format import DigestFormat, available_formats, choose_format
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import decoded
from zoterodigest.digest.write.convert import Conversion, Converted
from zoterodigest.errors import ZoterodigestError
from zoterodigest.mapping import venue_table
from zoterodigest.notes.canonical import canonical_blocks
from zoterodigest.project.digests import FormatChoice, format_choice, read_digest
from zoterodigest.project.files import BadInput, read_if_present


class OnlyRead(ZoterodigestError):
    """A format doesn't say how an entry is written: nothing can be converted to it."""

    exit_code = 2

    def __init__(self, name: str) -> None:
        super().__init__(
            f"nothing can be converted to {name}: that format doesn't say how an entry is written",
            "A section [new] in its file says so: see `zoterodigest docs format-reference`.",
        )


@command(
    "path to output may_overwrite format_name is_dry_run as_json",
    epilog="Next: `zoterodigest inspect` shows how the new digest is read.",
)
def convert(
    asked: Invocation,
    path: Path = argument("FILE"),
    to: str = option(
        "--to NAME|FILE.toml",
        "The format to write: a name from `zoterodigest formats`, or a file.",
        ...,
    ),
    output: str = option("--output -o FILE", "The file to write.", shown="the screen"),
    may_overwrite: bool = flag("--overwrite", "Replace the file of --output if it is there."),
) -> int:
    """Write a digest in another format.

    convert writes each entry in the format of --to and keeps the text around the entries as it is.
    It reports what that format can't show: fields that it has no place for, and text of an entry
    that zoterodigest doesn't read. An entry that would not be read back stays as it is, and is
    reported too.

    FILE doesn't change, unless --output names it. Without --output, convert prints the new digest
    and writes its report to standard error.

    \b
    Examples:
      zoterodigest convert papers.md --to table --dry-run
      zoterodigest convert papers.md --to table --output papers-table.md
      zoterodigest convert papers.md --to list --output papers.md --overwrite
      zoterodigest convert papers.md --to mine.format.toml > mine.md

    The exit code is 1 if an entry stays in its old format.
    """
    choice = format_choice(path, asked.format_name)
    _require_markdown(path, choice)
    form = choose_format(to, choice.folders)
    if form.new is None:
        raise OnlyRead(form.name)
    with busy("Editing entries"):
        document, done = _converted(path, form, choice)
    target = Path(output) if output and output != "-" else None
    if target and not asked.is_dry_run:
        writing = Writing(asked, may_overwrite, "convert")
        writing.replace(target, done.source, read_if_present(target))
    written = str(target) if target and not asked.is_dry_run else None
    is_printed = target is None and not asked.is_dry_run
    text = decoded(done.source) if is_printed else None
    if asked.as_json:
        emit_json(conversion_data(str(path), form.name, done, written, text))
    else:
        _show(conversion_text(str(path), form.name, document, done), written, text)
    return FAILED if done.stayed or not document.entries else FINE


def _require_markdown(path: Path, choice: FormatChoice) -> None:
    if choice.data:
        reason = f"convert keeps the text around the papers, but here that is {choice.data.upper()}"
        hint = f"`zoterodigest export {path} --output papers.bib` writes a bibliography."
        raise BadInput(path, reason, hint)


def _show(report: Iterable[str], written: str | None, text: str | None) -> None:
    """Print the report; if the new digest goes to the screen, or into a pipe, beside it."""
    if text is not None:
        emit_text(text)
        tell(report)
        return
    emit(report)
    emit([f"Done: wrote {visible(written)}." if written else "Nothing was written."])


def _converted(path: Path, form: DigestFormat, choice: FormatChoice) -> tuple[Document, Converted]:
    venues = venue_table()
    document = read_document(path.name, read_digest(path).data, choice.read().formats(), venues)
    others = [it for it in available_formats(choice.folders) if it.name != form.name]
    # As it will be read wherever the format is known: a person's own formats read first.
    formats = available_formats(choice.folders)
    formats = formats if form in formats else (form, *others)

    def read(source: bytes) -> Document:
        return read_document(path.name, source, formats, venues)

    def read_alone(source: bytes) -> Document:
        return read_document(path.name, source, (form,), venues)

    conversion = Conversion(document, form, read, read_alone, canonical_blocks)
    return document, conversion.converted()
