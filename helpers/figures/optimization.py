"""The figures of chapter 4: races, a ravine, a parabola above a loss, a saddle. What they show is computed in the lecture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import torch

from helpers.plotting import BLUE, COLOURS, MARKERS, ORANGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

__all__ = [
    "draw_beliefs",
    "draw_descent",
    "draw_floor",
    "draw_momentum",
    "draw_parabola_above",
    "draw_race",
    "draw_rates",
    "draw_root",
    "draw_saddle",
    "draw_surprise",
    "draw_turned",
    "draw_walks",
]

MILD, STEEP = 1.0, 25.0  # curvatures of the ravine on the pictures


def draw_race(results: dict, before: dict | None = None, line: float | None = None) -> None:
    """A row for each runner and a dot for each start, on a logarithmic axis.

    Args:
        results: name -> the losses from several starts.
        before: the results of an earlier race, drawn in grey above them.
        line: where to draw a dotted line, to compare with.
    """
    rows = [(name, values, "0.45", "s") for name, values in (before or {}).items()]
    rows += [(name, values, BLUE, "o") for name, values in results.items()]
    _, ax = plt.subplots(figsize=(7, 0.9 + 0.34 * len(rows)))
    for row, (_, values, colour, marker) in enumerate(rows):
        heights = [row + 0.22 * (i - (len(values) - 1) / 2) for i in range(len(values))]
        ax.plot(values, heights, marker, color=colour, markersize=6, markeredgecolor="k")
    if line is not None:
        ax.axvline(line, linestyle=":", color="0.3", linewidth=1.5)
    ax.set_yticks(range(len(rows)), [name for name, *_ in rows])
    ticks = [0.1, 0.2, 0.5, 1, 2]
    ax.set(xscale="log", xlabel="loss on held-out digits (nats)", xlim=(0.07, 3))
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.invert_yaxis()
    plt.show()


def draw_beliefs(x, y, slopes, surprise: dict, slope: float) -> None:
    """Left: data, a line, and the bell that a belief puts on it at each point. Right: -log likelihood against the slope."""
    _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    heights = torch.linspace(-1.5, 1.5, 81)
    bell = torch.exp(-(heights**2) / (2 * 0.5**2))
    for at in x[::3].tolist():
        left.fill_betweenx(slope * at + heights, at, at + 0.2 * bell, color=BLUE, alpha=0.25, linewidth=0)  # fmt: skip
    left.plot(x, slope * x, color=BLUE)
    left.plot(x, y, "o", color=ORANGE, markersize=6)
    left.set(xlabel="x", ylabel="y", title="a line, noise about it, twenty points")
    for (sigma, values), colour in zip(surprise.items(), COLOURS, strict=False):
        right.plot(slopes, values - values.min(), color=colour)
        side = slopes[(values - values.min() < 22).nonzero().max()]
        height = (values - values.min())[(slopes - side).abs().argmin()]
        right.annotate(f"σ = {sigma:g}", (side, height), xytext=(4, 0), textcoords="offset points", color=colour, va="center")  # fmt: skip
    right.axvline(slope, color="0.4", linestyle=":", linewidth=1.5)
    right.set(xlabel="slope w", ylabel="−log likelihood (nats), shifted", ylim=(-1, 25), xlim=(0, 3.5))  # fmt: skip
    plt.show()


def draw_surprise(p, right, wrong) -> None:
    """The loss of a two-class model against its probability of class 1, for both truths."""
    _, ax = plt.subplots(figsize=(6.5, 3.2))
    ax.plot(p, right, color=BLUE)
    ax.plot(p, wrong, "--", color=ORANGE)
    ax.text(0.1, 2.6, "truth: class 1", color=BLUE)
    ax.text(0.9, 2.6, "truth: class 0", color=ORANGE, ha="right")
    ax.plot(0.5, math.log(2), "ok")
    ax.annotate("knows nothing: log 2", (0.5, math.log(2)), xytext=(0, 28), textcoords="offset points", ha="center", arrowprops={"arrowstyle": "-"})  # fmt: skip
    ax.set(xlabel="probability p that the model gives to class 1", ylabel="loss (nats)", ylim=(0, 4.7))  # fmt: skip
    plt.show()


def draw_descent(points: torch.Tensor, factor: float) -> Figure:
    """A path in the ravine: on the landscape, on its map, and its distance over the steps.

    Args:
        points: where the walker is at each step, (steps + 1, 2); the ravine has curvatures 1 and 25.
        factor: its learning rate in units of 1 / 25.
    """
    figure = plt.figure(figsize=(9.5, 3.1))
    scene = figure.add_subplot(1, 3, 1, projection="3d")
    a, b = torch.meshgrid(torch.linspace(-2, 11, 60), torch.linspace(-2.2, 2.2, 60), indexing="xy")
    scene.plot_surface(a, b, _height(a, b), cmap="Greys_r", alpha=0.75, rcount=40, ccount=40, linewidth=0)  # fmt: skip
    inside = points[: _first_outside(points)]
    scene.plot(*inside.T, _height(*inside.T) + 1, color=ORANGE, linewidth=1.5, zorder=10)
    scene.view_init(elev=50, azim=-60)
    scene.set_box_aspect((2.2, 1, 0.7))
    scene.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", zticks=[], xticks=[0, 5, 10], yticks=[-2, 0, 2])  # fmt: skip
    plan = figure.add_subplot(1, 3, 2)
    _map_of_the_ravine(plan)
    plan.plot(*inside.T, ".-", color=ORANGE, markersize=5, linewidth=1)
    course = figure.add_subplot(1, 3, 3)
    course.semilogy(points.norm(dim=1), color=ORANGE)
    course.set(xlabel="step", ylabel="distance to the minimum", ylim=(1e-2, 1e2))
    figure.suptitle(f"η = {factor:g} / β", fontsize=11)
    return figure


def draw_momentum(runs: dict, rates: dict) -> Figure:
    """Paths in the ravine with and without momentum, and their distances beside the predicted rates.

    Args:
        runs: γ -> points (steps + 1, 2), gradient descent (γ = 0) first.
        rates: γ -> the predicted factor a step.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    _map_of_the_ravine(left)
    for (gamma, points), colour, mark in zip(runs.items(), (BLUE, ORANGE), "os", strict=False):
        left.plot(*points[:25].T, color=colour, marker=mark, markersize=3.5, linewidth=1)
        distance = points.norm(dim=1)
        right.semilogy(
            distance,
            color=colour,
            linewidth=3,
            alpha=0.7,
            label=f"γ = {gamma:g}: factor {rates[gamma]:.3f}",
        )
        line = distance[0] * rates[gamma] ** torch.arange(len(points))
        right.semilogy(line, "--", color="k", linewidth=1)
    left.set(title="the first 24 steps")
    right.set(xlabel="step", ylabel="distance to the minimum", ylim=(1e-8, 2e2))
    right.legend(loc="upper right")
    return figure


