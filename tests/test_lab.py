"""`make lab` reaches a running JupyterLab on the course, with nbgrader's extensions working."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


class Lab:
    """A JupyterLab of its own settings on a copy of the course; answers are read over HTTP."""

    def __init__(self, root: Path, home: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address, self.token = f"http://127.0.0.1:{port}", secrets.token_hex(8)
        options = [f"--ServerApp.port={port}", f"--IdentityProvider.token={self.token}"]
        self.log = home / "lab.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).parent / "jupyter", "lab", "--no-browser", "--allow-root", *options],
                cwd=root, env=_environment(home), stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def get(self, path: str, data: bytes | None = None):
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.address + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def wait(self):
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                return self.get("/api/status")
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())


def _environment(home: Path) -> dict:
    """Nothing of this user's Jupyter, and a PATH without the environment: it is not activated."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON"))}
    bin_folder = str(Path(sys.executable).parent)
    path = [p for p in os.environ["PATH"].split(os.pathsep) if p != bin_folder]
    return kept | {"HOME": str(home), "PATH": os.pathsep.join(path)}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    for name in ("course.toml", "nbgrader_config.py", "jupytext.toml"):
        shutil.copy(ROOT / name, root)
    for name in ("solutions", "exercises", "lectures"):
        shutil.copytree(ROOT / name, root / name)
    lab = Lab(root, home)
    try:
        lab.wait()
        yield lab
    finally:
        lab.process.terminate()
        lab.process.wait(20)


def test_the_course_is_there(lab):
    assert "<title>JupyterLab</title>" in lab.get("/lab")
    names = {entry["name"] for entry in json.loads(lab.get("/api/contents"))["content"]}
    assert {"lectures", "exercises"} <= names


def test_formgrader_lists_the_assignments(lab):
    assert "Formgrader" in lab.get("/formgrader") or "formgrader" in lab.get("/formgrader")
    assignments = json.loads(lab.get("/formgrader/api/assignments"))
    found = {a["name"]: a["max_score"] for a in assignments}
    released = {p.name for p in (ROOT / "exercises").iterdir() if p.is_dir()}
    assert set(found) == released


def test_the_assignment_list_and_the_course_list_answer(lab):
    assert json.loads(lab.get("/assignments?course_id=")).keys() >= {"success", "value"}
    assert json.loads(lab.get("/formgraders"))["success"]


def test_validate_answers(lab):
    """It runs the student's notebook, unsolved: the first check says so."""
    (path, *_) = sorted((ROOT / "exercises").glob("*/*.ipynb"))
    name = path.relative_to(ROOT).as_posix()
    answer = json.loads(lab.get(f"/assignments/validate?path={name}", data=b""))
    assert answer["success"] and "NotImplementedError" in answer["value"]


def test_nbgrader_is_enabled_in_the_laboratory(lab, tmp_path):
    jupyter = str(Path(sys.executable).parent / "jupyter")
    command = [jupyter, "labextension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(tmp_path))
    assert re.search(r"nbgrader\S* v0\.9\S* .*enabled.*OK", done.stdout + done.stderr)
