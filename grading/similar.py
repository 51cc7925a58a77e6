"""Submissions that look more alike than the class does: a hint for a person who reads both, never a mark.

Source: S. Schleimer, D. Wilkerson and A. Aiken, "Winnowing: local algorithms for document fingerprinting" (SIGMOD 2003):
texts are normalised and cut into overlapping runs, whose fingerprints are compared. A class is small
enough to keep all of them, so nothing is winnowed. That rare runs count more is from text retrieval:
K. Spärck Jones, "A statistical interpretation of term specificity" (1972).
"""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from pygments.lexers import PythonLexer
from pygments.token import Comment, Literal, Name, Text, _TokenType

RUN = 8  # tokens that must follow each other alike
EVIDENCE = 150.0  # bits: about a dozen lines that only two students of forty have
LONGEST = 200_000  # characters of a submission that are looked at


@dataclass(frozen=True)
class Pair:
    """Two submissions, and which part of what is unusual in the smaller one stands in the other too: 0 to 1."""

    a: str
    b: str
    share: float


def similar(texts: dict[str, str], given: str, least: float = 0.8) -> list[Pair]:
    """The pairs that share at least so much, most alike first.

    Names that one can choose, comments, texts and white space do not count; numbers, operators and names
    after a point do. What the instructor wrote counts for nothing, nor what more than half of the class
    wrote; the rest the more, the fewer wrote it. So in a class of three nothing is ever reported.

    Args:
        texts: each student's answers, as code; what does not parse is compared as well.
        given: the code that the instructor handed out.
        least: the part that must be shared, 0 to 1.
    """
    handed_out = fingerprints(given)
    prints = {student: fingerprints(text) - handed_out for student, text in texts.items()}
    bits = _rarity(prints.values())
    prints = {student: found & bits.keys() for student, found in prints.items()}
    weight = {student: _weigh(found, bits) for student, found in prints.items()}
    pairs = []
    for a, b in combinations(sorted(texts), 2):
        shared, smaller = _weigh(prints[a] & prints[b], bits), min(weight[a], weight[b])
        if shared >= EVIDENCE and shared >= least * smaller:
            pairs.append(Pair(a, b, shared / smaller))
    return sorted(pairs, key=lambda pair: -pair.share)


def fingerprints(text: str) -> set[int]:
    """One number for each run of `RUN` normalised tokens."""
    tokens = normalised(text)
    return {hash(tuple(tokens[start : start + RUN])) for start in range(len(tokens) - RUN + 1)}


def normalised(text: str) -> list[str]:
    """The code's tokens: N for a name that one can choose, S for a text, no comments and no white space.

    By pygments, which, unlike Python's own tokenizer, takes whatever a student hands in.
    """
    tokens: list[str] = []
    for kind, value in PythonLexer().get_tokens(text[:LONGEST]):
        token = _normal(kind, value, tokens[-1] if tokens else "")
        if token and not (token == "S" and tokens and tokens[-1] == "S"):  # a text in pieces is one
            tokens.append(token)
    return tokens


def _normal(kind: _TokenType, value: str, before: str) -> str:
    if kind in Comment or kind in Text:
        return ""
    if kind in Literal.String:
        return "S"
    if kind in Name and kind not in Name.Builtin and before != ".":
        return "N"
    return value


def _rarity(prints) -> dict[int, float]:
    """Bits that each fingerprint tells: log2 of the class over those who have it, where that is at most half."""
    count = Counter(one for found in prints for one in found)
    return {
        one: math.log2(len(prints) / owners)
        for one, owners in count.items()
        if owners <= max(1, len(prints) / 2)
    }


def _weigh(found: set[int], bits: dict[int, float]) -> float:
    return sum(bits[one] for one in found)
