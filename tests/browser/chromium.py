"""Which browser the tests drive."""

import os
import shutil

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str:
    """The path of a Chromium: what COURSE_CHROME names, or what the PATH has.

    Where there is none, the test that asks is reported as skipped; where CI=true, as failed.
    """
    found = [os.environ.get("COURSE_CHROME"), *(shutil.which(name) for name in NAMES)]
    for path in filter(None, found):
        return path
    reason = "there is no Chromium on this machine: install it, or name it in COURSE_CHROME"
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
