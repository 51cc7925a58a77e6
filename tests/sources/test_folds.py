"""What is folded, and where."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from sources.folds import fold

TEST = {"nbgrader": {"grade": True, "solution": False}}


def folded(*cells):
    notebook = new_notebook(cells=list(cells))
    fold(notebook)
    return notebook.cells


def test_set_up_asides_and_tests_hide_their_source():
    tagged = [new_code_cell("1", metadata={"tags": [tag]}) for tag in ("setup", "aside")]
    for cell in folded(*tagged, new_code_cell("1", metadata=TEST)):
        assert cell.metadata["cellView"] == "form"
        assert cell.metadata["jupyter"] == {"source_hidden": True}
        assert "hide-input" in cell.metadata["tags"]


def test_other_cells_stay_as_they_are():
    answer = {"nbgrader": {"grade": False, "solution": True}}
    for cell in folded(new_code_cell("1"), new_code_cell("1", metadata=answer)):
        assert "jupyter" not in cell.metadata and not cell.metadata.get("tags")


def test_a_predicted_output_is_hidden():
    (cell,) = folded(new_code_cell("1", metadata={"tags": ["predict"]}))
    assert cell.metadata["collapsed"] is True
    assert cell.metadata["jupyter"] == {"outputs_hidden": True}
    assert cell.metadata["tags"] == ["predict", "hide-output"]


def test_a_deeper_section_ends_at_the_next_heading_of_its_rank():
    cells = folded(
        new_markdown_cell("## 1.1 Sums"),
        new_markdown_cell("### Deeper: none"),
        new_code_cell("1"),
        new_markdown_cell("#### and so on"),
        new_markdown_cell("## 1.2 More", metadata={"tags": ["deeper"]}),
    )
    assert ["deeper" in cell.metadata.get("tags", []) for cell in cells] == [0, 1, 1, 1, 0]
    assert cells[1].metadata["jp-MarkdownHeadingCollapsed"] is True
    assert "jp-MarkdownHeadingCollapsed" not in cells[3].metadata
