"""The figures of chapter 1: points and half-planes, a small network, hinges, a descent, and what a hidden layer sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import torch
from matplotlib.colors import LinearSegmentedColormap

from helpers.plotting import BLUE, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = ((0, BLUE, "o"), (1, ORANGE, "s"))  # class, colour, marker

IDEAS = [
    (1958, "perceptron", 0),
    (1969, "its limits (XOR)", 1),
    (1980, "neocognitron", 2),
    (1986, "backpropagation\npopularized", 0),
    (1998, "LeNet-5", 1),
    (2009, "ImageNet", 2),
    (2012, "AlexNet", 0),
    (2015, "ResNet", 1),
    (2017, "Transformer", 2),
    (2020, "GPT-3,\ndiffusion", 0),
]
WORK = [
    (1958, 7e5, "perceptron"),
    (1998, 3e12, "LeNet-5"),
    (2012, 4.7e17, "AlexNet"),
    (2017, 2.3e19, "Transformer"),
    (2020, 3.1e23, "GPT-3"),
]
EXAMPLES = [
    (1998, 7e4, "MNIST"),
    (2012, 1.28e6, "ImageNet of 2012"),
    (2022, 5.85e9, "LAION-5B"),
]


def draw_photographs(pictures: Sequence[torch.Tensor], titles: Sequence[str]) -> None:
    """Eight photographs (C, H, W) with a title each, in two rows."""
    fig, axes = plt.subplots(2, 4, figsize=(9, 4.6), dpi=75)
    for ax, picture, title in zip(axes.flat, pictures, titles, strict=True):
        ax.imshow(picture.permute(1, 2, 0).numpy(), cmap="gray")
        ax.set_title(title, fontsize=11)
        ax.set_axis_off()
    plt.show()


def draw_history() -> None:
    """Ideas in their years, and below them what one training cost and how many examples there were."""
    fig, (above, below) = plt.subplots(
        2, 1, figsize=(8.2, 4.4), sharex=True, height_ratios=[1, 1.7], dpi=80
    )
    for year, what, row in IDEAS:
        above.plot([year, year], [0.4, -row], color="0.7", linewidth=1)
        above.plot(year, 0.4, "o", color=BLUE, markersize=5)
        above.text(year, -row - 0.1, what, ha="center", va="top", fontsize=9)
    above.set(yticks=[], ylim=(-3.3, 0.8))
    above.spines["left"].set_visible(False)
    above.grid(visible=False)
    for points, colour, marker, label in (
        (WORK, BLUE, "o", "operations for one training"),
        (EXAMPLES, ORANGE, "s", "examples in a data set"),
    ):
        years, amounts, names = zip(*points, strict=True)
        below.semilogy(years, amounts, marker, color=colour, label=label)
        for year, amount, name in points:
            side, shift = ("left", 1) if year < 1990 else ("right", -1)
            below.text(year + shift, amount, name, ha=side, va="center", fontsize=9)
    below.set(xlabel="year", ylabel="number", xlim=(1952, 2026), ylim=(1e4, 1e25))
    below.legend(loc="upper left")
    plt.show()


def draw_points(ax: Axes, X: torch.Tensor, y: torch.Tensor, size: float = 12) -> None:
    """Points X (N, 2) in the look of their classes y (N,)."""
    X = X.cpu()
    for c, colour, marker in LOOKS:
        ax.scatter(*X[y.cpu() == c].T, s=size, color=colour, marker=marker, linewidth=0)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    ax.grid(visible=False)


def draw_regions(
    ax: Axes, classify: Callable, X: torch.Tensor, y: torch.Tensor, low=-1.15, high=1.15, size=12
) -> None:
    """Shade the plane by what classify says, (N, 2) -> (N,), and draw the points on it."""
    u = torch.linspace(low, high, 201)
    said = classify(torch.cartesian_prod(u, u)).view(201, 201).T
    ax.contourf(u, u, said, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.25)
    draw_points(ax, X, y, size)


def draw_spirals(X: torch.Tensor, y: torch.Tensor) -> None:
    """Two spirals, and a straight walk across them."""
    fig, ax = plt.subplots(figsize=(4.4, 4))
    draw_points(ax, X, y)
    ax.plot([-1.15, 1.15], [0, 0], "--", color="black", linewidth=1.2)
    ax.text(1.18, 0, "the walk", va="center", fontsize=10)
    for c, colour, marker in LOOKS:
        ax.scatter([], [], color=colour, marker=marker, label=f"class {c}")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    plt.show()


def draw_half_planes(w: torch.Tensor, classify: Callable, problems: dict) -> Figure:
    """What one perceptron with the weights w (2,) says on two problems, name -> (X, y), and how often it is right."""
    fig, axes = plt.subplots(1, 2, figsize=(7.6, 3.7))
    for ax, (name, (X, y)) in zip(axes, problems.items(), strict=True):
        draw_regions(ax, classify, X, y)
        ax.annotate(
            "w",
            xy=(0, 0),
            xytext=(0.75 * w).tolist(),
            fontsize=13,
            ha="center",
            va="center",
            zorder=5,
            arrowprops={"arrowstyle": "<-", "linewidth": 2.2},
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": "none"},
        )
        right = (classify(X) == y).float().mean()
        ax.set_title(f"{name}: {right:.0%} right")
    return fig


def draw_xor(hidden: Callable, last: Callable, corners: torch.Tensor, xor: torch.Tensor) -> None:
    """The network for XOR as a graph, what it says in the plane, and the same corners after the hidden layer."""
    fig, (graph, before, after) = plt.subplots(1, 3, figsize=(9.6, 3.4), width_ratios=[1.15, 1, 1])
    _draw_graph(graph)
    draw_regions(before, lambda X: last(hidden(X)), corners, xor, -0.5, 1.5, size=70)
    draw_regions(after, last, hidden(corners), xor, -0.5, 1.5, size=70)
    before.set_title("the inputs")
    after.set_title("as the hidden layer sees them")
    after.set(xlabel="hidden neuron OR", ylabel="hidden neuron NAND")
    after.text(1.0, 0.78, "(0, 1) and (1, 0)", ha="center", fontsize=9)
    plt.show()


def _draw_graph(ax: Axes) -> None:
    """Two inputs, two hidden neurons, one output; a weight on each arrow and a bias below each neuron."""
    places = {"$x_1$": (0, 1), "$x_2$": (0, 0), "OR": (1, 1), "NAND": (1, 0), "AND": (2, 0.5)}
    biases = {"OR": "-0.5", "NAND": "+1.5", "AND": "-1.5"}
    arrows = [
        ("$x_1$", "OR", "1", 0.5),
        ("$x_2$", "OR", "1", 0.22),
        ("$x_1$", "NAND", "-1", 0.22),
        ("$x_2$", "NAND", "-1", 0.5),
        ("OR", "AND", "1", 0.5),
        ("NAND", "AND", "1", 0.5),
    ]
    for start, end, weight, share in arrows:
        (x, y), (u, v) = places[start], places[end]
        arrow = {"arrowstyle": "->", "color": "0.45", "shrinkA": 15, "shrinkB": 19}
        ax.annotate("", xy=(u, v), xytext=(x, y), arrowprops=arrow)
        at = (x + share * (u - x), y + share * (v - y))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        ax.text(*at, weight.replace("-", "−"), ha="center", va="center", fontsize=10, bbox=box)
    for name, (x, y) in places.items():
        colour = "0.93" if name.startswith("$") else "white"
        ax.plot(x, y, "o", markersize=36, color=colour, markeredgecolor="0.2", zorder=3)
        ax.text(x, y, name, ha="center", va="center", fontsize=9, zorder=4)
        bias = biases.get(name, "").replace("-", "−")
        ax.text(x, y - 0.3, bias, ha="center", va="center", fontsize=10, zorder=4)
    ax.set(xlim=(-0.35, 2.4), ylim=(-0.5, 1.4), title="the network")
    ax.set_axis_off()


def draw_hinges(x: torch.Tensor, hinges: torch.Tensor, before: torch.Tensor, after: torch.Tensor):
    """Three hinges (N, 3), their sum, and their sum after one weight was changed."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3), sharex=True)
    # ever thinner, so that all three show where they lie on each other
    looks = ((BLUE, 6, "first"), (ORANGE, 3.2, "second"), ("black", 1.2, "third"))
    for hinge, (colour, width, name) in zip(hinges.T, looks, strict=True):
        left.plot(x, hinge, color=colour, linewidth=width, label=name)
    right.plot(x, after, color=ORANGE, linewidth=3, label="$v_2 = -1$")
    right.plot(x, before, color="black", linewidth=1.4, label="$v_2 = -2$")
    for kink in (0, 1, 2):
        right.axvline(kink, color="0.7", linestyle=":", linewidth=1.2)
    left.set(xlabel="x", ylabel="each hinge times its v")
    right.set(xlabel="x", ylabel="their sum y")
    left.legend(loc="upper left")
    right.legend(loc="upper left")
    plt.show()


