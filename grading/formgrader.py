"""What makes nbgrader's own pages safe: Formgrader shows what students wrote as inert text, and its feedback is ours."""

from html import escape
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import Exporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from grading import record
from grading.feedback import markup
from grading.feedback.files import page_of


class Inert(Preprocessor):
    """Leave of a notebook what cannot run in the browser of who looks at it: text, and pictures in PNG or JPEG.

    nbconvert's templates put into a page what kernels and notebooks say, some of it as it stands.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Change the notebook in place. nbgrader's metadata stay; they were put back from the gradebook."""
        nb.metadata = NotebookNode(language_info={"name": "python"})
        for cell in nb.cells:
            kept = {key: cell.metadata[key] for key in ("nbgrader",) if key in cell.metadata}
            cell.metadata = NotebookNode(kept)
            if cell.cell_type == "raw":
                cell.source = f"<pre>{escape(cell.source)}</pre>"
            elif cell.cell_type == "code":
                cell.outputs = [_inert(output) for output in cell.outputs]
        return nb, resources


def _inert(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        output.name = "stderr" if output.name == "stderr" else "stdout"
    elif "data" in output:
        drawn = {kind: output.data[kind] for kind in markup.PICTURES if markup.picture(kind, output.data.get(kind))}  # fmt: skip
        output.data = NotebookNode(drawn or {"text/plain": output.data.get("text/plain", "")})
        output.metadata = NotebookNode()
    return output


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """nbconvert's filter of this name, with HTML in which nothing runs."""
    return str(markup.markdown(source, context.get("cell", {}).get("attachments")))


class FeedbackExporter(Exporter):
    """For `nbgrader generate_feedback` and Formgrader's button: they write the page that `grade feedback` writes."""

    file_extension = ".html"

    def from_filename(
        self, filename: str, resources: dict | None = None, **kwargs: Any
    ) -> tuple[str, dict]:
        """The page of a graded notebook of nbgrader's."""
        ids = resources["nbgrader"]
        student, assignment = ids["student"], ids["assignment"]
        with Gradebook(ids["db_url"]) as book:
            submission = book.find_submission(assignment, student)
            notebook = book.find_submission_notebook(ids["notebook"], assignment, student)
            known = record.read(Path(filename).parent)
            page = page_of(book.find_assignment(assignment), submission, notebook, known, Path(filename))  # fmt: skip
        # nbgrader has copied it there, and it tells what a person is to look at.
        Path(self.parent._format_dest(assignment, student), record.FILE).unlink(missing_ok=True)
        return page, {**resources, "output_extension": self.file_extension}
