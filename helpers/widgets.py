"""One slider over a figure. It lives three lives: in a kernel, on a static page, and as a still picture."""

from __future__ import annotations

import base64
import html
import io
import json
import os
import sys
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_FRAMES = 12  # a frame costs about 25 kB in the notebook and 200 ms to draw

_PAGE = """<figure id="{id}" data-lm-suppress-shortcuts="true" style="margin:0;max-width:100%">
<label style="display:flex;gap:.6em;align-items:center;flex-wrap:wrap">{name}
<input type="range" min="0" max="{last}" step="1" value="{start}" style="flex:0 1 20em" hidden><output>{label}</output></label>
<img src="{picture}" alt="{alt}" style="max-width:100%;height:auto;background:#fff">
</figure>
<script>(function(){{
const root=document.getElementById("{id}"),frames={frames},labels={labels},alts={alts};
const slider=root.querySelector("input"),picture=root.querySelector("img"),readout=root.querySelector("output");
slider.hidden=false;slider.setAttribute("aria-valuetext",labels[slider.value]);
slider.addEventListener("input",function(){{
picture.src="data:image/png;base64,"+frames[slider.value];picture.alt=alts[slider.value];
readout.textContent=labels[slider.value];slider.setAttribute("aria-valuetext",labels[slider.value]);}});}})();</script>"""


def explore(
    draw: Callable[..., Figure],
    *,
    alt: str | Callable[[Any], str],
    start: Any = None,
    **parameter: Iterable,
) -> None:
    """Show a figure with a slider: `explore(draw, alt="A sine wave", k=range(1, 11))` shows `draw(k)` for each k.

    All frames are drawn at once, so the slider answers at once. In a kernel it is an ipywidgets slider; where none runs, a web
    page's own slider over the same frames; where scripts are stripped, the frame of the start value.
    The environment variable COURSE_EXPLORE=static leaves the widget out.

    Args:
        draw: a pure function from a value to a matplotlib Figure.
        alt: what the figure shows, for readers who do not see it; or a function from a value to that text.
        start: the value shown first; the first one where it is left out.
        parameter: the slider's name and its values, at most 12.

    Raises:
        ValueError: not exactly one parameter, too many values, or a start that is none of them.
    """
    from IPython.display import display

    if len(parameter) != 1:
        raise ValueError(
            f"explore() moves one parameter, and got {len(parameter)}: {', '.join(parameter) or 'none'}."
        )
    ((name, values),) = parameter.items()
    values = list(values)
    start = values[0] if start is None else start
    if not 2 <= len(values) <= MOST_FRAMES:
        raise ValueError(
            f"explore() draws 2 to {MOST_FRAMES} frames, and {name} has {len(values)} values: choose fewer."
        )
    if start not in values:
        raise ValueError(f"The start {start!r} is none of the values of {name}: {values}.")
    frames = [_png(draw(value)) for value in values]
    alts = [alt(value) if callable(alt) else f"{alt} ({name} = {value})" for value in values]
    at = values.index(start)
    bundle = {"text/plain": f"[slider: {name} from {values[0]} to {values[-1]}] {alts[at]}"}
    in_colab = "google.colab" in sys.modules
    if not in_colab:  # Colab would show the page's slider and hide the widget
        bundle["text/html"] = _page(name, values, frames, alts, at)
    if in_colab or os.environ.get("COURSE_EXPLORE") != "static":
        bundle["application/vnd.jupyter.widget-view+json"] = _widget(name, values, frames, alts, at)
    display(bundle, raw=True)


def _png(figure: Figure) -> bytes:
    import matplotlib.pyplot as plt

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=90, metadata={"Software": None})
    plt.close(figure)
    return buffer.getvalue()


def _page(name: str, values: list, frames: list, alts: list, at: int) -> str:
    """The static page's slider, self-contained."""
    coded = [base64.b64encode(frame).decode() for frame in frames]

    def script(x):
        return json.dumps(x).replace("</", "<\\/")

    return _PAGE.format(
        id="slider-" + uuid.uuid5(uuid.NAMESPACE_OID, name + coded[at]).hex[:12], name=html.escape(name), last=len(values) - 1, start=at,
        label=html.escape(str(values[at])), picture="data:image/png;base64," + coded[at], alt=html.escape(alts[at], quote=True),
        frames=script(coded), labels=script([str(v) for v in values]), alts=script(alts))  # fmt: skip


def _widget(name: str, values: list, frames: list, alts: list, at: int) -> dict:
    """The kernel's slider, as the mime type that JupyterLab and Colab show; it works with ipywidgets 7.7 and 8."""
    import ipywidgets

    slider = ipywidgets.SelectionSlider(
        options=[(str(v), i) for i, v in enumerate(values)], value=at, description=name
    )
    picture = ipywidgets.Image(value=frames[at], format="png")
    said = ipywidgets.HTML(
        _hidden(alts[at])
    )  # the picture of ipywidgets has no alt text of its own

    def move(change):
        picture.value, said.value = frames[change["new"]], _hidden(alts[change["new"]])

    slider.observe(move, "value")
    box = ipywidgets.VBox([slider, picture, said])
    return {"version_major": 2, "version_minor": 0, "model_id": box.model_id}


def _hidden(text: str) -> str:
    """Text that a screen reader reads and nobody sees."""
    return f'<span style="position:absolute;left:-9999px" role="status">{html.escape(text)}</span>'
