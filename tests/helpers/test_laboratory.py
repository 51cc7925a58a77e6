"""JupyterLab's files: what a kernel says of itself is added at opening, and left out at saving."""

import asyncio

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.laboratory import PLAIN, Contents


@pytest.fixture
def contents(tmp_path):
    return Contents(root_dir=str(tmp_path))


def write(path, language_info):
    notebook = new_notebook(cells=[new_code_cell("1")], metadata={"language_info": language_info})
    nbformat.write(notebook, path)


def test_to_open_and_save_leaves_the_file_as_it_was(contents, tmp_path):
    write(tmp_path / "a.ipynb", PLAIN)
    model = asyncio.run(contents.get("a.ipynb"))
    assert "version" in model["content"]["metadata"]["language_info"]  # what the kernel says anyway
    asyncio.run(contents.save(model, "a.ipynb"))
    assert nbformat.read(tmp_path / "a.ipynb", 4).metadata.language_info == PLAIN


def test_another_kernels_notebook_is_left_alone(contents, tmp_path):
    other = {"name": "python", "version": "2.7.1"}
    write(tmp_path / "a.ipynb", other)
    model = asyncio.run(contents.get("a.ipynb"))
    assert model["content"]["metadata"]["language_info"] == other
    asyncio.run(contents.save(model, "a.ipynb"))
    assert nbformat.read(tmp_path / "a.ipynb", 4).metadata.language_info == other


def test_folders_and_texts_are_no_notebooks(contents, tmp_path):
    (tmp_path / "a.txt").write_text("text")
    assert asyncio.run(contents.get(""))["type"] == "directory"
    assert asyncio.run(contents.get("a.txt"))["content"] == "text"
