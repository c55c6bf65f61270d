"""The one-to-one matching of lines to attested services."""

from __future__ import annotations

from collections.abc import Sequence


def match(preferred: Sequence[Sequence[int]], candidates: Sequence[Sequence[int]]) -> list[int | None]:
    """Give as many lines as possible a service of their own, and return each line's, or None.

    `candidates[i]` are the services that fit line i, in order of preference; `preferred[i]` those among them that are tried
    before any other line may take them. Augmenting paths (Kuhn): a line takes a free service, and moves another
    line only where it has none.
    """
    owner: dict[int, int] = {}

    def place(line: int, edges: Sequence[Sequence[int]], seen: set[int]) -> bool:
        for service in edges[line]:
            if service not in owner:
                owner[service] = line
                return True
        for service in edges[line]:
            if service not in seen:
                seen.add(service)
                if place(owner[service], edges, seen):
                    owner[service] = line
                    return True
        return False

    placed = [place(line, preferred, set()) if preferred[line] else False for line in range(len(candidates))]
    for line, done in enumerate(placed):
        if not done:
            place(line, candidates, set())
    found: list[int | None] = [None] * len(candidates)
    for service, line in owner.items():
        found[line] = service
    return found
