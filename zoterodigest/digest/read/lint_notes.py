"""Lint of notes: front matter that is no YAML, as some templates write it."""

from __future__ import annotations

from collections.abc import Iterator

from zoterodigest.core.values.span import Edit, Span, splice
from zoterodigest.digest.read.data_tree import DataMapping, DataNode, DataScalar
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.vault_front import FrontMatter, front_matter, node_texts

Fault = tuple[int, str, Edit | None]
"""The byte where something looks wrong, what it is, and the edit that surely mends it."""


def faults_of_note(document: Document) -> Iterator[Fault]:
    """Yield why the front matter of a note can't be written, and what mends it.

    A value gets quotation marks if that alone makes YAML of all, and each value what it was.
    """
    if not any(entry.format.data == "note" for entry in document.entries):
        return
    front = front_matter(document.source)
    if not front.is_broken:
        return
    bare = [*_bare(document.source, front)] if front.kind == "yaml" else []
    is_sure = bool(bare) and _is_mended(document.source, front, [edit for _, edit in bare])
    for key, edit in bare if is_sure else ():
        said = f"front matter that is not YAML: the value of “{key}” needs quotation marks"
        yield edit.span.start, said, edit
    if not is_sure:
        yield front.text.start, f"front matter that is read, and never written: {front.fault}", None


def _bare(source: bytes, front: FrontMatter) -> Iterator[tuple[str, Edit]]:
    """Yield the values that are no YAML beside their key, each with itself in quotation marks."""
    for key, node in front.pairs:
        text = source[node.start : node.end].decode("utf-8", "replace")
        # Behind ` #` is a comment, and what begins so may be more than a text.
        is_more = " #" in text or "\t" in text or "\n" in text
        if not text or text[0] in "\"'[{&!|>#-" or is_more:
            continue
        if _value_in(source[key.start : node.end]) is None:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            yield key.value or "", Edit(Span(node.start, node.end), f'"{quoted}"'.encode())


def _value_in(line: bytes) -> DataNode | None:
    """Return the value of the one key in some YAML; None if it is not YAML."""
    pairs = front_matter(b"---\n" + line + b"\n---\n")
    return pairs.pairs[0][1] if len(pairs.pairs) == 1 and not pairs.is_broken else None


def _is_mended(source: bytes, front: FrontMatter, edits: list[Edit]) -> bool:
    """Tell whether the front matter is YAML after `edits`, with the values that it had by lines."""
    after = front_matter(splice(source, edits))
    read = {key.value: node for key, node in after.pairs}
    plain = ((key, node) for key, node in front.pairs if isinstance(node, DataScalar))
    return not after.is_broken and all(
        key.value in read and _says(read[key.value], node.value or "") for key, node in plain
    )


def _says(node: DataNode, text: str) -> bool:
    """Tell whether a value is `text`, as far as one line tells."""
    if isinstance(node, DataMapping) or text[:1] in ("[", "{", "|", ">", "&", "!"):
        return True
    return not text or " ".join(node_texts(node)).startswith(text.partition(" #")[0].rstrip())
