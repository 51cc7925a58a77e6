"""In Colab: the set-up cell fetches the student edition, the lecture runs, and the exercise is graded when it comes back.

Colab is a package google.colab that is imported already; the student edition is published as a git repository on this disk.
"""

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from sources.cells import own_part, setup
from sources.course import ROOT, Chapter, Course, read_course
from sources.notebooks import read, tags
from sources.release import throw_away_course
from sources.student import write_edition
from tests.chapters import CHAPTERS, one_now

QUIET = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
# What Colab's image brings of what the course imports, and what runs a notebook there.
COLAB = (
    *(
        "torch==2.11.0",
        "torchvision==0.26.0",
        "numpy==2.1.3",
        "matplotlib==3.10.0",
        "scikit-learn==1.6.1",
        "scikit-image==0.25.2",
        "mlxtend==0.23.4",
        "sympy==1.14.0",
    ),
    *(
        "networkx==3.5",
        "tqdm==4.67.1",
        "ipython==7.34.0",
        "ipywidgets==7.7.1",
        "ipykernel==6.17.1",
        "nbclient",
        "pip",
    ),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a git repository that holds the student edition."""
    folder = tmp_path_factory.mktemp("published") / "course"
    write_edition(ROOT, folder)
    git = [
        "git",
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "init.defaultBranch=main",
        "-C",
        folder,
    ]
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["commit", "--quiet", "--message", "The student edition"],
    ):
        subprocess.run([*git, *command], check=True)
    return folder.as_uri()


@pytest.fixture
def colab(tmp_path: Path) -> dict[str, str]:
    """The environment of a process in Colab, with an empty folder that pip installs into and Python imports from."""
    (tmp_path / "colab" / "google" / "colab").mkdir(parents=True)
    (tmp_path / "colab" / "google" / "colab" / "__init__.py").touch()
    (tmp_path / "site").mkdir()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONWARNINGS")
    }
    return environment | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), str(tmp_path / "colab")])
    }


def lecture_for(address: str, chapter: Chapter, course: Course, **changed) -> NotebookNode:
    """The lecture as the students' repository at this address would hold it."""
    lecture = read(chapter.lecture)
    for cell in lecture.cells:
        if "setup" in tags(cell):
            own = own_part(cell.source)
            cell.source = (
                setup(dataclasses.replace(course, student_edition=address, **changed)) + own
            )
    return lecture


def in_colab(cell: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """Run a cell, then say where helpers came from."""
    program = f"import google.colab\n{cell}\nimport helpers\nprint(helpers.__file__)\n"
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("chapter", one_now())
def test_the_set_up_cell_fetches_the_student_edition(
    chapter: Chapter, published: str, colab: dict[str, str], tmp_path: Path
):
    lecture = lecture_for(published, chapter, read_course(), colab_lacks=())  # no network
    (cell,) = [cell.source for cell in lecture.cells if "setup" in tags(cell)]
    offline = {
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_TARGET": str(tmp_path / "site"),
    }
    done = in_colab(cell, tmp_path, colab | offline)
    assert Path(done.stdout.strip()).parent == tmp_path / "site" / "helpers", done.stderr
    assert not (tmp_path / "site" / "torch").exists()  # what Colab has, it keeps


@pytest.mark.slow
def test_without_an_address_one_sentence_says_what_to_do(
    built: Course, colab: dict[str, str], tmp_path: Path
):
    done = in_colab(setup(built), tmp_path, colab)
    assert done.returncode == 1 and done.stdout == ""
    assert (
        done.stderr == "This course is not published, so Colab cannot fetch it: use JupyterLab.\n"
    )


@pytest.mark.slow
def test_an_address_that_does_not_answer_is_one_sentence(
    built: Course, colab: dict[str, str], tmp_path: Path
):
    cell = setup(dataclasses.replace(built, student_edition=(tmp_path / "nowhere").as_uri()))
    done = in_colab(cell, tmp_path, colab)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("The course could not be fetched: wait a minute")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_on_ones_own_machine_the_cell_fetches_nothing(
    published: str, colab: dict[str, str], tmp_path: Path
):
    cell = setup(dataclasses.replace(read_course(), student_edition=published))
    code = f"{cell}\nimport helpers; print(helpers.__file__)"
    environment = colab | {"PIP_TARGET": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout.strip() == str(ROOT / "helpers" / "__init__.py"), done.stderr
    assert not list((tmp_path / "site").iterdir())


# The image of Colab itself, as far as the course uses it.


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, other_python) -> Path:
    """The python of an environment with Colab's versions, and without the course."""
    folder = tmp_path_factory.mktemp("image") / "env"
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    uv = [sys.executable, "-m", "uv"]
    subprocess.run(
        [*uv, "venv", "--quiet", "--python", other_python(13), folder], check=True, env=environment
    )
    subprocess.run(
        [*uv, "pip", "install", "--quiet", "--python", folder, *COLAB], check=True, env=environment
    )
    return folder / "bin" / "python"


RUN = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
first = nbformat.v4.new_code_cell("import google.colab")
last = nbformat.v4.new_code_cell("import helpers, IPython\\nprint(helpers.__file__, IPython.__version__)")
notebook.cells = [first, *notebook.cells, last]
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
print(notebook.cells[-1].outputs[0].text)
"""


@pytest.mark.long
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.folder)
def test_the_lecture_runs_with_colabs_versions(
    chapter: Chapter, published: str, colab: dict[str, str], image: Path, tmp_path: Path
):
    nbformat.write(lecture_for(published, chapter, read_course()), tmp_path / "lecture.ipynb")
    settings = {"JUPYTER_PREFER_ENV_PATH": "1", "PYTHONPATH": str(tmp_path / "colab")}
    command = [image, "-c", RUN, tmp_path / "lecture.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path, env=colab | settings, capture_output=True, text=True, timeout=1200
    )
    assert done.returncode == 0, done.stderr[-3000:]
    helpers, ipython = done.stdout.split()
    assert Path(helpers).is_relative_to(image.parents[1]) and ipython == "7.34.0"


# The way back: what Colab makes of the exercise's notebook.


def as_colab_saves_it(notebook: NotebookNode) -> str:
    """The notebook's file after a session in Colab: the format's first minor version, no ids of cells, Colab's own metadata, outputs."""
    for number, cell in enumerate(notebook.cells):
        cell.pop("id", None)
        cell.metadata["id"] = f"x{number:011d}"
        if cell.cell_type == "code":
            cell.metadata |= {
                "colab": {"base_uri": "https://localhost:8080/", "height": 35},
                "outputId": f"5f{number:034d}",
            }
            cell.execution_count = number + 1
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="it works\n")]
    notebook.metadata = nbformat.from_dict({
        "accelerator": "GPU",
        "colab": {"provenance": [], "gpuType": "T4", "toc_visible": True},
        "kernelspec": {"display_name": "Python 3", "name": "python3"},
        "language_info": {"name": "python"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"0f": {"model_module": "@jupyter-widgets/base"}}},
    })  # fmt: skip
    notebook.nbformat, notebook.nbformat_minor = 4, 0
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT)


