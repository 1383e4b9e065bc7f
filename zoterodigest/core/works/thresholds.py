"""Every number by which works are compared, with its reason. Callers have no numbers of their own.

Some are choices (say so if you change them), some bound the cost of hostile input.
"""

from __future__ import annotations

# --- titles that tell a work

TELLING_WORDS = 4
"""Words from which on an equal title alone adopts: "Adam" and "Deep Learning" name many papers."""

TELLING_LETTERS = 24
"""Letters that tell as much as four words, if all authors agree too: long words and compounds."""

# --- titles that differ

SPELLED_WORDS = 2
"""Words that may be spelled differently within one title ("Visualising", "Colour")."""

SPELLED_TITLE = 5
"""Words a title needs for that. In a title of four, one word is a quarter: it is only near."""

SPELLED_LETTERS = 5
"""Letters of a word that can have two spellings: at four, "Text" and "Test" are one slip apart."""

SPELLED_START = 3
"""Letters both spellings begin with: "Symmetric" and "Asymmetric" are no spellings of one word."""

SPELLED_SLIPS = 1
"""Letters by which two spellings differ: from two on, "Supervised" becomes "Unsupervised"."""

ALIKE_SHARE = 0.5
"""Share of the shorter title's words in the other one from which on a person should hear of it."""

POSSIBLE_WORDS = 3
"""Long words from which on a title can show that an arXiv ID leads to another paper. What people
call a paper ("DINO", or a title in another script) shows nothing."""

POSSIBLE_SHARE = 1 / 3
"""Share of long words that two titles under one arXiv ID have in common: titles change, IDs have
slips in them."""

POSSIBLE_LETTERS = 4
"""Letters of a long word."""

# --- people

SHARED_PEOPLE = 0.6
"""Share of the shorter list of authors that is in the other one: lists are cut, names misspelled,
authors added at publication."""

# --- bounds of cost

LONGEST_TITLE = 1_000
LONGEST_WORD = 60
MOST_SUBTITLES = 8
"""Places in a title where a subtitle may begin; the ninth colon is no title's."""

MOST_WORDS = 40
"""Words of a title that is looked for among near ones: each word is a key."""

MOST_PEOPLE, MOST_OTHER_PEOPLE = 50, 100
"""Authors compared, each of the first list with each of the second. CERN's papers have 3,000."""

MOST_COMPARED = 4
"""Works under one key (a title, an identifier) with which each copy is compared: a library that
holds one title a thousand times must not take a million comparisons."""
