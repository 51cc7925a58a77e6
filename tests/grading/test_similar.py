"""Copies are found under new names, and what a class writes alike is none."""

import random

import pytest

from grading import similar as module
from grading.similar import normalised, similar

GIVEN = 'def solve(x):\n    """Solve it."""\n    raise NotImplementedError()\n'


def essay(seed: int) -> str:
    """Thirty lines of arithmetic that nobody else writes."""
    rng = random.Random(seed)
    lines = [
        f"    {rng.choice('abcd')} = {rng.choice('abcd')} {rng.choice('+-*/%')} {rng.choice('abcd')}"
        f" {rng.choice('+-*/')} x.{rng.choice(['sum', 'exp', 'mean', 'abs'])}({rng.randint(0, 9)})"
        for _ in range(30)
    ]
    return GIVEN + "def solve(x):\n" + "\n".join(lines) + "\n    return a\n"


def renamed(text: str) -> str:
    """What a copier changes: names, comments, empty lines, indents."""
    for old, new in zip("abcd", ["alpha", "beta", "gamma", "delta"], strict=True):
        text = text.replace(f" {old} ", f" {new} ").replace(f" {old}\n", f" {new}\n")
    return text.replace("\n    ", "\n\n\n        ").replace("x.", "vector.") + "# all my own work\n"


def class_of(count: int) -> dict[str, str]:
    return {f"student{number}": essay(number) for number in range(count)}


def pairs(texts: dict[str, str], **options) -> list[tuple[str, str]]:
    return [(pair.a, pair.b) for pair in similar(texts, GIVEN, **options)]


def test_names_texts_and_comments_do_not_count():
    one = normalised('total = len(names[2:]) + x.sum(1)  # "the sum"\nprint(f"{total}", \'a\')')
    two = normalised('t=len(n[2:])+vec.sum(1)\n\n\nprint(f"so: {t} ", "b")')
    assert one == two
    assert normalised("x.sum(1)") != normalised("x.mean(1)") != normalised("x.mean(2)")


def test_a_class_of_its_own_thoughts():
    assert pairs(class_of(12)) == []


def test_a_copy_under_new_names():
    texts = class_of(12) | {"copier": renamed(essay(3))}
    assert pairs(texts) == [("copier", "student3")]
    (pair,) = similar(texts, GIVEN)
    assert pair.share > 0.95


def test_a_copy_with_work_of_ones_own_added():
    texts = class_of(12) | {"copier": essay(3) + essay(1000)}
    assert pairs(texts) == [("copier", "student3")]


def test_half_a_copy_is_less_alike():
    half = "\n".join(essay(3).split("\n")[:19] + essay(1000).split("\n")[19:])
    texts = class_of(12) | {"copier": half}
    assert pairs(texts) == [] and pairs(texts, least=0.3) == [("copier", "student3")]


def test_a_ring_of_four():
    texts = class_of(12) | {f"ring{number}": essay(3) for number in range(3)}
    assert len(pairs(texts)) == 6


def test_what_everybody_writes_alike():
    obvious = GIVEN + "def solve(x):\n    return x.exp() / x.exp().sum(dim=1, keepdim=True)\n" * 20
    assert pairs({f"student{number}": obvious for number in range(30)}) == []


def test_a_short_answer_that_two_found():
    short = GIVEN + "def solve(x):\n    return x.exp() / x.exp().sum(dim=1, keepdim=True)\n"
    assert pairs(class_of(30) | {"a": short, "b": short}) == []


def test_what_was_handed_out():
    handed_out = essay(7)
    texts = {f"student{number}": essay(number) for number in range(20, 28)}
    texts |= {"a": handed_out, "b": handed_out}
    assert similar(texts, GIVEN + handed_out) == []
    assert pairs(texts) == [("a", "b")]  # where it was not handed out


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_class_too_small_to_know_what_is_usual(count: int):
    assert similar(dict(list(class_of(3).items())[:count]), GIVEN) == []


def test_what_does_not_parse():
    broken = 'def f(:\n  """never closed\n\x00\ud800 ' + essay(3)
    texts = class_of(8) | {"a": essay(3) + "def f(:\n", "b": broken, "c": "", "d": "\ufeff"}
    assert ("a", "student3") in pairs(texts)


def work(texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """How many texts were read, how many pairs compared, and how many fingerprints they had in common."""
    read, weighed = [], []
    fingerprints, weigh = module.fingerprints, module._weigh
    with monkeypatch.context() as patch:
        patch.setattr(module, "fingerprints", lambda t: read.append(1) or fingerprints(t))
        patch.setattr(module, "_weigh", lambda f, b: weighed.append(len(f)) or weigh(f, b))
        similar(texts, GIVEN)
    pairs = weighed[len(texts) :]
    return len(read), len(pairs), sum(pairs)


def test_the_work_grows_with_the_pairs_and_not_with_what_the_class_has_in_common(monkeypatch):
    own = class_of(40)
    obvious = "\n".join(f"y{number} = {number} + z" for number in range(500))
    read, compared, common = work(own, monkeypatch)
    assert (read, compared) == (41, 40 * 39 // 2)
    again = work({name: text + obvious for name, text in own.items()}, monkeypatch)
    assert again[:2] == (41, compared) and again[2] < 1.1 * common
