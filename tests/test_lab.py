"""`make lab` reaches a running JupyterLab on the course, with nbgrader's extensions working."""

import json
import re
import subprocess

import pytest

from tests.lab import JUPYTER, ROOT, Lab, copy_course, environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    copy_course(root)
    with Lab(root, home) as lab:
        yield lab


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
    assert answer["success"] and "NotImplementedError" in json.dumps(answer["value"])


def test_nbgrader_is_enabled_in_the_laboratory(tmp_path):
    command = [JUPYTER, "labextension", "list"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(tmp_path))
    assert re.search(r"nbgrader\S* v0\.9\S* .*enabled.*OK", done.stdout + done.stderr)
