"""Which files a lecture is made of."""

from pathlib import Path

import pytest

from sources.imports import digest, imported

FILES = {
    "helpers/__init__.py": "",
    "helpers/a.py": "from helpers.b import x",
    "helpers/b.py": "import math",
    "helpers/room/__init__.py": "from .deep import y\nfrom .. import c",
    "helpers/room/deep.py": "from ..b import x",
    "helpers/c.py": "import helpers.a",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import torch", ""),
        ("import helpers.b", "b"),
        ("from helpers import b", "b"),
        ("from helpers.a import x as y", "a b"),
        ("from helpers.room import y", "b room/deep"),  # not the whole face, which takes c besides
        ("def f():\n    from helpers.room import deep", "b room/deep"),
    ],
)
def test_imports_are_followed(root: Path, text: str, names: str):
    assert imported(text, root) == {root / "helpers" / f"{name}.py" for name in names.split()}


def test_the_digest_changes_with_the_text_and_with_what_it_imports(root: Path):
    before = digest("import helpers.a", root)
    assert digest("import helpers.a  # again", root) != before
    (root / "helpers/b.py").write_text("import cmath")
    assert digest("import helpers.a", root) != before
