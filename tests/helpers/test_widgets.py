"""One slider, three lives: in a kernel, on a static page, and as a still picture."""

import base64
import html.parser
import re
import sys
import types

import pytest

from helpers import widgets
from helpers.widgets import explore

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def shown(monkeypatch):
    """The bundles that explore() displays."""
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def draw(k):
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(1, 1))
    ax.plot([0, k])
    return figure


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found[tag] = dict(attrs)


def test_a_live_kernel_gets_a_widget_and_a_page(shown):
    explore(draw, k=[1, 2, 3], start=2, alt="A line")
    (bundle,) = shown
    assert set(bundle) == {VIEW, "text/html", "text/plain"}
    box = _model(bundle)
    slider, picture, said = box.children
    assert slider.index == 1 and "A line (k = 2)" in said.value
    before = picture.value
    slider.value = 2
    assert picture.value != before and "A line (k = 3)" in said.value
    slider.value = 1
    assert picture.value == before  # the frames were drawn once


def test_frames_are_drawn_once_and_closed(shown):
    import matplotlib.pyplot as plt

    calls, open_before = [], plt.get_fignums()
    explore(lambda k: calls.append(k) or draw(k), k=[1, 2, 3], alt="A line")
    slider, *_ = _model(shown[0]).children
    slider.value = 2
    assert calls == [1, 2, 3] and plt.get_fignums() == open_before


def test_a_static_page_gets_all_frames_and_one_still_picture(shown, monkeypatch):
    monkeypatch.setenv("COURSE_EXPLORE", "static")
    explore(draw, k=[1, 2, 3], start=2, alt="A <line>")
    (bundle,) = shown
    assert set(bundle) == {"text/html", "text/plain"}
    page = bundle["text/html"]
    still = re.sub(r"<script>.*?</script>", "", page, flags=re.S)  # what GitHub leaves
    image, slider = Tags(still).found["img"], Tags(page).found["input"]
    assert image["alt"] == "A <line> (k = 2)" and slider["value"] == "1" and "hidden" in slider
    picture = image["src"].removeprefix("data:image/png;base64,")
    assert base64.b64decode(picture).startswith(b"\x89PNG")
    frames = re.search(r"frames=(\[.*?\]),labels", page)[1]
    assert frames.count('"') == 6 and picture in frames
    assert "http" not in page


def test_colab_gets_the_widget_alone(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setenv("COURSE_EXPLORE", "static")
    explore(draw, k=[1, 2], alt="A line")
    assert set(shown[0]) == {VIEW, "text/plain"}


def test_the_alt_text_may_depend_on_the_value(shown):
    explore(draw, k=[1, 2], start=2, alt=lambda k: f"slope {k}")
    assert "slope 2" in shown[0]["text/plain"]


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ({}, "one parameter, and got 0: none"),
        ({"a": [1, 2], "b": [1, 2]}, "one parameter, and got 2: a, b"),
        ({"k": range(13)}, "draws 2 to 12 frames, and k has 13"),
        ({"k": [1]}, "draws 2 to 12 frames, and k has 1"),
        ({"k": [1, 2], "start": 3}, "The start 3 is none of the values of k"),
    ],
)
def test_wrong_use_is_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        explore(draw, alt="A line", **arguments)


def test_the_most_frames_are_twelve(shown):
    explore(draw, k=range(widgets.MOST_FRAMES), alt="A line")
    assert len(_model(shown[0]).children[0].options) == 12


def _model(bundle):
    from ipywidgets.widgets.widget import _instances

    return _instances[bundle[VIEW]["model_id"]]


def test_the_static_slider_reaches_its_last_frame(shown):
    explore(draw, k=[1, 2, 3, 4], start=2, alt="A line")
    page = shown[0]["text/html"]
    slider = Tags(page).found["input"]
    assert slider["max"] == "3" and slider["value"] == "1"
    assert len(set(re.findall(r"iVBOR[A-Za-z0-9+/=]+", page))) == 4


@pytest.mark.parametrize("values", [[0, 1, 2], [2, 1, 0]])
def test_start_may_be_zero(shown, values):
    explore(draw, k=values, start=0, alt="A line")
    assert "(k = 0)" in shown[0]["text/plain"]
    assert Tags(shown[0]["text/html"]).found["input"]["value"] == str(values.index(0))


def test_an_alt_text_cannot_end_the_script(shown):
    explore(draw, k=[1, 2], alt="A line</script><b>bold</b>")
    page = shown[0]["text/html"]
    assert page.count("</script>") == 1 and page.endswith("</script>")
