"""Hostile .bib files: made of pieces that go together badly, or of any bytes at all."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    b"@article{smith2020,\n  title = {A {Nested} Title},\n  year = 2020,\n}\n",
    b"@misc(par, note = {in parentheses})\n",
    b'@Book{quoted, title = "A {"}quoted{"} title" # mac # 12 }\n',
    b"@misc{inside, title = {a\n@misc{not, an = {entry}}\n}}\n",
    b"@misc\n{ late ,\r\n\tyear=1999\r\n}\r\n",
    b"@misc{smith2020}\n",
    b"@misc{SMITH2020, note = {}}",
    b"@misc{, title = {no key}}\n",
    b"@inproceedings{broken, title = {never closed,\n  year = 2001\n}\n",
    b"@misc{unquoted, title = words here}\n",
    b"@misc{nocomma, a = {1} b = {2}}\n",
    b'@misc{openquote, a = "1, b = {2}}\n',
    b"@string{mac = {Macro} # { text}}\n",
    b'@preamble{"\\newcommand{\\x}{y}"}\n',
    b"@comment{jabref-meta: @misc{hidden, a = {b}};}\n",
    b"@comment not a block @misc\n",
    b"% @article{commented, title = {out}}\n",
    b"  % indented\n",
    b"text of a person <me@example.org> {\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe latin \xe9\n",
    b"<<<<<<< HEAD\n",
    b"=======\n",
    b">>>>>>> other\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b" ",
    b"{",
    b"}",
    b'"',
    b"#",
    b",",
    b"=",
    b"@",
    b"%",
    b"\\{",
    b"\0",
    "@misc{日本, title = {題 – “x”}}".encode(),
)

hostile_bibs = st.lists(
    st.sampled_from(PIECES) | st.binary(max_size=4), min_size=0, max_size=14
).map(b"".join)
"""Files of which hardly any is well-formed as a whole."""
