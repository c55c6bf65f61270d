"""What the program imports is what it asks for: nothing rests on another library's dependencies."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKED = re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def plain(name: str) -> str:
    return re.sub(r"[._]", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {plain(re.match(r"[A-Za-z0-9._-]+", each)[0]) for each in requirements}


ASKED = names(PROJECT["project"]["dependencies"])
EXTRAS = {name for extra in PROJECT["project"]["optional-dependencies"].values() for name in names(extra)}


def imported(folder: str) -> set[str]:
    """Top-level names of other people's modules that a folder imports."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module)
    return {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"claims"}


def test_every_library_that_is_imported_is_asked_for():
    providers = packages_distributions()
    for name in imported("claims"):
        assert {plain(each) for each in providers[name]} & ASKED, f"{name} is imported and not in pyproject.toml"


def test_everything_that_is_asked_for_is_locked():
    assert set(map(plain, LOCKED)) >= ASKED | EXTRAS


def test_every_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text()
    for each in (*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]):
        assert re.search(rf'^\s+"{re.escape(each)}", +# \w', text, re.MULTILINE), f"{each} stands without a reason"
