"""Markdown blocks to canonical Zotero note HTML and back.

- `model`: what a note can hold. `normal`: the form that both a note and Markdown can hold.
- HTML: `markup` reads it as a tree, `inline` its text, `editor` all of it, as Zotero's note editor
  does. `serialise` writes it.
- Markdown: `markdown` reads it, `canonical` writes it.
- Our notes: `note` is a whole one, `read` its parts in a library. `patch` edits one, block by block
  as `units` pairs them; `colours` stay with their words. `wikilinks` lead to items.
- `own`: notes that a person wrote.
"""
