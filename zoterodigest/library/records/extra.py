"""Lines of an item's Extra field: ours are read and written, all others stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache


def extra_values(extra: str, key: str) -> tuple[str, ...]:
    """Return what stands behind `key:` in the lines of `extra`, in order; case does not count."""
    if not extra:
        return ()
    return tuple(found[1].strip() for found in _line_of(key).finditer(extra))


def with_extra(extra: str, key: str, values: Sequence[str]) -> str:
    """Return `extra` with exactly one line `key: value` for each of `values`.

    Lines stay where the key's lines stand; further ones follow the last, or come at the end. Line
    breaks and runs of them within a value become one blank, so that no value makes other lines.
    """
    flat = [_BREAKS.sub(" ", value).strip() for value in values]
    if list(extra_values(extra, key)) == flat:
        return extra
    lines = extra.split("\n") if extra else []
    places = [at for at, line in enumerate(lines) if _line_of(key).fullmatch(line)]
    written = [f"{key}: {value}" for value in flat]
    if not places:
        return "\n".join([*lines, *written])
    kept = [line for at, line in enumerate(lines) if at not in places]
    return "\n".join([*kept[: places[0]], *written, *kept[places[0] :]])


_BREAKS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


@lru_cache(maxsize=16)
def _line_of(key: str) -> re.Pattern[str]:
    return re.compile(rf"^[ \t]{{0,8}}{re.escape(key)}[ \t]{{0,8}}:(.*)$", re.I | re.M)
