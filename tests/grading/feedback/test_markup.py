"""What students write is shown, and does nothing."""

import base64

import pytest

from grading.feedback.markup import code, markdown, picture
from grading.feedback.mathml import ELEMENTS, mathml
from tests.grading.parsed import Page

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(30)).decode()
SVG = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").decode()  # fmt: skip

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img/src/onerror=alert(1)//",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='javascript:alert(1)'>",
    "<base href='http://evil.example/'>",
    "<meta http-equiv='refresh' content='0;url=http://evil.example'>",
    "<link rel=stylesheet href='http://evil.example/x.css'>",
    "<style>@import 'http://evil.example/x.css'; body { background: url(http://evil.example) }</style>",
    "<p style='background: url(http://evil.example)'>x</p>",
    "<form action='http://evil.example'><button formaction='javascript:alert(1)'>x</button></form>",
    "<video poster='http://evil.example' src='http://evil.example'></video><audio src=x></audio>",
    "<details open ontoggle=alert(1)>x</details>",
    "<input autofocus onfocus=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='http://example.org' ping='http://evil.example'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](http://evil.example/track.png)",
    "![x](//evil.example/track.png)",
    "![x](javascript:alert(1))",
    f"![x](data:image/svg+xml;base64,{SVG})",
    f"![x](data:image/png;base64,{SVG})",
    f"<img src='data:image/svg+xml;base64,{SVG}'>",
    "![x](attachment:x.svg)",
    "![x](attachment:x.png)",
    "![x](attachment:missing.png)",
    '![" onerror=alert(1) x="](attachment:good.png)',
    '![$\\text{" onerror=alert(1) }$](attachment:good.png)',
    '<a title="$\\text{" onmouseover=alert(1) }$" href="http://example.org">x</a>',
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$$\\href{javascript:alert(1)}{x}$$",
    "$\\style{background: url(http://evil.example)}{x}$",
    "$\\class{a}{x} \\cssId{b}{y}$",
    "\\begin{align}</math><script>alert(1)</script>\\end{align}",
    "```mermaid\n<script>alert(1)</script>\n```",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "</div></main></body><script>alert(1)</script>",
    "# <script>alert(1)</script>\n\n| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:alert(1)) |",
    "\ud800<script>\udfff",
]
ATTACHMENTS = {
    "x.svg": {"image/svg+xml": SVG},
    "x.png": {"image/png": SVG},
    "good.png": {"image/png": PNG},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_does_nothing(attack: str):
    page = Page(markdown(f"Before\n\n{attack}\n\nAfter", ATTACHMENTS))
    assert page.active == [] and page.fetched == []
    assert not {"style", "link", "meta", "video", "audio", "input", "button"} & {
        tag for tag, _ in page.elements
    }


def test_attachments_of_any_shape_do_no_harm():
    for odd in (["x"], {"good.png": "no table"}, {"good.png": {"image/png": {"a": 1}}}):
        assert Page(markdown("![x](attachment:good.png)", odd)).fetched == []


def test_markdown_is_rendered():
    text = "# One\n\n*it* **is** `so` <b>bold</b> &amp; ~~gone~~\n\n- a\n\n| h |\n|---|\n| c |\n\n[x](https://example.org)"
    html = markdown(text)
    for part in ("<h2>One</h2>", "<em>it</em>", "<strong>is</strong>", "<code>so</code>", "<b>bold</b>", "&amp;"):  # fmt: skip
        assert part in html
    assert "<li>a</li>" in html and "<td>c</td>" in html and 'href="https://example.org"' in html


def test_a_picture_in_the_notebook_is_shown():
    page = Page(markdown("![a graph](attachment:good.png)", ATTACHMENTS))
    assert page.all("img") == [{"src": f"data:image/png;base64,{PNG}", "alt": "a graph"}]


def test_a_formula_in_an_attribute_would_end_it():
    page = Page(markdown("![a $x$](attachment:good.png)", ATTACHMENTS))
    assert page.all("img") == [{"src": f"data:image/png;base64,{PNG}"}] and not page.all("mi")


def test_formulas_are_drawn_where_they_stand():
    html = markdown("One $x_1$, two\n\n$$\\frac{a}{b}$$\n\nand `$code$`, \\$5.")
    assert html.count("<math") == 2 and "<mfrac>" in html and '<math display="block">' in html
    assert "<code>$code$</code>" in html and html.index("One") < html.index("<math") < html.index("two")  # fmt: skip


def test_many_formulas_keep_their_order():
    html = markdown(" ".join(f"$x_{{{number}}}$" for number in range(12)))
    places = [html.index(f"<mn>{number}</mn>") for number in range(12)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        ("\\mathbb{R}", "ℝ"),
        ("\\mathbb{A}", "𝔸"),
        ("\\mathcal{L}", "ℒ"),
        ("x < y & z", "&lt;"),
        ("\\sqrt{2}", "<msqrt>"),
        ("\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}", "<mtd"),
        ("\\begin{odd} a & b \\end{odd}", "<code>\\begin{odd} a &amp; b"),
        ("<script>", "&lt;"),
        ("x" * 5000, "<code>xxx"),
        ("{" * 3000, "<code>{{{"),
    ],
)
def test_a_formula(tex: str, part: str):
    assert part in mathml(tex)


def test_a_formula_has_elements_that_draw_and_no_others():
    page = Page(
        mathml("\\href{javascript:alert(1)}{x} \\color{red}{y} \\class{a}{z} \\text{<b>x</b>}")
    )
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    names = {name for _, attributes in page.elements for name in attributes}
    assert not names & {"href", "class", "id", "style", "xlink:href"} and page.active == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("image/png", "no base64"),
        ("image/png", base64.b64encode(b"GIF89a").decode()),
        ("image/svg+xml", SVG),
        ("image/gif", base64.b64encode(b"GIF89a").decode()),
        ("image/png", ""),
        ("image/png", None),
        ("image/png", [1, 2]),
        ("image/png", PNG + '"><script>'),
        ("image/jpeg", PNG),
        ("image/png", base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(2**22)).decode()),
    ],
)
def test_what_is_no_picture(kind: str, data: object):
    assert picture(kind, data) == ""


def test_a_picture():
    whole = f"data:image/png;base64,{PNG}"
    assert picture("image/png", PNG) == whole
    assert picture("image/png", [PNG[:8] + "\n", PNG[8:] + "\n"]) == whole


def test_code_is_coloured_and_escaped():
    html = code("def f():  # <script>alert(1)</script>\u202e\n    return '</pre>'")
    assert '<span class="k">def</span>' in html and "&lt;script&gt;" in html
    assert Page(html).active == [] and "\u202e" not in html and html.count("</pre>") == 1


def test_what_only_looks_like_a_tag_is_shown():
    assert "x &lt;y and z&gt; 3" in markdown("x <y and z> 3")
    assert "&lt;script&gt;" in markdown("<script>alert(1)</script>")
