"""Numbers as a person reads them."""

import math
from collections.abc import Sequence

MISSING = "–"


def number(value: object, digits: int = 3) -> str:
    """A number with so many significant digits; a dash for a missing one, the sign for infinity.

    Examples
    --------
    >>> number(0.12345), number(12345.6), number(float("nan"))
    ('0.123', '12,300', '–')
    """
    x = as_float(value)
    if math.isnan(x):
        return MISSING
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(x)))
    return fixed(x, decimals)


def fixed(value: float, decimals: int) -> str:
    """A number rounded to so many decimals (negative: to tens, hundreds ...), with a true minus sign.

    Large and small numbers are written with a power of ten.
    """
    x = round(float(value), decimals)
    if x != 0 and (abs(x) >= 1e7 or abs(x) < 1e-4):
        exponent = math.floor(math.log10(abs(x)))
        mantissa = f"{x / 10**exponent:.{max(0, min(decimals + exponent, 3))}f}"
        return f"{mantissa}·10{_superscript(exponent)}".replace("-", "−")
    text = f"{x:,.{max(decimals, 0)}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) != 0 else text.lstrip("-")


def percent(fraction: object, digits: int = 3) -> str:
    """A fraction in percent."""
    x = as_float(fraction)
    return MISSING if math.isnan(x) else f"{number(100 * x, digits)} %"


def with_interval(mean: object, low: object, high: object) -> str:
    """A mean with its interval in brackets, all to the second digit of the interval's half width."""
    m, a, b = as_float(mean), as_float(low), as_float(high)
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(m)) or b <= a:
        return number(m)
    decimals = 1 - math.floor(math.log10((b - a) / 2))
    return f"{fixed(m, decimals)} ({fixed(a, decimals)} to {fixed(b, decimals)})"


def temperature(value: object) -> str:
    """A temperature with its unit."""
    return f"{as_float(value):g} °C"


def condition_words(name: str) -> str:
    """A condition by its name, as above a picture.

    Examples
    --------
    >>> condition_words("NPC_400")
    'NPC, 400 °C'
    """
    material, _, value = name.rpartition("_")
    return f"{material}, {temperature(value)}"


def listed(items: Sequence[str]) -> str:
    """Items as a sentence lists them: a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(count: int, noun: str) -> str:
    """'1 specimen', '3 specimens'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def as_float(value: object) -> float:
    """The value as a float; NaN for what is missing."""
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
