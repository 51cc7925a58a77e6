"""nbgrader's own pages: nothing of a submission runs in them, and its feedback is ours."""

from copy import deepcopy
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from nbgrader.apps import NbGraderAPI
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from grading.settings import limit_autograding
from tests.grading.configured import ASSIGNMENT, answered, configure
from tests.grading.parsed import Page
from tests.grading.tiny import answer, notebook

BAD = "<script>steal()</script><img src=x onerror=steal()>"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def shown(*cells) -> Page:
    """What Formgrader shows of a notebook with these cells, its own header and footer aside."""
    settings = Config()
    limit_autograding(settings)
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    facts = {"submission_id": "1", "notebook_id": "tiny", "assignment_id": "01", "index": 0, "total": 1, "base_url": "", "student": "ada"}  # fmt: skip
    whole = notebook(*cells)
    whole.metadata.update(title=BAD, widgets={"application/vnd.jupyter.widget-state+json": {"state": {}}})  # fmt: skip
    html, _ = HTMLExporter(config=settings).from_notebook_node(whole, resources=facts)
    return Page(html[html.index('id="notebook-container"') :])


def displayed(kind: str, data: str, **metadata):
    output = new_output("display_data", {kind: data, "text/plain": "plainly"}, metadata=metadata)
    return new_code_cell("show()", outputs=[output])


@pytest.mark.parametrize(
    "cell",
    [
        new_markdown_cell(BAD),
        new_markdown_cell("[me](javascript:steal())\n\n<a href='javascript:steal()'>me</a>"),
        new_markdown_cell("$$\\href{javascript:steal()}{x}$$"),
        new_raw_cell(BAD),
        new_code_cell(BAD, outputs=[new_output("stream", text=BAD)]),
        new_code_cell("", outputs=[new_output("error", ename=BAD, evalue=BAD, traceback=[BAD])]),
        displayed("text/html", BAD),
        displayed("text/html", BAD, **{"text/html": {"isolated": True}}),
        displayed("text/markdown", BAD),
        displayed("text/latex", BAD),
        displayed("image/svg+xml", f"<svg onload=steal()>{BAD}</svg>"),
        displayed("application/javascript", "steal()"),
        displayed("application/vnd.jupyter.widget-view+json", "{}"),
        displayed("image/png", PNG, **{"image/png": {"width": "1 onerror=steal()"}}),
        displayed("image/png", "x' onerror='steal()"),
    ],
)
def test_nothing_runs(cell):
    before = deepcopy(cell)
    page = shown(cell)
    assert page.active == []
    assert cell == before  # the graded notebook itself stays as it is
    if cell.cell_type == "code" and "data" in str(cell.outputs):
        drawn = [i["src"] for i in page.all("img")] == [f"data:image/png;base64,{PNG}"]
        assert drawn or "plainly" in page.text


def test_what_a_stranger_forges_in_the_kernels_messages_is_no_markup():
    stream = new_output("stream", name='x" onmouseover="steal()', text="said")
    page = shown(new_code_cell("1", outputs=[stream]))
    assert page.active == [] and "said" in page.text


def test_marks_can_still_be_typed_and_formulas_are_drawn():
    page = shown(answer("double", "def double(x): return 2 * x"), new_markdown_cell("$x < 2$"))
    assert "double-comment" in [field.get("id") for field in page.all("textarea")]
    assert "def double(x)" in page.text and len(page.all("math")) == 1


def test_nbgraders_feedback_is_our_page(tmp_path: Path):
    course = configure(tmp_path / "course")
    graded = course.notebook("autograded", "ada", ASSIGNMENT)
    graded.parent.mkdir(parents=True)
    graded.write_text(answered(course, {}).replace("raise NotImplementedError", "assert double(5) == 10"))  # fmt: skip
    (graded.parent / "record.json").write_text('{"flags": ["a secret finding"]}')
    with course.open_gradebook() as book:
        book.add_student("ada")
        with book.db.no_autoflush:
            book.add_submission(ASSIGNMENT, "ada")
        book.db.commit()
    done = NbGraderAPI(config=course.config).generate_feedback(ASSIGNMENT, "ada")
    assert done["success"], done
    folder = course.stage("feedback") / "ada" / ASSIGNMENT
    assert [path.name for path in folder.iterdir()] == ["tiny.html"]
    page = (folder / "tiny.html").read_text()
    assert "default-src 'none'" in page and "HIDDEN" not in page
