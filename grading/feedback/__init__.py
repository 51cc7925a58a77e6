"""The page that a student gets back: answers, marks, and which requirement failed, in the instructor's words.

What a page never shows: the source of hidden tests and mark schemes, tracebacks, what test cells printed, and HTML, SVG, scripts or
widgets of the student's. Text that the student's other cells printed is left out where it repeats hidden source, in
one piece or in lines. Not covered: code that has read a hidden test while it ran and prints it in disguise (base64, backwards, as a
picture). A hidden test that is told from one student to the next must be expected to be known after the release.
"""

from grading.feedback.files import write_feedback
from grading.feedback.page import feedback_page

__all__ = ["feedback_page", "write_feedback"]