def draw_width(x, truth, network, knots, widths, errors, n: int) -> Figure:
    """A curve and a network of n hinges that follows it, and where n stands among the errors of all widths."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.8, 3))
    left.plot(x, truth, color="0.75", linewidth=5, label="sine")
    left.plot(x, network, color=ORANGE, linewidth=1.5, label=f"{n} hinges")
    left.plot(*knots, "o", color=ORANGE, markersize=4)
    left.set(xlabel="x", ylabel="y", ylim=(-1.3, 1.3))
    left.legend(loc="upper right")
    right.loglog(widths, errors, "o-", color=BLUE, markersize=4)
    right.plot(n, errors[widths.index(n)], "o", color=ORANGE, markersize=10)
    right.set(xlabel="width n (hidden units)", ylabel="largest error")
    return fig


def draw_folds(x: torch.Tensor, curves: dict) -> None:
    """The tent, put into itself: number of levels -> values (N,), with a line at one half."""
    fig, axes = plt.subplots(1, len(curves), figsize=(8.6, 2.6), sharey=True)
    for ax, (k, y) in zip(axes, curves.items(), strict=True):
        ax.plot(x, y, color=BLUE, linewidth=1.4)
        ax.axhline(0.5, color=ORANGE, linestyle="--", linewidth=1.4)
        ax.set(xlabel="x", title=f"{k} level{'s' * (k > 1)}, {2 * k} units")
    axes[0].set_ylabel("height")
    plt.show()


def draw_descent(x: torch.Tensor, y: torch.Tensor, path: Sequence[float], best: float) -> None:
    """The empirical risk of theta x against y over theta, the first steps of a descent, and the slope where it starts."""
    theta = torch.linspace(-0.4, 6.4, 200, dtype=torch.float64)
    heights = ((theta[:, None] * x - y) ** 2).mean(1)
    steps = [((t * x - y) ** 2).mean().item() for t in path]
    slope = (2 * (path[0] * x - y) * x).mean().item()
    fig, ax = plt.subplots(figsize=(6.2, 3.3))
    ax.plot(theta, heights, color="0.6")
    ax.plot(path, steps, "o", color=BLUE, zorder=3)
    for i in range(3):
        arrow = {"arrowstyle": "->", "color": BLUE, "shrinkA": 4, "shrinkB": 4, "linewidth": 1.5}
        end, start = (path[i + 1], steps[i + 1]), (path[i], steps[i])
        ax.annotate("", xy=end, xytext=start, arrowprops=arrow)
    touch = torch.tensor([path[0] - 0.3, path[0] + 1.1], dtype=torch.float64)
    ax.plot(touch, steps[0] + slope * (touch - path[0]), "--", color=ORANGE)
    ax.text(touch[0] + 0.2, 1.15 * steps[0], " slope at the start", color=ORANGE, fontsize=10)
    ax.axvline(best, linestyle=":", color="black", linewidth=1.2)
    ax.text(best, 0.9 * heights.max(), r" exact $\theta^\star$", fontsize=10)
    ax.set(xlabel=r"parameter $\theta$", ylabel="empirical risk", ylim=(0, None))
    plt.show()


def draw_winding(classify: Callable, X: torch.Tensor, y: torch.Tensor, step: int) -> Figure:
    """The regions of a network after so many steps, under points that it was not trained on."""
    fig, ax = plt.subplots(figsize=(4.3, 4))
    draw_regions(ax, classify, X, y, size=9)
    right = (classify(X) == y).float().mean()
    ax.set_title(f"after {step} steps: {right:.0%} of these right")
    return fig


def draw_two_views(classify: Callable, X, y, along: torch.Tensor, across: torch.Tensor) -> None:
    """Points in the plane with the network's regions and the walk, and the same points as the last hidden layer holds them."""
    fig, (plane, inside) = plt.subplots(1, 2, figsize=(8.6, 4))
    draw_regions(plane, classify, X, y, size=9)
    plane.plot([-1.15, 1.15], [0, 0], "--", color="black", linewidth=1.2)
    plane.set_title("the inputs")
    for c, colour, marker in LOOKS:
        inside.scatter(along[y == c], across[y == c], s=9, color=colour, marker=marker, linewidth=0)
    inside.axvline(0, color="black", linewidth=1.5)
    inside.set(
        xlabel="distance from the last layer's boundary",
        ylabel="direction of largest spread",
        title="the last hidden layer",
    )
    plt.show()


