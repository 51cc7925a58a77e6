"""Formulas as MathML, which browsers draw without a script and without a network."""

import re
import unicodedata
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert

LONGEST = 4_000  # characters of a formula
ELEMENTS = set(
    "math mrow mi mo mn mtext mspace msub msup msubsup munder mover munderover mmultiscripts mprescripts none mfrac msqrt"
    " mroot mstyle mpadded mphantom mtable mtr mtd".split()
)
ATTRIBUTES = set(
    "display displaystyle scriptlevel mathvariant stretchy fence separator accent accentunder form largeop movablelimits"
    " symmetric minsize maxsize lspace rspace width height depth linethickness columnalign rowspacing columnspacing".split()
)
VALUE = re.compile(r"[\w.% +-]{1,40}")


@lru_cache(maxsize=1024)  # a class shares the instructor's formulas
def mathml(tex: str, display: bool = False) -> str:
    """HTML of a formula; of its TeX as code where it cannot be translated. Only elements and attributes that draw remain.

    Args:
        tex: what stands between the dollar signs.
        display: whether it has a line of its own.
    """
    try:
        if len(tex) > LONGEST:
            raise ValueError("too long for a formula")
        known = tex.replace("{aligned}", "{split}")  # the translator knows it by this name only
        text = convert(known, display="block" if display else "inline")
        drawn = _drawn(ElementTree.fromstring(text))
        return ElementTree.tostring(drawn, encoding="unicode", short_empty_elements=False)
    except Exception:  # whatever a stranger's formula brings the translator to
        return f"<code>{escape(tex[:LONGEST])}</code>"


def _drawn(element: ElementTree.Element) -> ElementTree.Element:
    """A copy without namespaces, and without what is not on the lists."""
    name = element.tag.rpartition("}")[2]
    safe = {
        key: value
        for key, value in element.attrib.items()
        if key in ATTRIBUTES and VALUE.fullmatch(value)
    }
    copy = ElementTree.Element(name if name in ELEMENTS else "mrow", safe)
    copy.text = _letters(element.text or "", safe.get("mathvariant", ""))
    copy.extend(map(_drawn, element))
    return copy


def _letters(text: str, variant: str) -> str:
    """The text in letters of a variant, such as ℝ, which browsers do not make of the attribute."""
    if variant not in {"double-struck", "script"} or len(text) != 1:
        return text
    size = "CAPITAL" if text.isupper() else "SMALL"
    for name in (f"{variant} {size} {text}", f"MATHEMATICAL {variant} {size} {text}"):
        try:
            return unicodedata.lookup(name.upper())
        except KeyError:
            continue
    return text
