"""A real browser on a real JupyterLab, which has a copy of the course."""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import find_chromium
from tests.lab import Lab, copy_course, silence_news

# In a container Chromium is started by root and has little shared memory.
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    root, home = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("home")
    copy_course(root)
    silence_news(home)
    with Lab(root, home, "--LabApp.expose_app_in_browser=True") as lab:
        yield lab


@pytest.fixture
def page(browser, lab):
    """A page that notes each request to another address, which it refuses, and each error of a script; there must be none."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(60_000)
    page, foreign, errors = context.new_page(), [], []

    def at_home(route):
        if route.request.url.startswith((lab.address, "data:", "blob:")):
            route.continue_()
        else:
            foreign.append(route.request.url)
            route.abort()

    context.route("**/*", at_home)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert (foreign, errors) == ([], [])
