"""The contracts' artefacts, built and checked from the project's own checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build_artefacts() -> list[str]:
    """Compile and write the artefacts; returns the files written, relative to the project."""
    from claims.chain.compiler import build

    return [str(path.relative_to(ROOT)) for path in build(ROOT)]


def check_artefacts() -> list[str]:
    """Recompile and compare; returns what differs, a sentence each, and nothing where all is the same."""
    from claims.chain.compiler import check

    return check(ROOT)
