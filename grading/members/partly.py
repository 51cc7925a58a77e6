"""Honest work that is not done, or not right."""

from grading.members.paper import Member, Paper, Question, replaced

SYNTAX = "def answer(:\n    return"


def partly(paper: Paper) -> list[Member]:
    """Some points, or none."""
    first, left = paper.first, paper.left
    unsolved = paper.questions[1::2] or paper.questions

    def only_others(question: Question, text: str) -> str | None:
        return None if question in unsolved else text

    def mistyped(question: Question, text: str) -> str:
        return SYNTAX if question is first else text

    rest = paper.total - sum(question.points for question in unsolved)
    returns_none = paper.solved(lambda question, text: replaced(text, "print('the answer is 42')"))
    return [
        paper.member("every_second", "Every second question is answered.", rest, paper.solved(only_others)),
        paper.member("first_fails", "The first answers raise an error.", left, paper.spoilt("return 1 / 0")),
        paper.member("first_mistyped", "The first answers are no Python.", left, paper.solved(mistyped)),
        paper.member("wrong", "Every answer is nonsense.", 0.0, paper.wrong),
        paper.member("prints_only", "Answers are printed instead of returned.", 0.0, returns_none),
        paper.member("empty", "Handed in as it was handed out.", 0.0, paper.release),
    ]  # fmt: skip