def draw_stand_in(sizes: Sequence[int], measured: Sequence, formula: Sequence) -> None:
    """How far an empirical risk lies from the risk, measured and by the formula."""
    fig, ax = plt.subplots(figsize=(5.6, 3.2))
    ax.loglog(sizes, formula, color="0.6", label=r"$\sqrt{p\,(1-p)/N}$")
    ax.loglog(sizes, measured, "o", color=ORANGE, label="measured")
    ax.set(xlabel="examples N", ylabel="typical distance")
    ax.legend()
    plt.show()


def draw_shortcut(pictures: Sequence[torch.Tensor], shares: dict) -> None:
    """Two photographs (3, H, W) with every second strip marked as unseen, and accuracies there: name -> values over seeds."""
    fig, axes = plt.subplots(1, 3, figsize=(10, 2.9), width_ratios=[1.25, 1.25, 1], dpi=80)
    for ax, picture in zip(axes, pictures, strict=False):
        ax.imshow(picture.permute(1, 2, 0).numpy())
        strip = picture.shape[2] // 8
        for left in range(strip, 8 * strip, 2 * strip):
            ax.axvspan(left, left + strip, color="black", alpha=0.45, linewidth=0)
        ax.text(1.5 * strip, 30, "unseen", color="white", ha="center", va="center", fontsize=9)
        ax.set_axis_off()
    rows = range(len(shares))
    axes[2].barh(rows, [sum(values) / len(values) for values in shares.values()], color=BLUE,
                 alpha=0.45)  # fmt: skip
    for row, values in zip(rows, shares.values(), strict=True):
        axes[2].plot(values, [row] * len(values), "o", color=BLUE, markersize=5)
    axes[2].axvline(0.5, color="black", linestyle="--", linewidth=1)
    axes[2].set(yticks=rows, yticklabels=shares, xlabel="accuracy on unseen strips", xlim=(0, 1))
    axes[2].invert_yaxis()
    axes[2].grid(visible=False, axis="y")
    plt.show()


