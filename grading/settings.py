"""What nbgrader is told, for this package's commands and, by nbgrader_config.py, for its own."""

from traitlets.config import Config


def limit_autograding(config: Config) -> None:
    """Make `nbgrader autograde`, Formgrader's Autograde button and `grade run` run submissions in the sandbox, under limits."""
    config.Autograde.autograde_preprocessors = [
        "grading.execute.SandboxExecute",  # nbgrader's own list has its Execute here
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.OverwriteCells.add_missing_cells = True  # a test that a student deleted comes back
    # Notebook metadata that Colab and extensions leave behind: a `widgets` entry without its state
    # would stop the feedback page. Cells keep theirs, which says what is graded.
    config.ClearMetadataPreprocessor.enabled = True
    config.ClearMetadataPreprocessor.clear_cell_metadata = False
    kept = {"kernelspec", ("language_info", "name")}
    config.ClearMetadataPreprocessor.preserve_nb_metadata_mask = kept
    _tame_pages(config)


def _tame_pages(config: Config) -> None:
    """Make Formgrader's pages inert, and its feedback, and `nbgrader generate_feedback`'s, the pages of `grade feedback`."""
    config.HTMLExporter.preprocessors = ["grading.formgrader.Inert"]
    config.HTMLExporter.filters = {"markdown2html": "grading.formgrader.markdown2html"}
    config.GenerateFeedback.exporter_class = "grading.formgrader.FeedbackExporter"
    config.GenerateFeedback.preprocessors = []  # nbgrader's own prepare its template
