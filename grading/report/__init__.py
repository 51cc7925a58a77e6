"""The report of a graded class: one page and one table."""

from grading.report.entries import Entry, entries
from grading.report.page import write_report

__all__ = ["Entry", "entries", "write_report"]