def draw_members(x: torch.Tensor, outputs: torch.Tensor) -> None:
    """What each member of an ensemble says, (M, N) over x (N,), and the mean of all."""
    fig, ax = plt.subplots(figsize=(6.4, 3.4))
    ax.plot(x, outputs.T, color="0.75", linewidth=0.6)
    ax.plot(x, outputs.mean(0), color="black", label=f"mean of {len(outputs)} members")
    ax.set(xlabel="x", ylabel="output")
    ax.legend(loc="upper left")
    plt.show()


def draw_roots(x: torch.Tensor, lines: Sequence[torch.Tensor], knots: dict) -> None:
    """The root with two networks of straight pieces, name -> knots, and how far each stays below the root."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.4))
    left.plot(x, x.sqrt(), color="0.75", linewidth=5, label="root")
    looks = ((BLUE, "o", "-"), (ORANGE, "s", "--"))
    for line, (name, places), (colour, marker, dash) in zip(
        lines, knots.items(), looks, strict=True
    ):
        left.plot(x, line, dash, color=colour, linewidth=1.3)
        left.plot(places, places.sqrt(), marker, color=colour, markersize=4, label=name)
        inside = x <= 1
        right.plot(x[inside], (x.sqrt() - line)[inside], dash, color=colour, label=name)
    left.set(xlabel="x", ylabel="root and networks")
    right.set(xlabel="x", ylabel="root minus network")
    left.legend(loc="lower right")
    right.legend(loc="upper right")
    plt.show()


def draw_belief(u: torch.Tensor, belief: torch.Tensor, X: torch.Tensor, y: torch.Tensor) -> None:
    """A probability of class 1 over a square grid, (n, n) over u (n,), its boundary, and points."""
    fig, ax = plt.subplots(figsize=(6, 4.8))
    shades = LinearSegmentedColormap.from_list("belief", [BLUE, "white", ORANGE])
    # arrays, as matplotlib wants them
    u, belief = u.numpy(), belief.numpy()
    mesh = ax.pcolormesh(u, u, belief, cmap=shades, vmin=0, vmax=1, alpha=0.55, rasterized=True)
    ax.contour(u, u, belief, levels=[0.5], colors="black", linewidths=1.5)
    draw_points(ax, X, y, size=9)
    fig.colorbar(mesh, label="probability of class 1", shrink=0.8)
    plt.show()
