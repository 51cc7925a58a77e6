"""Links that lead nowhere are noticed, and those that lead somewhere are not."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from sources.links import broken_links, pages


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "other page.md").write_text(
        "# A title: with `code`!\n```\n# no heading\n```\n<a id='here'></a>"
    )
    notebook = new_notebook(
        cells=[new_markdown_cell("## 2.1 The tape"), new_code_cell("x = '[a](nowhere.md)'")]
    )
    nbformat.write(notebook, tmp_path / "lecture.ipynb")
    return tmp_path


GOOD = [
    "[a](docs/other%20page.md)",
    "[a](<docs/other%20page.md>)",
    "[a](docs/other%20page.md#a-title-with-code)",
    "[a](docs/other%20page.md#here)",
    "[a](lecture.ipynb#2.1-The-tape) [b](lecture.ipynb#21-the-tape)",
    "[a](#own-heading)\n\n# Own heading",
    "[a](https://example.org/x) <a href='mailto:x@example.org'>me</a> ![i](data:image/png;base64,xx)",
    "`[a](nowhere.md)` and $f[x](y)$\n```\n[a](nowhere.md)\n```",
]
BAD = {
    "[a](nowhere.md)": "no such file",
    "![a](nowhere.png)": "no such file",
    "<img src='nowhere.png'>": "no such file",
    '<a href="nowhere.md">x</a>': "no such file",
    "[a][x]\n\n[x]: nowhere.md": "no such file",
    "[a](docs/other%20page.md#no-heading)": "no such heading",
    "[a](lecture.ipynb#22-the-tape)": "no such heading",
    "[a](#nowhere)": "no such heading",
    "[a](../outside.md)": "outside the course",
}


@pytest.mark.parametrize("text", GOOD)
def test_good_links(root: Path, text: str):
    (root / "page.md").write_text(text)
    assert broken_links(root, [root / "page.md"]) == []


@pytest.mark.parametrize("text", BAD)
def test_broken_links(root: Path, text: str):
    (root / "page.md").write_text(text)
    (complaint,) = broken_links(root, [root / "page.md"])
    assert complaint.startswith("page.md links to ") and BAD[text] in complaint


def test_links_in_notebooks_are_read_too(root: Path):
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("[a](nowhere.md)")]), root / "broken.ipynb"
    )
    assert len(broken_links(root, pages(root, ("*.ipynb",)))) == 1


def test_hidden_folders_hold_no_pages(root: Path):
    (root / ".venv").mkdir()
    (root / ".venv" / "page.md").touch()
    assert pages(root, ("**/*.md",)) == [root / "docs" / "other page.md"]
