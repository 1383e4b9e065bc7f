"""Random histories of people, git and the tool, judged by a model that knows only who saw what.

`python -m tests.sync.histories --count N` plays many of them, `test_histories.py` some.
"""
