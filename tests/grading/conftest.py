"""A repository with one small assignment."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from tests.grading.tiny import ADD, ADD_TEST, COURSE, DOUBLE, DOUBLE_TEST, answer, graded, notebook


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """course.toml and the assignment's solution."""
    root = tmp_path_factory.mktemp("grading")
    (root / "course.toml").write_text(COURSE)
    folder = root / "solutions" / "01_tiny"
    folder.mkdir(parents=True)
    whole = notebook(
        new_markdown_cell("# A tiny assignment"),
        answer("double", DOUBLE),
        graded("double_test", DOUBLE_TEST, 2),
        answer("add", ADD),
        graded("add_test", ADD_TEST, 3),
    )
    nbformat.write(whole, folder / "tiny.ipynb")
    return root
