"""A course of one tiny chapter, to build, to judge and to spoil."""

import shutil
from pathlib import Path

import pytest

from sources.build import build
from sources.course import ROOT, Course, read_course

HERE = Path(__file__).parent / "tiny"


@pytest.fixture
def tiny(tmp_path: Path) -> Course:
    """A repository with the real helpers and one tiny chapter, of which nothing is built yet."""
    return _write_tiny(tmp_path / "repository")


@pytest.fixture(scope="session")
def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = _write_tiny(tmp_path_factory.mktemp("tiny") / "repository")
    assert build(course.root, []) == []
    return course.root


@pytest.fixture
def built(_built_once: Path, tmp_path: Path) -> Course:
    """The tiny course with its notebooks, in a copy of its own."""
    shutil.copytree(_built_once, tmp_path / "built")
    return read_course(tmp_path / "built")


def _write_tiny(root: Path) -> Course:
    for name, place in {
        "lecture.py": "sources/lectures/01_tiny.py",
        "solution.py": "sources/solutions/01_tiny/tiny.py",
        "ledger.yml": "sources/ledger/01_tiny.yml",
        "proof.py": "tests/lectures/test_tiny.py",
        "course.toml": "course.toml",
    }.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / name, root / place)
    shutil.copytree(
        ROOT / "helpers", root / "helpers", ignore=shutil.ignore_patterns("__pycache__")
    )
    return read_course(root)
