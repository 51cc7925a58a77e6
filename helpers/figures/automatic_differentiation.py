"""The figures of chapter 2: flights of a ball, errors of difference quotients, one box of a graph, and what flows back through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np

from helpers.plotting import BLUE, GREEN, ORANGE, PURPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GREY = "0.45"


def draw_attempts(flights: Sequence, numbers: Sequence, basket: tuple) -> None:
    """Some of the flights of a throw that is learned, from light grey to black, and the last one in orange.

    Args:
        flights: for each attempt the places (x, y) of the ball.
        numbers: which attempts are drawn; the first attempt is number 1.
        basket: where the ball should end.
    """
    _, ax = plt.subplots(figsize=(7, 3.4))
    shades = np.linspace(0.75, 0.0, len(numbers) - 1)
    colours = [str(shade) for shade in shades] + [ORANGE]
    for number, colour in zip(numbers, colours, strict=True):
        path = np.array([(0.0, 0.0), *flights[number - 1]])
        ax.plot(*path.T, color=colour)
        if colour != ORANGE:
            ax.annotate(
                f"{number}", path[-1], xytext=(4, -4), textcoords="offset points", color=colour
            )
    ax.annotate(
        f"attempt {numbers[-1]}",
        path[len(path) // 2],
        xytext=(0, 4),
        textcoords="offset points",
        color=ORANGE,
    )
    ax.plot(*basket, "v", markersize=13, color=BLUE)
    ax.annotate(
        "basket", basket, xytext=(18, 0), textcoords="offset points", color=BLUE, va="center"
    )
    ax.set(xlabel="distance (m)", ylabel="height (m)", xlim=(0, 9.5), ylim=(-2.8, 5.4))
    plt.show()


def draw_quotient_errors(h: Sequence, curves: dict, roundoff: Sequence) -> None:
    """Relative errors of difference quotients against the step, with the level of round-off as a dashed line."""
    _, ax = plt.subplots(figsize=(7, 3.8))
    markers = ["o", "s", "^"]
    for (name, errors), marker, colour in zip(
        curves.items(), markers, [ORANGE, BLUE, GREEN], strict=True
    ):
        ax.loglog(h, errors, marker=marker, markersize=5, color=colour, alpha=0.9, label=name)
    ax.loglog(h, roundoff, "--", color=GREY, linewidth=1, label="round-off, float64")
    ax.set(xlabel="step h (m/s)", ylabel="relative error of the slope", ylim=(1e-12, 9))
    ax.legend(loc="lower left", fontsize=9)
    plt.show()


def draw_window(f: Callable, x: float, k: int, slope: float) -> Figure:
    """The function f near x in float32 through a window of a few steps h = 10^-k, enlarged by 1 / h."""
    h = np.float32(10.0**-k)
    places = np.float32(x) + np.linspace(-1.5, 2.5, 81, dtype=np.float32) * h
    start = f(np.full(1, x, dtype=np.float32))
    quotient = float((f(np.full(1, np.float32(x) + h)) - start)[0] / h)
    fig, ax = plt.subplots(figsize=(6.5, 3.4))
    ax.plot(
        (places - np.float32(x)) / h, (f(places) - start) / h, ".", label="what float32 computes"
    )
    ax.axline((0, 0), slope=quotient, color=ORANGE, label=f"quotient, slope {quotient:.2f}")
    ax.axline((0, 0), slope=slope, color=GREY, linestyle="--", label=f"true slope {slope:.2f}")
    ax.plot([0, 1], [0, quotient], "o", color=ORANGE, markersize=6)
    ax.set(xlabel="(right − 3) / h", ylabel="change of the squared miss / h")
    ax.set(xlim=(-1.6, 2.6), ylim=(-36, 26))
    ax.legend(loc="lower left", fontsize=9)
    return fig


def draw_one_box() -> None:
    """How a gradient flows back: through a product on the left, and into a number that is used twice on the right."""
    _, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3), width_ratios=[1.35, 1])
    _box(left, (0.52, 0.5), "", size=(0.34, 0.96))
    left.text(0.59, 0.5, "f = q · z", ha="center", va="center", fontsize=12)
    _there_and_back(left, (0.03, 0.33), 0.8, "q", "$v \\cdot z$ downstream")
    _there_and_back(left, (0.03, 0.33), 0.24, "z", "$v \\cdot q$ downstream")
    _there_and_back(left, (0.71, 0.99), 0.52, "f", "upstream $v$")
    for height, name in [(0.8, "q = z"), (0.24, "z = q")]:
        local = f"local:\n$\\partial f / \\partial {name}$"
        left.text(0.37, height - 0.02, local, va="center", color=BLUE)

    _box(right, (0.14, 0.5), "x", size=(0.2, 0.96))
    right.text(0.14, 0.3, "gets\n$v_1 + v_2$", ha="center", va="center", color=ORANGE)
    for height, name, share in [(0.8, "first use", "$v_1$"), (0.24, "second use", "$v_2$")]:
        _box(right, (0.8, height - 0.02), name, size=(0.36, 0.3))
        _there_and_back(right, (0.26, 0.6), height, "x", share)
    for ax in (left, right):
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.set_axis_off()
    plt.show()


def _there_and_back(ax: Axes, ends: tuple, height: float, there: str, back: str) -> None:
    """A grey arrow to the right with its value above it, and an orange one to the left with its gradient below."""
    start, end = ends
    _arrow(ax, (start, height + 0.02), (end, height + 0.02), GREY)
    _arrow(ax, (end, height - 0.06), (start, height - 0.06), ORANGE)
    ax.text((start + end) / 2, height + 0.05, there, ha="center", va="bottom", fontsize=12)
    ax.text((start + end) / 2, height - 0.1, back, ha="center", va="top", color=ORANGE)


def draw_gusts(seconds: Sequence, derivatives: Sequence) -> None:
    """For each gust of wind, how far it moves the place where the ball lands."""
    _, ax = plt.subplots(figsize=(7, 3))
    ax.bar(seconds, [1000 * derivative for derivative in derivatives], width=0.022, color=BLUE)
    ax.set(
        xlabel="when the gust blows (s after the throw)",
        ylabel="landing place moves\n(mm for 1 m/s)",
    )
    plt.show()


def draw_orders() -> None:
    """A row times four square matrices, multiplied from the left and from the right, as rectangles."""
    _, axes = plt.subplots(2, 1, figsize=(9.5, 3))
    stories = [
        ("begin at the loss", ["row", "row", "row", "row"]),
        ("begin at the input", ["square", "square", "square", "row"]),
    ]
    for ax, (title, results) in zip(axes, stories, strict=True):
        ax.text(0.0, 0.5, title, va="center", fontsize=11)
        place = 3.6
        _matrix(ax, place, 0.16, ORANGE, "$r^⊤$")
        for name in ["$J_4$", "$J_3$", "$J_2$", "$J_1$"]:
            place += 1.25
            _matrix(ax, place, 0.9, BLUE, name)
        ax.text(place + 1.3, 0.5, "each product makes", va="center", fontsize=11)
        place += 5.4
        for result in results:
            _matrix(ax, place, 0.16 if result == "row" else 0.9, GREEN, "")
            place += 1.15
        ax.set(xlim=(0, 18.7), ylim=(-0.1, 1.1))
        ax.set_axis_off()
    plt.show()


def draw_softmax(jacobian: np.ndarray, exact: np.ndarray, by_coordinates: np.ndarray) -> None:
    """The Jacobian of softmax as a heat map, and two candidates for the gradient of the loss as bars."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3), width_ratios=[1, 1.5])
    picture = left.imshow(jacobian, cmap="RdBu", vmin=-0.25, vmax=0.25)
    fig.colorbar(picture, ax=left, shrink=0.9)
    classes = np.arange(len(exact))
    left.set(xlabel="score", ylabel="probability", xticks=classes, yticks=classes)
    left.grid(False)
    right.bar(classes - 0.2, exact, 0.4, label="p − onehot(c)")
    right.bar(classes + 0.2, by_coordinates, 0.4, hatch="//", label="coordinate by coordinate")
    right.axhline(0, color="black", linewidth=0.8)
    right.set(xlabel="class (1 is right)", ylabel="gradient of the loss", xticks=classes)
    right.legend(loc="upper right")
    plt.show()