def draw_root(kappas: list, counts: dict, theory: dict) -> None:
    """Steps to a millionth against the condition number: counted (marks) and predicted (lines)."""
    _, ax = plt.subplots(figsize=(7, 3.6))
    for (name, steps), colour, marker in zip(counts.items(), COLOURS, MARKERS, strict=False):
        ax.plot(kappas, theory[name], "--", color=colour, linewidth=1.2)
        ax.plot(kappas, steps, marker, color=colour, markersize=7)
        ax.annotate(name, (kappas[-1], steps[-1]), xytext=(8, 0), textcoords="offset points", color=colour, va="center")  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel="condition number κ", ylabel="steps to a millionth", xlim=(8, 2e4))  # fmt: skip
    plt.show()


def draw_turned(paths: dict) -> None:
    """Paths of one optimizer in two ravines, each in its panel: name -> (Hessian, points)."""
    _, axes = plt.subplots(1, len(paths), figsize=(9, 3.6))
    across, up = torch.meshgrid(torch.linspace(-3, 12, 200), torch.linspace(-5, 9, 200), indexing="xy")  # fmt: skip
    grid = torch.stack([across, up], dim=-1)
    for ax, (name, (hessian, points)) in zip(axes, paths.items(), strict=True):
        heights = ((grid @ hessian) * grid).sum(dim=-1) / 2
        ax.contourf(across, up, heights.clamp(min=1e-2).log10(), levels=16, cmap="Greys", alpha=0.6)
        ax.plot(*points.T, ".-", color=ORANGE, markersize=5, linewidth=1)
        ax.plot(0, 0, "*", color=BLUE, markersize=12)
        ax.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", title=name, aspect="equal")
    plt.show()


