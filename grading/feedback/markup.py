"""What a stranger wrote, as HTML in which nothing runs and nothing is fetched."""

import base64
import binascii
import hashlib
from functools import lru_cache
from html import escape

import bleach
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from grading.feedback.mathml import mathml
from grading.pages import inert

LONGEST = 50_000  # characters of a cell that are rendered
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}  # how they begin
LARGEST = 4 * 2**20  # characters of a picture in base64
TAGS = set(
    "a b blockquote br code dd del details dl dt em h2 h3 h4 h5 h6 hr i img kbd li ol p pre s strong sub summary sup"
    " table tbody td th thead tr ul".split()
)


@lru_cache(maxsize=256)  # a class shares the instructor's cells
def code(source: str) -> Markup:
    """Python with its colours."""
    return Markup(highlight(inert(source)[:LONGEST], PythonLexer(), HtmlFormatter(cssclass="code")))


def markdown(source: str, attachments: dict | None = None) -> Markup:
    """Markdown with formulas as HTML; as plain text where it cannot be read.

    Args:
        source: the cell's text.
        attachments: the cell's own pictures, by name.
    """
    source = inert(source)[:LONGEST]
    try:
        renderer = _Renderer(source, attachments or {})
        html = MarkdownWithMath(renderer=renderer).render(source)
        schemes = {
            "http",
            "https",
            "mailto",
            "data",
        }  # of which _allowed takes "data" for pictures only
        html = bleach.clean(
            html, TAGS, renderer.allowed, schemes
        )  # others are shown: x <y is no tag
        return Markup(renderer.with_formulas(html))
    except Exception:  # whatever a stranger's text brings the parsers to
        return Markup(f"<pre>{escape(source)}</pre>")


def picture(kind: str, data: object) -> str:
    """A picture as an address that holds all of it; empty where it is no PNG or JPEG, or too large."""
    lines = data if isinstance(data, list) else [data]
    text = "".join("".join(map(str, lines)).split())
    begin = PICTURES.get(kind)
    try:
        whole = len(text) <= LARGEST and base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"data:{kind};base64,{text}" if begin and whole and whole.startswith(begin) else ""


def _allowed(tag: str, name: str, value: str) -> bool:
    """Which attributes are harmless."""
    if (tag, name) == ("a", "href"):
        return value.lower().startswith(("https:", "http:", "mailto:"))
    if (tag, name) == ("img", "src"):
        kind, _, data = value.removeprefix("data:").partition(";base64,")
        return picture(kind, data) == value
    return (tag, name) in {("img", "alt"), ("a", "title"), ("ol", "start"), ("details", "open")}


class _Renderer(IPythonRenderer):
    """HTML of markdown, with a placeholder for each formula: what cleans HTML would take MathML out.

    A placeholder holds a hash of the text that it stands in, so no text can hold its own.
    """

    def __init__(self, source: str, attachments: dict):
        super().__init__(escape=False, exclude_anchor_links=True)
        self._pictures = attachments
        self._mark = hashlib.sha256(source.encode()).hexdigest()[:20]
        self._formulas: list[str] = []

    def allowed(self, tag: str, name: str, value: str) -> bool:
        """Which attributes stay: none that holds a formula, whose quotes would end it."""
        return self._mark not in value and _allowed(tag, name, value)

    def with_formulas(self, html: str) -> str:
        """The HTML with its formulas in their places."""
        for place, formula in enumerate(self._formulas):
            html = html.replace(f"{self._mark}.{place}.", formula)
        return html

    def _formula(self, tex: str, display: bool) -> str:
        self._formulas.append(mathml(tex, display))
        return f"{self._mark}.{len(self._formulas) - 1}."

    def inline_math(self, body: str) -> str:
        return self._formula(body, display=False)

    def block_math(self, body: str) -> str:
        return self._formula(body, display=True)

    def latex_environment(self, name: str, body: str) -> str:
        return self._formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)

    def heading(self, text: str, level: int, **attrs) -> str:
        """A heading below the page's own, without the anchor that it has in notebooks."""
        level = min(level + 1, 6)
        return f"<h{level}>{text}</h{level}>\n"

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture that the notebook holds itself, or what it is said to show."""
        held = self._pictures.get(url.removeprefix("attachment:"), {})
        sources = [picture(kind, data) for kind, data in held.items()] + [url]
        source = next((source for source in sources if source.startswith("data:")), "")
        return f'<img src="{escape(source)}" alt="{escape(text)}">' if source else escape(text)
