"""Every link of a page leads somewhere inside the project."""

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_resolve(page: Path) -> None:
    for link in links(page):
        assert "://" not in link, f"{link} leads out of the project"
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.is_relative_to(ROOT), link
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_every_page_is_reached_from_another(folder: str) -> None:
    reached = {(page.parent / link.partition("#")[0]).resolve() for page in PAGES for link in links(page)}
    assert {page for page in (ROOT / folder).glob("*.md") if page not in reached} == set()
