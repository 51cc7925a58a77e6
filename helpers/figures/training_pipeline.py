"""The figures of chapter 3: the pipeline, shapes that broadcast, a noisy step, the zoo of bugs, the finale."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from helpers.plotting import BLUE, COLOURS, GREEN, ORANGE

GREY = "0.6"


def draw_pipeline() -> None:
    """The six parts of a training program, and the way round that each batch goes."""
    _, ax = plt.subplots(figsize=(9, 2.3))
    parts = {
        "data": (0, "examples (x, y)"),
        "loader": (1, "cuts batches"),
        "model": (2, "x → scores"),
        "loss": (3, "how bad?"),
        "optimizer": (4, "moves the weights"),
        "picture": (5, "does it work?"),
    }
    for name, (place, does) in parts.items():
        ax.text(
            place, 0.55, name, ha="center", va="center", fontsize=12, weight="bold",
            bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": BLUE},
        )  # fmt: skip
        ax.text(place, 0.08, does, ha="center", va="center", fontsize=10, color="0.3")
    for place in range(5):
        ends = {"xytext": (place + 0.4, 0.55), "xy": (place + 0.6, 0.55)}
        ax.annotate("", **ends, arrowprops={"arrowstyle": "->", "color": "0.3"})
    back = {"arrowstyle": "->", "color": ORANGE, "connectionstyle": "arc3,rad=0.35"}
    ax.annotate("", xy=(2, 0.78), xytext=(4, 0.78), arrowprops=back)
    ax.text(3, 1.27, "new weights, next batch", ha="center", color=ORANGE, fontsize=10)
    ax.set(xlim=(-0.6, 5.6), ylim=(-0.15, 1.45))
    ax.set_axis_off()
    plt.show()


def draw_first_run(losses, guess, pictures, titles) -> None:
    """The loss of each step, and beside it ten mistakes: pictures (10, 28, 28) with a title each."""
    fig = plt.figure(figsize=(10, 3.4))
    left, right = fig.subfigures(1, 2, width_ratios=[1, 1.15])
    ax = left.subplots()
    ax.plot(losses, linewidth=1)
    ax.axhline(guess, color="0.4", linestyle="--")
    ax.text(len(losses), guess + 0.08, "log 10", ha="right", color="0.3")
    ax.set(xlabel="step (one batch of 64)", ylabel="training loss (nats)", ylim=(0, 2.7))
    draw_mistakes(right, pictures, titles)
    plt.show()


def draw_mistakes(figure, pictures, titles, colours=None) -> None:
    """Ten pictures (10, 28, 28) in two rows, each with its title."""
    for i, ax in enumerate(figure.subplots(2, 5).flat):
        ax.imshow(pictures[i], cmap="gray_r")
        ax.set_title(titles[i], fontsize=10, color=colours[i] if colours else "black")
        ax.set_axis_off()


def draw_shapes(x, y, grid, right, flat) -> None:
    """Left: which of B x B differences were meant. Right: what is learned from the diagonal, and from all of them."""
    fig, (left, middle) = plt.subplots(1, 2, figsize=(9, 3.3), width_ratios=[1, 1.6])
    left.imshow(np.ones((5, 5)), cmap="Greys", vmin=0, vmax=6)
    for row in range(5):
        for column in range(5):
            meant = row == column
            left.text(
                column, row, f"p{row} − y{column}", ha="center", va="center", fontsize=7.5,
                color=BLUE if meant else ORANGE, weight="bold" if meant else "normal",
            )  # fmt: skip
    left.set(xticks=[], yticks=[], xlabel="targets, (B,)", ylabel="predictions, (B, 1)")
    left.grid(False)
    middle.plot(x, y, ".", color="0.75", markersize=4)
    middle.plot(grid, right, color=BLUE)
    middle.plot(grid, flat, "--", color=ORANGE)
    middle.text(0.65, 0.95, "(B, 1) and (B, 1)", color=BLUE, ha="right")
    middle.text(-2.1, 0.12, "(B, 1) and (B,)", color=ORANGE, ha="center")
    middle.set(xlabel="x", ylabel="y")
    plt.show()


def draw_rate(rate, runs) -> Figure:
    """The training loss at one learning rate, beside that at 0.1. `runs` is rate -> (losses, accuracy)."""
    fig, ax = plt.subplots(figsize=(7, 3))
    ax.plot(runs[0.1][0], color=GREY, linewidth=1.2, label="η = 0.1")
    ax.plot(runs[rate][0], color=ORANGE, linewidth=1.2, label=f"η = {rate}")
    ax.axhline(np.log(10), color="0.4", linestyle="--", linewidth=1)
    ax.set(xlabel="step", ylabel="training loss (nats)", ylim=(0, 4))
    ax.set_title(f"η = {rate}: validation accuracy {runs[rate][1]:.2f}")
    ax.legend(loc="upper right")
    return fig


def draw_modes(told) -> None:
    """How often a probability was said, in train mode, and the one value of eval mode."""
    _, ax = plt.subplots(figsize=(7, 3))
    ax.hist(told["train"], bins=30, color=BLUE, label="train mode: 300 answers")
    ax.axvline(told["eval"][0], color=ORANGE, linewidth=3, label="eval mode: 300 times this one")
    ax.set(xlabel="probability of the right class", ylabel="answers (of 300)")
    ax.legend(loc="upper right")
    plt.show()


def draw_epochs(seen, unseen, names) -> None:
    """Measures after each epoch, on pictures that were trained on and on others; each a list of dictionaries."""
    _, axes = plt.subplots(1, len(names), figsize=(9, 3))
    for ax, (name, label) in zip(axes, names.items(), strict=True):
        epochs = range(1, len(seen) + 1)
        for curve, colour, who in ((seen, BLUE, "training"), (unseen, ORANGE, "validation")):
            ax.plot(epochs, [measured[name] for measured in curve], color=colour, label=who)
        ax.set(xlabel="epoch", ylabel=label, ylim=(0, None))
    axes[1].legend(loc="lower right")
    plt.show()


def draw_steps(B, start, ends, mean_change) -> Figure:
    """Ends (n, 2) of n steps from one start on a round bowl; the start's contour tells which of them went down."""
    fig, ax = plt.subplots(figsize=(5.2, 4.6))
    height = np.linalg.norm(ends, axis=1)
    radius = np.linalg.norm(start)
    around = np.linspace(0, 2 * np.pi, 200)
    for factor in (0.5, 1, 1.5, 2, 2.5, 3):
        style = (
            {"color": "0.4", "linewidth": 1.8} if factor == 1 else {"color": "0.85", "linewidth": 1}
        )
        ax.plot(factor * radius * np.cos(around), factor * radius * np.sin(around), **style)
    for who, colour, mark, name in (
        (height < radius, BLUE, "o", "end lower"),
        (height >= radius, ORANGE, "x", "end higher"),
    ):
        label = f"{who.sum()} {name}"
        ax.plot(*ends[who].T, mark, color=colour, markersize=4, label=label)
    ax.plot(*start, "k*", markersize=13)
    ax.plot(0, 0, "k+", markersize=10)
    ax.set(
        xlim=(-6.5, 6.5),
        ylim=(-6.5, 7.8),
        aspect="equal",
        xlabel=r"$\theta_1$",
        ylabel=r"$\theta_2$",
    )
    changed = f"{mean_change:+.2f}".replace("-", "−")
    ax.set_title(f"B = {B}: in the mean J changes by {changed}")
    ax.legend(loc="upper center", ncols=2)
    ax.grid(False)
    return fig


