"""pyproject.toml, requirements.txt and environment.yml say the same; install.py says what is wrong."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import install

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK_TEXT = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def here(requirement):
    return not requirement.marker or requirement.marker.evaluate({"extra": ""})


def locked():
    """Name -> pinned version, for this machine: some packages stand twice, by Python version."""
    lines = re.findall(r"^([A-Za-z0-9._-]+==[^\\\n]+)", LOCK_TEXT, re.M)
    pins = [r for r in map(Requirement, lines) if here(r)]
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in pins}


def unmet(requirements, lock):
    """Those that the lock does not hold at an allowed version."""
    pairs = [(r, lock.get(canonicalize_name(r.name))) for r in requirements if here(r)]
    return [str(r) for r, v in pairs if not v or not r.specifier.contains(v, prereleases=True)]


def test_the_lock_satisfies_pyproject():
    project = PYPROJECT["project"]
    extras = sum(project["optional-dependencies"].values(), [])
    wanted = [Requirement(r) for r in project["dependencies"] + extras]
    assert unmet(wanted, locked()) == []
    assert unmet([Requirement("torch<2"), Requirement("no-such-package")], locked())  # it bites


FIND = """
import sys
seen = []
sys.addaudithook(lambda event, args: event == "os.scandir" and seen.append(str(args[0])))
from setuptools import Distribution
found = Distribution()
found.parse_config_files(["pyproject.toml"])
print(sorted(found.packages), [place for place in seen if "gradebook/" in place])
"""


def test_whoever_installs_does_not_walk_through_what_students_handed_in(tmp_path: Path):
    """A link of theirs to / made the installation endless."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    for package in ("helpers", "grading", "grading/intake"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    handed_in = tmp_path / "gradebook" / "submitted" / "eve"
    handed_in.mkdir(parents=True)
    (handed_in / "link").symlink_to(ROOT / "docs")
    command = [sys.executable, "-c", FIND]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("['grading', 'grading.intake', 'helpers'] []\n", 0), done.stderr  # fmt: skip


def test_the_lock_is_closed_and_installed():
    """Everything that a locked package requires is locked, too; and this environment is the lock."""
    overridden = {Requirement(r).name for r in PYPROJECT["tool"]["uv"]["override-dependencies"]}
    lock, missing, other = locked(), [], []
    for name, version in lock.items():
        package = importlib.metadata.distribution(name)
        if package.version.split("+")[0] != version:
            other.append((name, version, package.version))
        needed = [Requirement(r) for r in package.requires or []]
        missing += unmet([r for r in needed if r.name not in overridden], lock)
    assert missing == [] and other == []


def test_the_lock_has_hashes_and_no_addresses():
    assert "://" not in LOCK_TEXT and "index-url" not in LOCK_TEXT
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK_TEXT.strip())
    assert len(blocks) > 100 and all("--hash=sha256:" in block for block in blocks)


def test_conda_users_get_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *plain, pip = environment["dependencies"]
    python, *others = plain
    assert others == ["pip"] and pip == {"pip": ["--require-hashes", "-r requirements.txt"]}
    version = python.removeprefix("python=")
    assert SpecifierSet(PYPROJECT["project"]["requires-python"]).contains(version + ".0")


def test_install_and_pyproject_name_the_same_pythons_and_uv():
    allowed = SpecifierSet(PYPROJECT["project"]["requires-python"])
    for minor in range(8, 18):
        says_no = install.why_not((3, minor), "linux", "x86_64")
        assert allowed.contains(f"3.{minor}.0") == (not says_no)
    assert install.UV in PYPROJECT["project"]["optional-dependencies"]["dev"]


@pytest.mark.parametrize(
    "machine, sentence",
    [
        (((3, 9), "linux", "x86_64"), "needs Python 3.11 to 3.13, and this is 3.9: install one"),
        (((3, 14), "win32", "AMD64"), "and this is 3.14"),
        (((3, 12), "darwin", "x86_64", "15.0"), "Macs with an Intel processor: use Colab"),
        (((3, 12), "darwin", "arm64", "13.6"), "needs macOS 14 or newer, and this is macOS 13.6"),
        (((3, 12), "linux", "riscv64"), "no packages for this processor (riscv64)"),
    ],
)
def test_a_machine_that_will_not_do_gets_one_sentence(machine, sentence):
    said = install.why_not(*machine)
    assert sentence in said and "\n" not in said


@pytest.mark.parametrize(
    "machine",
    [
        ((3, 11), "linux", "x86_64"),
        ((3, 13), "win32", "AMD64"),
        ((3, 12), "darwin", "arm64", "15.1"),
    ],
)
def test_a_machine_that_will_do_gets_none(machine):
    assert install.why_not(*machine) == ""


def test_an_old_python_can_read_install_py():
    """Else it would raise a SyntaxError in the place of its sentence."""
    ast.parse((ROOT / "install.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_missing_python_is_one_sentence(tmp_path):
    for name in ("Makefile", "install.py", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    command = ["make", "--silent", "-C", str(tmp_path), "lab", "PYTHON=python2.99"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stdout == (
        "There is no python2.99 here: install Python 3.11 to 3.13, "
        "or name yours: make PYTHON=python3.12\n"
    )


def test_a_failing_step_ends_in_its_sentence(monkeypatch):
    with pytest.raises(SystemExit, match="^What to do$"):
        install.run([sys.executable, "-c", "raise SystemExit(3)"], "What to do")
    assert install.run([sys.executable, "-c", "pass"], "What to do") is None


@pytest.mark.long
@pytest.mark.parametrize("minor", [11, 12, 13])
def test_the_course_installs_and_checks_on_other_pythons(minor, tmp_path, other_python):
    """`python3.N install.py`, then the quick tests there."""
    quiet = {k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"}  # pip warns of itself
    venv, settings = tmp_path / "venv", {"cwd": ROOT, "env": quiet}
    subprocess.run([other_python(minor), "install.py", "--into", venv], check=True, **settings)
    command = [venv / "bin/python", "-m", "pytest", "-q", "-m", "not slow and not long", "tests"]
    done = subprocess.run(command, capture_output=True, text=True, **settings)
    assert done.returncode == 0, done.stdout[-3000:]
