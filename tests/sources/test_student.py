"""The student edition holds what a student needs, gives nothing away, and can be installed by pip."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sources.course import ROOT, Course
from sources.links import broken_links, pages
from sources.student import FILES, betrayed, main, write_edition


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student edition of this course."""
    folder = tmp_path_factory.mktemp("student") / "edition"
    write_edition(ROOT, folder)
    return folder


def test_it_holds_what_a_student_needs_and_nothing_else(edition: Path):
    top = {path.name for path in edition.iterdir()}
    allowed = {*FILES, "README.md", "Makefile", "lectures", "exercises", "helpers", "data", "docs"}
    assert top <= allowed and {"lectures", "exercises", "helpers", *FILES} <= top
    assert not [path for path in edition.rglob("*") if path.suffix in (".pyc", ".draft", ".db")]


def test_its_links_lead_somewhere(edition: Path):
    here = pages(edition, ("**/*.md", "**/*.ipynb"))
    assert len(here) > 2 and broken_links(edition, here) == []


def test_make_lab_is_the_same_command_as_the_instructors(edition: Path):
    theirs, ours = (folder.joinpath("Makefile").read_text() for folder in (edition, ROOT))
    rules = [
        part for part in re.split(r"\n{2,}", theirs) if ":" in part and not part.startswith("#")
    ]
    rules = [rule.strip() for rule in rules if not rule.startswith(".PHONY")]
    assert len(rules) == 2 and all(rule in ours for rule in rules)
    assert set(re.findall(r"(?m)^(\w+):", theirs)) == {"lab"}


def test_it_gives_nothing_away(edition: Path):
    assert betrayed(ROOT, edition) == []


def test_pip_installs_it_without_a_network(edition: Path, tmp_path: Path):
    source, target = tmp_path / "source", tmp_path / "site"
    shutil.copytree(edition, source)  # a build leaves files behind
    uv = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--offline",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*uv, "--target", target, source], check=True, capture_output=True, timeout=120)
    code = "import helpers.plotting, helpers.autodiff; print(helpers.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(target)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert Path(done.stdout.strip()).parent == target / "helpers", done.stderr
    assert {path.name for path in target.iterdir() if path.is_dir() and "." not in path.name} == {
        "helpers"
    }


# From here on with the tiny course, whose edition may be spoilt.


@pytest.fixture
def tiny_edition(built: Course) -> Path:
    for name in (*FILES, "docs/student"):
        if name != "course.toml":
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            (built.root / name).parent.mkdir(exist_ok=True)
            copy(ROOT / name, built.root / name)
    answers = built.root / "tests" / "exercises" / "01_tiny" / "hypot.py"
    answers.parent.mkdir(parents=True)
    answers.write_text(
        "# %% hypot | right | complex\ndef hypot(a, b):\n    return abs(complex(float(a), float(b)))\n\n# %% hypot | wrong | sum | no\ndef hypot(a, b):\n    return a + b + 0 * 1\n"
    )
    assert main(["--to", str(built.root / "edition")], built.root) == 0
    return built.root / "edition"


LEAKS = {
    "the solution's notebook": (
        "solutions/01_tiny/tiny.ipynb",
        "exercises/01_tiny/tiny_solved.ipynb",
    ),
    "the solution's source": ("sources/solutions/01_tiny/tiny.py", "helpers/tiny.py"),
    "the answers": ("tests/exercises/01_tiny/hypot.py", "data/tiny.txt"),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_file_that_gives_something_away_is_noticed(name: str, built: Course, tiny_edition: Path):
    assert betrayed(built.root, tiny_edition) == []
    secret, place = LEAKS[name]
    (tiny_edition / place).parent.mkdir(exist_ok=True)
    shutil.copy(built.root / secret, tiny_edition / place)
    found = betrayed(built.root, tiny_edition)
    assert len(found) == 1 and found[0].startswith(f"{place} gives away `"), found


def test_a_solution_that_stands_in_helpers_is_noticed(built: Course, tiny_edition: Path):
    solved = "larger = max(a, b)\nsmaller = min(a, b)\nreturn larger * math.sqrt(1 + (smaller / larger) ** 2)\n"
    (built.root / "helpers" / "geometry.py").write_text(solved)
    (complaint,) = betrayed(built.root, tiny_edition)
    assert complaint.startswith("the secret that begins with `larger = max")


def test_wrong_answers_are_no_secret(built: Course, tiny_edition: Path):
    (tiny_edition / "README.md").write_text("`def hypot(a, b): return a + b + 0 * 1`")
    assert betrayed(built.root, tiny_edition) == []


def test_a_second_edition_replaces_the_first_and_keeps_its_history(
    built: Course, tiny_edition: Path
):
    (tiny_edition / ".git").mkdir()
    (tiny_edition / "old.py").touch()
    assert main(["--to", str(tiny_edition)], built.root) == 0
    assert (tiny_edition / ".git").exists() and not (tiny_edition / "old.py").exists()


@pytest.mark.parametrize("belongs", ["letters.txt", "solutions/01_tiny/tiny.ipynb"])
def test_other_folders_are_left_alone(
    built: Course, tiny_edition: Path, tmp_path: Path, belongs: str, capsys
):
    folder = tmp_path / "mine"
    (folder / belongs).parent.mkdir(parents=True)
    (folder / belongs).touch()
    shutil.copy(ROOT / "course.toml", folder) if "/" in belongs else None
    assert main(["--to", str(folder)], built.root) == 1
    assert (
        "holds other files: name an empty folder" in capsys.readouterr().err
        and (folder / belongs).exists()
    )
