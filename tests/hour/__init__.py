"""An hour beside `watch`: the program at its own pace, people at both ends, and what goes wrong."""
