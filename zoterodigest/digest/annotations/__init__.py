"""Annotations as Markdown: written one way into a digest, recognized there, kept up to date.

`region.py` is the one to call: `update_region()` takes the text of an entry or a body, the
annotations of its item, and what was written earlier; it returns the new text and what to remember.
`templates.py` says how one annotation looks. `blocks.py` finds the blocks of annotations in any
text, whichever tool wrote them.
"""