def draw_parabolas(rates, changes) -> None:
    """The mean change of the loss in one step over the learning rate; `changes` is batch size -> values."""
    _, ax = plt.subplots(figsize=(7, 3.6))
    ax.axhline(0, color="0.4", linewidth=1)
    for (B, change), colour, mark in zip(changes.items(), COLOURS, "os^D", strict=False):
        ax.plot(rates, change, marker=mark, markersize=5, color=colour, label=f"B = {B}")
    ax.set(xlabel="learning rate η", ylabel="mean change of J (nats)", ylim=(-0.006, 0.012))
    ax.legend(loc="upper right")
    plt.show()


def draw_zoo(healthy, results) -> None:
    """Training losses of spoilt programs beside the healthy one's; `results` is name -> (losses, accuracy)."""
    fig, axes = plt.subplots(2, 5, figsize=(12, 5.2), sharex=True, sharey=True)
    fig.supxlabel("step")
    fig.supylabel("training loss (nats)")
    for number, (name, (losses, share)) in enumerate(results.items(), 1):
        ax = axes.flat[number - 1]
        ax.plot(healthy, color="0.7", linewidth=1)
        ax.plot(losses, color=ORANGE, linewidth=1)
        ax.set_title(f"{number}  {name.replace('_', ' ')}\nvalidation {share:.2f}")
        ax.set(ylim=(0, 5), xlim=(0, 300))
    plt.show()


def battery_table(found) -> str:
    """Which check finds which bug, as a table in Markdown; `found` is bug -> names of the checks that complain."""
    checks = list(dict.fromkeys(check for names in found.values() for check in sorted(names)))
    rows = ["| check | " + " | ".join(map(str, range(1, len(found) + 1))) + " |"]
    rows.append("|---" * (len(found) + 1) + "|")
    for check in sorted(checks, key=lambda check: -sum(check in names for names in found.values())):
        dots = ["●" if check in names else "" for names in found.values()]
        rows.append(f"| {check.replace('_', ' ')} | {' | '.join(dots)} |")
    return "\n".join(rows)


def draw_finale(errors, pictures, titles, healed) -> None:
    """Left: wrong validation digits by recipe, a dot for each seed. Right: ten old mistakes, and what is said of them now."""
    fig = plt.figure(figsize=(10.5, 3.4))
    left, right = fig.subfigures(1, 2, width_ratios=[1.15, 1])
    ax = left.subplots()
    for row, counts in enumerate(errors.values()):
        ax.plot(counts, [row] * len(counts), "o", color=COLOURS[0], alpha=0.8)
        ax.plot(np.mean(counts), row, "|", color=ORANGE, markersize=18, markeredgewidth=2.5)
    ax.set(xlabel="wrong of 1 000 validation digits", xlim=(0, None), yticks=range(len(errors)))
    ax.set_yticklabels(errors)
    ax.set_ylim(len(errors) - 0.5, -0.5)
    colours = [GREEN if done else ORANGE for done in healed]
    draw_mistakes(right, pictures, titles, colours)
    plt.show()
