"""What runs write down of themselves: the journal while they work, the history for good.

Both are files of records (`records.py`). They stay two files, as their lifetimes differ: a journal
ends with its run, and a run of the history is kept for months.
"""
