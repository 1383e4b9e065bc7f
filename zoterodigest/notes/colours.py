"""CSS colours in the spelling that browsers give them."""

from __future__ import annotations

import re

_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)


def css_colour(value: str) -> str:
    """Return a colour as `rgb(…)` or `rgba(…)` if it is given in hexadecimal digits or numbers.

    Names stay names; whatever could leave an attribute's declaration is left out.
    """
    colour = re.sub(r"[;{}\"<>&]", "", value).strip()
    if _HEX.fullmatch(colour):
        return _from_hex(colour[1:])
    if re.fullmatch(r"rgba?\([\d., %]*\)", colour):
        return re.sub(r"\s*,\s*", ", ", colour)
    return colour


def _from_hex(digits: str) -> str:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    if not alpha or alpha[0] == 255:
        return f"rgb({red}, {green}, {blue})"
    return f"rgba({red}, {green}, {blue}, {_fraction(alpha[0])})"


def _fraction(alpha: int) -> str:
    """Return alpha with two decimals if that names the same byte again, else with three."""
    short = round(alpha / 255, 2)
    return f"{short if round(short * 255) == alpha else round(alpha / 255, 3):g}"
