"""What an executed lecture keeps for readers without a kernel."""

import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from sources.course import Course
from sources.execute import WIDGET, tidy
from sources.notebooks import read


def after(*outputs, **metadata):
    notebook = new_notebook(cells=[new_code_cell("1", outputs=list(outputs), metadata=metadata)])
    tidy(notebook)
    return notebook.cells[0].outputs


def said(text: str, name: str = "stdout"):
    return new_output("stream", name=name, text=text)


def shown(**data):
    return new_output("display_data", data=data)


def test_pieces_of_a_stream_become_one():
    outputs = after(said("a\n"), said("b\n"), said("oh\n", "stderr"), said("c\n"))
    assert [(output.name, output.text) for output in outputs] == [
        ("stdout", "a\nb\n"),
        ("stderr", "oh\n"),
        ("stdout", "c\n"),
    ]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("10%\r50%\r100%\ndone\n", "100%\ndone\n"),
        ("\r 1\r 2", " 2"),
        ("dos\r\nline\n", "dos\r\nline\n"),
    ],
)
def test_a_progress_bar_leaves_its_last_state(raw: str, text: str):
    assert after(said(raw))[0].text == text


def test_a_slider_keeps_its_page_and_loses_its_kernel():
    (output,) = after(
        shown(**{WIDGET: {"model_id": "x"}, "text/html": "<figure>", "text/plain": "[slider]"})
    )
    assert set(output.data) == {"text/html", "text/plain"}


def test_a_widget_that_shows_nothing_goes_and_a_progress_bar_stays():
    outputs = after(
        shown(**{WIDGET: {"model_id": "x"}, "text/plain": "VBox(children=(1, 2))"}),
        shown(**{WIDGET: {"model_id": "y"}, "text/plain": "100%|##| 3/3"}),
    )
    assert [output.data for output in outputs] == [{"text/plain": "100%|##| 3/3"}]


def test_the_alt_text_of_a_figure_reaches_a_page(built: Course):
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(
        read(built.chapters[0].lecture)
    )
    assert 'alt="A straight line from the lower left to the upper right."' in page
    assert "No description has been provided" not in page
