"""A machine without a browser: said aloud, and no excuse for a server that tests the course."""

import pytest

from tests.browser.chromium import find_chromium


@pytest.fixture
def bare(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("COURSE_CHROME", raising=False)
    monkeypatch.delenv("CI", raising=False)


def test_without_a_browser_the_tests_are_skipped_with_the_reason(bare):
    with pytest.raises(pytest.skip.Exception, match="no Chromium on this machine"):
        find_chromium()


def test_on_a_server_they_fail(bare, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no Chromium on this machine"):
        find_chromium()


def test_one_may_be_named(bare, monkeypatch):
    monkeypatch.setenv("COURSE_CHROME", "/somewhere/chrome")
    assert find_chromium() == "/somewhere/chrome"
