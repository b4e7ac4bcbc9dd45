"""The built site, served on this machine, and a browser to open it in."""

import functools
import http.server
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright
from window import LOOKED_AT, PAGES, SITE, WIDE, need


def pytest_generate_tests(metafunc):
    """Run a test that takes a page on every page of the site, but on two of the listings."""
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", LOOKED_AT or ["index.html"])


@pytest.fixture(scope="session")
def site():
    """Return the folder of the built site."""
    return need(SITE if PAGES else None, "the site", "build it with nox -s docs")


@pytest.fixture(scope="session")
def address(site):
    """Serve the site and return where."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            """Keep the tests' output free of requests."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser(address):
    """Start one Chromium for all tests."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = need(next(filter(None, map(shutil.which, names)), None), "Chromium", "install it, on Debian as chromium")
    with sync_playwright() as playwright:
        # The pages are our own, and the sandbox does not start as root.
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens a page in a window of its own, and closes all of them afterwards."""
    contexts = []

    def opened(name, size=WIDE, watch=None, **settings):
        contexts.append(browser.new_context(viewport=size, **settings))
        page = contexts[-1].new_page()
        if watch:
            watch(page)
        page.goto(f"{address}/{name}", wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()
