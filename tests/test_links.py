"""Every link in a notebook or on a page leads to a file and a heading of this repository, or to another host."""

import pytest

from sources.course import ROOT
from sources.links import broken_links, pages

# docs/student is written for the root of the student edition; its links are tested there.
PAGES = [
    page
    for page in pages(
        ROOT, ("*.md", "docs/**/*.md", "data/*.md", "lectures/*.ipynb", "exercises/*/*.ipynb")
    )
    if not page.is_relative_to(ROOT / "docs" / "student")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    assert broken_links(ROOT, [page]) == []
