"""How deep a JSON text nests, told before it is parsed.

The chain's machine raises the recursion limit of the whole process; from then on brackets in brackets end the process
instead of raising an error.
"""

from __future__ import annotations

import re

DEEPEST = 128
"""Levels that no document of ours comes near."""

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def nests_too_deep(text: str | bytes, most: int = DEEPEST) -> bool:
    """Say whether arrays and objects stand in one another more than `most` levels deep; what stands in quotes does not count."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if data.count(b"[") + data.count(b"{") <= most:
        return False
    depth = 0
    for token in _TOKEN.findall(data):
        if token in b"[{":
            depth += 1
            if depth > most:
                return True
        elif token in b"]}":
            depth -= 1
    return False
