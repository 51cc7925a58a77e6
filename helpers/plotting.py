"""The course's figures: one style, one palette, curves with a legend, and curves that grow while a program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

# Okabe and Ito's colours, told apart with every kind of colour vision.
BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00",
)  # fmt: skip
COLOURS = [BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW]
MARKERS = "os^vD*"  # so that curves differ in print, too


def use_style() -> None:
    """Set matplotlib's defaults for the course: readable at a notebook's width, on any page."""
    import matplotlib.pyplot as plt
    from cycler import cycler

    plt.rcParams.update({
        "figure.figsize": (7, 3.4), "figure.dpi": 110, "savefig.dpi": 110,
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.w_pad": 0.09, "figure.constrained_layout.wspace": 0.04,
        "figure.facecolor": "white", "savefig.facecolor": "white",  # opaque, for a dark page
        "font.size": 11, "axes.titlesize": 11, "legend.fontsize": 10, "legend.frameon": False,
        "axes.prop_cycle": cycler(color=COLOURS), "lines.linewidth": 1.8,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": "0.9", "axes.axisbelow": True,
    })  # fmt: skip


def plot_curves(
    x: Sequence, curves: dict, xlabel: str, ylabel: str, log: str = "", ax: Axes | None = None
) -> Axes:
    """Draw curves over the same x, each with a marker of its own and a name in the legend.

    Args:
        x: the points, (N,).
        curves: name -> values, (N,).
        xlabel, ylabel: what the axes show, with units.
        log: which axes are logarithmic: "", "x", "y" or "xy".
        ax: where to draw; None makes a figure.

    Returns:
        The axes, for whatever else belongs there.
    """
    import matplotlib.pyplot as plt

    if ax is None:
        _, ax = plt.subplots()
    for (name, y), marker in zip(curves.items(), MARKERS, strict=False):
        ax.plot(x, y, marker=marker, markersize=5, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


class LiveCurves:
    """Curves that grow in place while a program runs, one beside the other.

    Args:
        names: keyword -> label of its axis; for example `loss="loss (nats)"`.

    Example:
        live = LiveCurves(loss="loss (nats)")
        for step in range(100):
            live.add(step, loss=...)
        live.draw()
    """

    def __init__(self, **names: str):
        import matplotlib.pyplot as plt

        self.names = names
        self.points = {name: [] for name in names}
        size = (7 if len(names) == 1 else 4 * len(names), 3)
        self.figure, axes = plt.subplots(1, len(names), figsize=size, squeeze=False)
        plt.close(self.figure)  # else the notebook would draw it once more at the end of the cell
        self.axes = dict(zip(names, axes[0], strict=True))
        self._place = None

    def add(self, step: int, **values: float) -> None:
        """Remember these values at this step."""
        for name, value in values.items():
            value = value.detach() if hasattr(value, "detach") else value
            self.points[name].append((step, float(value)))

    def draw(self) -> None:
        """Show the curves so far, in the place where they stood."""
        from IPython.display import display

        for (name, ax), colour in zip(self.axes.items(), COLOURS, strict=False):
            ax.clear()
            sparse = len(self.points[name]) < 30
            ax.plot(*zip(*self.points[name], strict=True), "o-" if sparse else "-", color=colour)
            ax.set(xlabel="step", ylabel=self.names[name])
            ax.set_ylim(bottom=0)
        if self._place is None:
            self._place = display(self.figure, display_id=True)
        else:
            self._place.update(self.figure)


def show_images(
    rows: Sequence, titles: Sequence | None = None, cmaps: Sequence = ("gray_r",)
) -> None:
    """Draw rows of small pictures, one under the other.

    Args:
        rows: for each row its pictures, (N, H, W), arrays or tensors.
        titles: a text over each picture of the first row.
        cmaps: matplotlib's colour map of each row; the last one holds for the rest. A diverging
            one, such as "PRGn", puts its middle at 0.
    """
    import matplotlib.pyplot as plt

    columns = max(len(row) for row in rows)
    size = (columns, 1.05 * len(rows) + 0.25 * (titles is not None))
    _, axes = plt.subplots(len(rows), columns, figsize=size, squeeze=False)
    for i, row in enumerate(rows):
        cmap = cmaps[min(i, len(cmaps) - 1)]
        for j, picture in enumerate(row):
            picture = picture.numpy() if hasattr(picture, "numpy") else picture
            limit = abs(picture).max() if cmap in ("PRGn", "RdBu", "PiYG") else None
            axes[i, j].imshow(picture, cmap=cmap, vmin=limit and -limit, vmax=limit)
    for ax, title in zip(axes[0], titles if titles is not None else (), strict=False):
        ax.set_title(title, fontsize=10)
    for ax in axes.flat:
        ax.set_axis_off()
