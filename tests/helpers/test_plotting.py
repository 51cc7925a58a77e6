"""helpers.plotting and the drawn graph: what is on the page, not how it looks."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers.autodiff import Value, draw_graph
from helpers.plotting import COLOURS, LiveCurves, plot_curves, show_images, use_style


@pytest.fixture(autouse=True)
def closed():
    with matplotlib.rc_context():
        yield
    plt.close("all")


def test_the_style_has_the_course_colours_on_an_opaque_page():
    use_style()
    assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == COLOURS
    assert plt.rcParams["savefig.facecolor"] == "white"
    assert plt.rcParams["font.size"] >= 10


def test_curves_have_names_labels_and_different_markers():
    ax = plot_curves([1, 10], {"a": [1, 2], "b": [3, 4]}, "step (s)", "loss", log="x")
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step (s)", "loss")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_live_curves_are_one_figure_updated_in_place(monkeypatch):
    shown, updated = [], []

    class Handle:
        def update(self, figure):
            updated.append(figure)

    def display(figure, display_id):
        shown.append(figure)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    live = LiveCurves(loss="loss (nats)", accuracy="accuracy")
    for step in range(3):
        live.add(step, loss=1 / (step + 1), accuracy=step / 2)
        live.draw()
    assert len(shown) == 1 and updated == [live.figure] * 2
    (line,) = live.axes["loss"].lines
    np.testing.assert_allclose(line.get_ydata(), [1, 1 / 2, 1 / 3])
    assert live.axes["loss"].get_ylabel() == "loss (nats)"


def test_images_stand_in_rows_and_diverging_colours_are_centred_at_zero():
    rows = [np.ones((3, 4, 4)), np.array([[[1.0, -3.0]], [[0.5, 0.0]]])]
    show_images(rows, titles="abc", cmaps=["gray_r", "PRGn"])
    axes = np.array(plt.gcf().axes).reshape(2, 3)
    assert [ax.get_title() for ax in axes[0]] == ["a", "b", "c"]
    assert axes[1, 0].images[0].get_clim() == (-3, 3) and not axes[1, 2].images


def test_tensors_are_shown_as_arrays_are():
    show_images([torch.tensor([[[1.0, -3.0]]])], cmaps=["PRGn"])
    assert plt.gca().images[0].get_clim() == (-3, 3)
    live = LiveCurves(loss="loss")
    live.add(0, loss=torch.tensor(2.0, requires_grad=True))
    assert live.points["loss"] == [(0, 2.0)]


def neuron():
    w, x, b = Value(2, label="w"), Value(-1, label="x"), Value(0.5, label="b")
    out = (w * x + b).tanh()
    out.label = "out"
    return out


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_a_graph_shows_names_operations_values_and_gradients_once_they_are_there():
    out = neuron()
    before = texts(draw_graph(out))
    assert {"w", "x", "b", "×", "+", "out: tanh", "-1.5"} <= set(before)
    assert not [t for t in before if t.startswith("grad")]
    out.backward()
    assert len([t for t in texts(draw_graph(out)) if t.startswith("grad")]) == 6


@pytest.mark.parametrize("done", range(7))
def test_the_backward_pass_is_shown_step_by_step(done):
    out = neuron()
    out.backward()
    shown = [t for t in texts(draw_graph(out, done=done)) if t.startswith("grad")]
    assert len(shown) == done


def test_boxes_do_not_overlap_and_arrows_point_to_the_right():
    w = [Value(i, label=f"w{i}") for i in range(4)]
    out = sum((a * b for a in w for b in w), Value(0)).tanh()
    ax = draw_graph(out)
    corners = [
        (round(p.get_x(), 3), round(p.get_y(), 3)) for p in ax.patches if hasattr(p, "get_x")
    ]
    assert len(set(corners)) == len(corners)
    arrows = [a for a in ax.texts if getattr(a, "arrow_patch", None)]
    assert arrows and all(a.xy[0] > a.xyann[0] for a in arrows)
    for i, (x, y) in enumerate(corners):
        for u, v in corners[:i]:
            assert x != u or abs(y - v) > 0.62


def test_a_leaf_that_is_used_twice_is_one_box_with_two_arrows():
    x = Value(3.0, label="x")
    out = x * x + x
    ax = draw_graph(out)
    assert sum(text.get_text() == "x" for text in ax.texts) == 1
    plt.close("all")