def draw_floor(curves: dict) -> None:
    """Distances to the solution over the steps, logarithmic, one line a run, named at its end."""
    _, ax = plt.subplots(figsize=(8, 4))
    for (name, distance), colour, style in zip(curves.items(), COLOURS, ("-", "--", "-", "--", ":"), strict=False):  # fmt: skip
        smooth = distance[:3000].reshape(100, 30).square().mean(dim=1).sqrt()
        seen = smooth > 1e-3
        steps = torch.arange(15, 3000, 30)[seen]
        ax.semilogy(steps, smooth[seen], style, color=colour)
        end = smooth[seen][-1].item()
        ax.annotate(name, (steps[-1], end), xytext=(5, 0), textcoords="offset points", color=colour, va="center")  # fmt: skip
    ax.set(xlabel="step", ylabel="distance to the solution", ylim=(1e-3, 3), xlim=(0, 4300))
    ax.set_xticks(range(0, 3001, 1000))
    plt.show()


def draw_parabola_above(loss: Callable, slope: Callable, at: float, beta: float) -> None:
    """A loss, the parabola of curvature beta that touches it at one point, and the step that goes to the parabola's bottom."""
    x = torch.linspace(-1.3, 2.6, 300)
    here = torch.tensor(at)
    there = here - slope(here) / beta
    bottom = loss(here) - slope(here) ** 2 / (2 * beta)
    _, ax = plt.subplots(figsize=(7.5, 4))
    ax.plot(x, loss(x), color="0.25", linewidth=2.2)
    ax.plot(x, loss(here) + slope(here) * (x - at) + beta / 2 * (x - at) ** 2, "--", color=BLUE)
    ax.plot(here, loss(here), "o", color="k", markersize=8)
    ax.plot(there, bottom, "s", color=BLUE, markersize=8)
    ax.plot(there, loss(there), "o", color=ORANGE, markersize=8)
    ax.annotate("", (there, loss(there)), (here, loss(here)), arrowprops={"arrowstyle": "->", "color": ORANGE, "linewidth": 1.5, "shrinkA": 6, "shrinkB": 5})  # fmt: skip
    ax.text(at + 0.1, loss(here) - 0.1, "you are here")
    ax.text(there - 0.2, bottom, "promised: this low", ha="right", va="center", color=BLUE)
    ax.annotate("where the step leads", (there, loss(there)), xytext=(20, -22), textcoords="offset points", color=ORANGE, arrowprops={"arrowstyle": "-", "color": ORANGE})  # fmt: skip
    ax.text(-1.27, 1.06, "the loss", color="0.25")
    ax.text(-0.45, 1.6, "the parabola", color=BLUE)
    ax.set(xlabel=r"$\theta$", ylabel=r"$\mathcal{L}(\theta)$", ylim=(-0.1, 1.9))
    plt.show()


