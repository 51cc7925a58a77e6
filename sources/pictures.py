"""Smaller pictures: a drawn figure has few colours, so a palette of 256 holds them; a photograph keeps all of its own."""

import base64
import io
import re

import numpy as np
from nbformat import NotebookNode
from PIL import Image

COLOURS = 256
PNG = re.compile(
    r"iVBORw0KGgo[A-Za-z0-9+/]+=*"
)  # a PNG picture in base64, as the frames of a slider stand in HTML
MEAN_LOSS = 0.5  # of 255 levels, over all pixels: more would be seen in a photograph


def shrink_pictures(notebook: NotebookNode) -> None:
    """Turn the PNG pictures among the outputs into palette pictures, where that makes them smaller and loses nothing."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in {"image/png", "text/html"} & set(data):
                data[kind] = PNG.sub(_shrunk, data[kind])


def _shrunk(found: re.Match) -> str:
    return base64.b64encode(smaller(base64.b64decode(found[0]))).decode()


def smaller(png: bytes) -> bytes:
    """The same picture with a palette; the very same bytes where it would lose colours, or gain nothing."""
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    if picture.getchannel("A").getextrema() == (255, 255):
        flat = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    else:  # the one method that knows transparency
        flat = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    if loss(picture, flat) > MEAN_LOSS:
        return png
    made = io.BytesIO()
    flat.save(made, "PNG", optimize=True)
    return min(png, made.getvalue(), key=len)


def loss(picture: Image.Image, flat: Image.Image) -> float:
    """Mean difference of two pictures, in levels of 255."""
    before = np.asarray(picture, dtype=float)
    after = np.asarray(flat.convert("RGBA"), dtype=float)
    return float(np.abs(before - after).mean())
