"""A computational graph drawn with matplotlib: leaves on the left, the output on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.autodiff.scalar import Value, topological_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BOX_WIDTH, BOX_HEIGHT = 0.82, 0.62  # in units of one column and one row


def draw_graph(output: Value, done: int | None = None, ax: Axes | None = None) -> Axes:
    """Draw the graph of a Value: a box a node, with its operation, its value and its gradient.

    Args:
        output: the last node.
        done: show the gradients of the first `done` nodes of the backward pass alone, and mark the last of them;
            None shows no gradient before `backward()` was called, and all of them after.
        ax: where to draw; None makes a figure of a fitting size.
    """
    import matplotlib.pyplot as plt

    order = topological_order(output)
    backward = order[::-1]
    shown = done if done is not None else len(order) if any(node.grad for node in order) else 0
    place = _layout(order)
    columns, rows = max(x for x, _ in place.values()) + 1, max(y for _, y in place.values()) + 1
    if ax is None:
        _, ax = plt.subplots(figsize=(min(1.55 * columns, 11), 1.0 * rows + 0.3))
    for node in order:
        for parent in set(node.parents):
            _arrow(ax, place[parent], place[node])
    for node in order:
        step = backward.index(node) + 1
        _box(ax, node, place[node], reached=step <= shown, current=step == done)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(-0.5, rows - 0.5))
    ax.set_axis_off()
    return ax


def _layout(order: list) -> dict:
    """Column and row of each node: a leaf stands just before its first use, an operation after all its parents."""
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(order)
    graph.add_edges_from((parent, node) for node in order for parent in node.parents)
    column = {
        node: i for i, layer in enumerate(networkx.topological_generations(graph)) for node in layer
    }
    for node in order:
        if not node.parents and graph.out_degree(node):
            column[node] = min(column[child] for child in graph.successors(node)) - 1
    layers = [
        [node for node in order if column[node] == i] for i in range(max(column.values()) + 1)
    ]
    height = max(map(len, layers))
    row = {}
    for layer in (
        layers
    ):  # a node stands near the mean row of its parents; leaves keep the order of their use
        wish = {
            node: _mean([row[p] for p in node.parents if p in row], default=(height - 1) / 2)
            for node in layer
        }
        layer.sort(key=wish.get, reverse=True)
        spread = (len(layer) - 1) / 2
        centre = min(max(_mean(list(wish.values()), 0.0), spread), height - 1 - spread)
        for i, node in enumerate(layer):
            row[node] = centre + spread - i
    return {node: (column[node], row[node]) for node in order}


def _mean(numbers: list, default: float) -> float:
    return sum(numbers) / len(numbers) if numbers else default


def _arrow(ax: Axes, start: tuple, end: tuple) -> None:
    start, end = (start[0] + BOX_WIDTH / 2, start[1]), (end[0] - BOX_WIDTH / 2, end[1])
    ax.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": "0.45",
            "shrinkA": 0,
            "shrinkB": 0,
            "linewidth": 1.2,
        },
    )


def _box(ax: Axes, node: Value, centre: tuple, reached: bool, current: bool) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = centre
    face = "#FDE7C8" if current else "#DCEBF7" if node.parents else "#F1F1F1"
    edge = "#D55E00" if current else "0.45"
    corner = (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2)
    ax.add_patch(
        FancyBboxPatch(
            corner,
            BOX_WIDTH,
            BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=face,
            edgecolor=edge,
        )
    )
    name = ": ".join(part for part in (node.label, node.op) if part)
    ax.text(x, y + 0.15, name, ha="center", va="center", fontsize=10, fontweight="bold")
    numbers = f"{node.data:.4g}"
    ax.text(x, y - 0.03, numbers, ha="center", va="center", fontsize=9, color="0.2")
    if reached:
        ax.text(
            x,
            y - 0.20,
            f"grad {node.grad:.4g}",
            ha="center",
            va="center",
            fontsize=9,
            color="#B04A00",
        )