def draw_saddle(exact: torch.Tensor, shaken: torch.Tensor) -> None:
    """The saddle x² + y⁴/4 - y²/2 as a landscape, and as a map with the path of exact and the paths (steps, R, 2) of noisy descent."""
    figure = plt.figure(figsize=(9, 3.6))
    scene = figure.add_subplot(1, 2, 1, projection="3d")
    a, b = torch.meshgrid(torch.linspace(-1, 1.1, 50), torch.linspace(-1.5, 1.5, 50), indexing="xy")
    heights = a**2 + b**4 / 4 - b**2 / 2
    scene.plot_surface(a, b, heights, cmap="Greys_r", alpha=0.85, linewidth=0.2, edgecolor="0.5")
    x, y = exact.T
    scene.plot(x, y, x**2 + 0.03, color=ORANGE, linewidth=2.5, zorder=10)
    scene.view_init(elev=42, azim=-30)
    scene.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", zticks=[], xticks=[-1, 0, 1], yticks=[-1, 0, 1])  # fmt: skip
    plan = figure.add_subplot(1, 2, 2)
    a, b = torch.meshgrid(torch.linspace(-0.5, 1.1, 100), torch.linspace(-1.4, 1.4, 100), indexing="xy")  # fmt: skip
    plan.contour(a, b, a**2 + b**4 / 4 - b**2 / 2, levels=14, colors="0.75", linewidths=0.8)
    for path in shaken[:, :20].permute(1, 2, 0):
        plan.plot(*path, color=BLUE, linewidth=0.6, alpha=0.7)
    plan.plot(x, y, color=ORANGE, marker="s", markersize=4)
    plan.set(xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
    plt.show()


def draw_rates(rates: list, table: dict) -> None:
    """Held-out loss against the learning rate: a panel a method, constant beside scheduled, three starts each.

    Args:
        rates: the learning rates.
        table: (method, "constant" or "scheduled") -> losses (rates, starts).
    """
    methods = list(dict.fromkeys(method for method, _ in table))
    figure, axes = plt.subplots(1, len(methods), figsize=(9.5, 3.4), sharey=True)
    for ax, method in zip(axes, methods, strict=True):
        for kind, colour, mark, style in (("constant", BLUE, "o", "-"), ("scheduled", ORANGE, "s", "--")):  # fmt: skip
            losses = torch.as_tensor(table[method, kind])
            ax.plot(rates, losses.mean(dim=1), style, color=colour, label=kind)
            for start in losses.T:
                ax.plot(rates, start, mark, color=colour, markersize=4, alpha=0.7)
        ticks = [0.1, 0.2, 0.5, 1, 2]
        ax.set(xscale="log", yscale="log", xlabel="(peak) learning rate", title=method)
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
    axes[0].set(ylabel="loss on held-out digits (nats)")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    plt.show()


def draw_walks(paths: list, ends: list, wells: list) -> None:
    """Paths on an egg box, each a list of points (2,), in the colour of the well in which it ends.

    Args:
        paths: the points of each walker.
        ends: where each walker came to rest, (x, y).
        wells: the wells, as pairs of whole numbers.
    """
    _, ax = plt.subplots(figsize=(6, 6))
    x = torch.linspace(-4.5, 4.5, 200)
    ax.contourf(x, x, torch.outer(x.cos(), x.cos()), levels=20, cmap="Greys_r", alpha=0.6)
    for path, (u, v) in zip(paths, ends, strict=True):
        colour = COLOURS[wells.index((round(u), round(v))) % len(COLOURS)]
        ax.plot(*torch.stack(path).T, color=colour, linewidth=0.9)
        ax.plot(u, v, "o", color="k", markersize=5)
    ax.set(xlabel="x", ylabel="y", aspect="equal", xlim=(-4.5, 4.5), ylim=(-4.5, 4.5))
    plt.show()


def _height(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (MILD * a**2 + STEEP * b**2) / 2


def _map_of_the_ravine(ax) -> None:
    """Grey levels and level lines of the ravine; dark is high."""
    a, b = torch.meshgrid(
        torch.linspace(-7, 11, 150), torch.linspace(-4.5, 4.5, 150), indexing="xy"
    )
    levels = [0, 1, 5, 12, 25, 50, 90, 150, 230, 330]
    ax.contourf(a, b, _height(a, b), levels=levels, cmap="Greys", alpha=0.5)
    ax.contour(a, b, _height(a, b), levels=levels, colors="0.6", linewidths=0.6)
    ax.set(
        xlabel=r"$\theta_1$ (flat)", ylabel=r"$\theta_2$ (steep)", xlim=(-7, 11), ylim=(-4.5, 4.5)
    )


def _first_outside(points: torch.Tensor) -> int:
    """The number of points before the path leaves the picture."""
    out = (points[:, 1].abs() > 2.2) | (points[:, 0] > 11) | (points[:, 0] < -2)
    return out.nonzero()[0].item() if out.any() else len(points)