def solved(chapter: Chapter) -> NotebookNode:
    """The exercise, with each answer written in."""
    exercise, solution = read(chapter.exercise), read(chapter.solution)
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in solution.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in exercise.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return exercise


def mark(chapter: Chapter, submission: str) -> tuple[float, float]:
    """The points that nbgrader gives, and the most that it could give."""
    with throw_away_course() as (api, course):
        shutil.copytree(chapter.solution.parent, course / "source" / chapter.folder)
        assert api.generate_assignment(chapter.folder)["success"]
        place = course / "submitted" / "ada" / chapter.folder / chapter.solution.name
        place.parent.mkdir(parents=True)
        place.write_text(submission)
        result = api.autograde(chapter.folder, "ada")
        assert result["success"], result
        with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
            graded = gradebook.find_submission(chapter.folder, "ada")
            return graded.score, graded.max_score


@QUIET
@pytest.mark.parametrize("chapter", one_now())
def test_an_exercise_solved_in_colab_gets_its_points(chapter: Chapter):
    points, most = mark(chapter, as_colab_saves_it(solved(chapter)))
    assert points == most == 20


@QUIET
@pytest.mark.slow
def test_an_exercise_not_solved_in_colab_gets_none(built: Course):
    chapter = built.chapters[0]
    assert mark(chapter, as_colab_saves_it(solved(chapter))) == (2, 2)
    assert mark(chapter, as_colab_saves_it(read(chapter.exercise))) == (0, 2)
