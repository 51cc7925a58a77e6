"""Figures become palette pictures, photographs do not."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from sources.pictures import MEAN_LOSS, loss, shrink_pictures, smaller


def figure() -> bytes:
    made = io.BytesIO()
    drawn, axis = plt.subplots(figsize=(4, 3))
    axis.plot([1, 3, 2])
    drawn.savefig(made, format="png")
    plt.close(drawn)
    return made.getvalue()


def png(pixels: np.ndarray) -> bytes:
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "PNG")
    return made.getvalue()


def test_a_figure_gets_smaller_and_looks_the_same():
    before = figure()
    after = smaller(before)
    assert len(after) < 0.7 * len(before)
    here, there = (Image.open(io.BytesIO(data)).convert("RGBA") for data in (before, after))
    assert here.size == there.size and loss(here, there) < MEAN_LOSS


def test_a_photograph_keeps_its_colours():
    noise = np.random.default_rng(0).integers(256, size=(80, 80, 3), dtype=np.uint8)
    assert smaller(png(noise)) == png(noise)


def test_what_is_shown_through_stays_transparent():
    clear = np.zeros((40, 40, 4), dtype=np.uint8)
    clear[:20] = 255
    after = np.asarray(Image.open(io.BytesIO(smaller(png(clear)))).convert("RGBA"))
    assert (after == clear).all()


def test_the_outputs_of_a_notebook_are_shrunk():
    data = {"image/png": base64.b64encode(figure()).decode()}
    cell = new_code_cell("plot()", outputs=[new_output("display_data", data=dict(data))])
    shrink_pictures(new_notebook(cells=[cell]))
    assert len(cell.outputs[0].data["image/png"]) < len(data["image/png"])


def test_the_frames_of_a_slider_are_shrunk():
    coded = base64.b64encode(figure()).decode()
    page = f'<img src="data:image/png;base64,{coded}"><script>frames = ["{coded}"]</script>'
    cell = new_code_cell(
        "explore()", outputs=[new_output("display_data", data={"text/html": page})]
    )
    shrink_pictures(new_notebook(cells=[cell]))
    made = cell.outputs[0].data["text/html"]
    assert len(made) < 0.7 * len(page) and made.startswith("<img") and made.endswith("</script>")
