"""The page of `review`: plans, conflicts and held files, decided and written in a browser.

`site` answers requests, `admission` says who may ask, `desk` makes the plans that the commands
make, and `cards` says what a page shows of them.
"""