def draw_decay(curves: dict) -> None:
    """The size of the gradient that reaches each layer, relative to the last one, on a logarithmic axis."""
    _, ax = plt.subplots(figsize=(7, 3.4))
    colours = [PURPLE, BLUE, GREEN, ORANGE]
    for (name, sizes), marker, colour in zip(curves.items(), "os^D", colours, strict=True):
        layers = np.arange(1, len(sizes) + 1)
        ax.semilogy(layers, sizes, marker=marker, markersize=4, color=colour, label=name)
        ax.annotate(
            name, (1, sizes[0]), xytext=(-6, 0), textcoords="offset points", color=colour,
            va="center", ha="right", fontsize=9,
        )  # fmt: skip
    ax.set(xlabel="layer", ylabel="size of δ, relative to the last layer", xlim=(-4.2, 10.5))
    ax.set_xticks(range(1, 11))
    plt.show()


def draw_throws(panels: dict, baskets: np.ndarray) -> None:
    """Flights to several baskets, each in the colour of its basket, one panel for each name.

    Args:
        panels: name -> x and y of the flights, two arrays (steps, N).
        baskets: where they should end, (N, 2).
    """
    _, axes = plt.subplots(1, len(panels), figsize=(9.5, 3.6), sharex=True, sharey=True)
    colours = plt.get_cmap("viridis")(np.linspace(0, 0.85, len(baskets)))
    for ax, (name, (x, y)) in zip(axes, panels.items(), strict=True):
        _throws(ax, x, y, baskets, colours)
        ax.set(title=name, xlabel="distance (m)")
    axes[0].set_ylabel("height (m)")
    plt.show()


def _throws(
    ax: Axes, x: np.ndarray, y: np.ndarray, baskets: np.ndarray, colours: np.ndarray
) -> None:
    for i, colour in enumerate(colours):
        ax.plot(np.append(0, x[:, i]), np.append(0, y[:, i]), color=colour, linewidth=1.2)
        ax.plot(*baskets[i], "v", color=colour, markersize=9, markeredgecolor="black")


def _matrix(ax: Axes, place: float, height: float, colour: str, name: str) -> None:
    """A rectangle of width 1, centred on the line, with a name in it."""
    ax.add_patch(
        plt.Rectangle((place, 0.5 - height / 2), 0.95, height, facecolor=colour, alpha=0.35)
    )
    ax.add_patch(
        plt.Rectangle((place, 0.5 - height / 2), 0.95, height, fill=False, edgecolor=colour)
    )
    shift = 0 if height > 0.5 else 0.25
    ax.text(place + 0.475, 0.5 + shift, name, ha="center", va="center", fontsize=11)


def _box(ax: Axes, centre: tuple, text: str, size: tuple) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (centre[0] - size[0] / 2, centre[1] - size[1] / 2)
    ax.add_patch(
        FancyBboxPatch(
            corner,
            *size,
            boxstyle="round,pad=0,rounding_size=0.04",
            facecolor="#DCEBF7",
            edgecolor=GREY,
        )
    )
    ax.text(*centre, text, ha="center", va="center", fontsize=12)


def _arrow(ax: Axes, start: tuple, end: tuple, colour: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)
