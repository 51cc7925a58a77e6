"""A student opens a lecture, runs it and moves a slider."""

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.notebook import Notebook
from tests.lab import ROOT

pytestmark = pytest.mark.slow
LECTURE = "lectures/02_automatic_differentiation.ipynb"


def test_a_slider_changes_the_picture(page, lab):
    lecture = Notebook(page, lab, LECTURE)
    lecture.run_all()
    assert lecture.errors() == []

    cell = lecture.cell(first_slider())
    picture, handle = cell.locator(".widget-image"), cell.locator(".noUi-handle")
    readout = cell.locator(".widget-readout")
    start, shown = readout.inner_text(), picture.get_attribute("src")
    at_start = pixels(picture)
    for key in ("ArrowRight", "ArrowLeft"):
        handle.press(key)
        expect(picture).not_to_have_attribute("src", shown)
        shown = picture.get_attribute("src")
        back = key == "ArrowLeft"
        assert (readout.inner_text() == start) == back
        assert (pixels(picture) == at_start) == back


def pixels(picture: Locator) -> str:
    """What the picture shows; its address is a new one each time."""
    return picture.evaluate(
        "async image => new Uint8Array(await (await fetch(image.src)).arrayBuffer()).join()"
    )


def first_slider() -> str:
    """The id of the first cell that calls explore()."""
    cells = nbformat.read(ROOT / LECTURE, as_version=4).cells
    return next(cell.id for cell in cells if cell.cell_type == "code" and "\nexplore(" in cell.source)  # fmt: skip
