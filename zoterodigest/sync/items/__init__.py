"""Single items of a library: edited, merged, found twice."""
