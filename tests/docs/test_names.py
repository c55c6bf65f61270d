"""Every file and every function that a page names is there."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import PAGES, ROOT, name_of, prose

FILE = re.compile(
    r"`((?:claims|contracts|tests|docs|abi|bench|deploy)/[\w./-]*|\.ci/run|[\w-]+\.lock|pyproject\.toml)`"
)
NAME = re.compile(r"`(claims(?:\.[a-z0-9_]+)+(?:\.[A-Z]\w*)?)`")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_exist(page: Path) -> None:
    for name in FILE.findall(prose(page)):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_names_exist(page: Path) -> None:
    for name in NAME.findall(prose(page)):
        assert found(name) is not None, name


def found(name: str) -> Any:
    """The module of that name, or what a module of that name holds."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        return getattr(importlib.import_module(module), attribute)
