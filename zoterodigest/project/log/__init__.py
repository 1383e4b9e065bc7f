"""What runs record: the journal while they work, the history for good.

Both are files of records (`journal.py` has the format). They are two files because their lifetimes
differ: a journal ends with its run, and the history keeps a run for months.
"""
