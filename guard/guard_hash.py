"""What a tool's description and schema are known by: the hashes of tools.lock.json.

The same as `lockTools` (config/connectors/tools-lock.ts) makes of the same list, so everything here
is as JavaScript does it: the order of an object's names, how a number is written, what becomes of
half a character. Standard library only.
"""

import hashlib
import json
import math
import re

_HALF = re.compile("[\ud800-\udfff]")
_INDEX = re.compile("0|[1-9][0-9]{0,9}")


def _short(text):
    # Node writes half a character as U+FFFD.
    return hashlib.sha256(_HALF.sub("\ufffd", text).encode()).hexdigest()[:16]


def _text(value):
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", json.dumps(value, ensure_ascii=False))


def _number(value):
    """As `Number.prototype.toString` writes it; JSON has no word for what is not finite."""
    try:
        value = float(value)
    except OverflowError:
        return "null"
    if not math.isfinite(value):
        return "null"
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}e0".partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    # Digits without zeros at either end, and where the point stands from their beginning.
    point = len(whole) + int(exponent.removesuffix("e0") or 0)
    digits = (whole + part).lstrip("0")
    point -= len(whole + part) - len(digits)
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def _place(name):
    """Names that are an array's index come first, by number; then the others by UTF-16."""
    if _INDEX.fullmatch(name) and int(name) < 2**32 - 1:
        return (0, int(name), b"")
    return (1, 0, name.encode("utf-16-be", "surrogatepass"))


def canonical(value):
    """`JSON.stringify` of a value whose objects' names are sorted."""
    if value is None or value is True or value is False:
        return json.dumps(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, list):
        return f"[{','.join(map(canonical, value))}]"
    names = sorted(value, key=_place)
    return f"{{{','.join(f'{_text(name)}:{canonical(value[name])}' for name in names)}}}"


def tool_hash(description, schema):
    """The description's hash, and the schema's, in one word."""
    return _short(description or "") + _short(canonical(schema))
