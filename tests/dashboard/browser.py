"""The dashboard in a real browser: a server of a home, and what the browser has to complain of."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashboard.base.texts import DEFAULT_LANGUAGE, Texts
from services.endpoints import is_listening
from tests.dashboard.hearing import missed
from tools.chromium import chromium
from warehouse.base.settings import CHECKOUT, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

KEY = "a key for tests alone"
_PATIENCE_MS = 60_000
_LOOKING_MS = 200  # with each frame that is drawn, Chromium would draw as many as it can
# Parts whose scripts the browser has yet to fetch stand as skeletons.
_NOTHING_PENDING = "() => !document.querySelector('[data-testid=stSkeleton]')"
_DONE = "[data-testid=stApp][data-test-script-state=notRunning]"


@dataclass
class Visit:
    """A browser's page on the dashboard, with what went wrong on it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    language: str = DEFAULT_LANGUAGE

    def open(self, *names: str) -> None:
        """Open pages as a person does, by their names in the side bar, and wait until each is whole."""
        for name in names:
            texts = Texts(self.language)
            menu = self.page.get_by_test_id("stSidebarNav")
            link = menu.get_by_role("link", name=texts(f"{name}.menu"), exact=True)
            if (closed := self.page.get_by_test_id("stExpandSidebarButton")).is_visible():  # on a phone
                closed.click(timeout=_PATIENCE_MS)
            link.click(timeout=_PATIENCE_MS)
            heading = self.page.get_by_role("heading", name=texts(f"{name}.title"), exact=True)
            heading.wait_for(timeout=_PATIENCE_MS)
            self.settle()
            self.listen()

    def listen(self) -> None:
        """Note what a screen reader would miss on the page."""
        line = self.page.context.new_cdp_session(self.page)
        nodes = line.send("Accessibility.getFullAXTree")["nodes"]
        line.detach()
        self.complaints += [f"{self.page.url}: {what}" for what in missed(nodes)]

    def turn_to(self, tab: str, heading: str) -> None:
        """Open a tab of the page and wait for a heading on it; both by the names of their texts."""
        texts = Texts(self.language)
        self.page.get_by_role("tab", name=texts(tab), exact=True).click(timeout=_PATIENCE_MS)
        self.page.get_by_role("heading", name=texts(heading), exact=True).wait_for(timeout=_PATIENCE_MS)
        self.settle()

    def find(self, text: str) -> None:
        """Wait until a text stands on the page."""
        self._with_text(text).first.wait_for(timeout=_PATIENCE_MS)

    def count(self, text: str) -> int:
        """How often a text stands on the page."""
        return self._with_text(text).count()

    def _with_text(self, text: str) -> Locator:
        return self.page.get_by_test_id("stMain").get_by_text(text)

    def settle(self) -> None:
        """Wait until the script has run to its end and what it showed has arrived."""
        self.page.wait_for_selector("h1", timeout=_PATIENCE_MS)
        self.page.wait_for_selector(_DONE, timeout=_PATIENCE_MS)
        self.page.wait_for_function(_NOTHING_PENDING, timeout=_PATIENCE_MS, polling=_LOOKING_MS)
        failures = self.page.locator("[data-testid=stException]").all_inner_texts()
        self.complaints += [f"{self.page.url}: {text}" for text in failures]


@contextmanager
def dashboard_of(settings: Settings) -> Iterator[str]:
    """Serve the dashboard of a home; give its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CLIENTELE_", "STREAMLIT_"))},
        "CLIENTELE_HOME": str(settings.home),
        "CLIENTELE_DASHBOARD_KEY": KEY,
        "PYTHONPATH": str(CHECKOUT),
    }
    command = [sys.executable, "-m", "dashboard", "--port", str(port)]
    log = Path(settings.home) / "dashboard.log"
    with log.open("wb") as written:
        server = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=written, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(port, server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert "Traceback" not in log.read_text(errors="replace"), log.read_text(errors="replace")[-3000:]


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; skip the test where there is none."""
    if (program := chromium()) is None:
        pytest.skip("this machine has no Chromium (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def visit(started: Browser, address: str, **context: object) -> Iterator[Visit]:
    """Sign in as a person does, and note errors of the console and requests that leave the machine."""
    own = started.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **context)
    page = own.new_page()
    visited = Visit(page, address)
    page.on("console", lambda said: _note(visited, said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: _note(visited, str(error)))
    page.on("request", lambda request: _note(visited, request.url) if _leaves(request.url, address) else None)
    page.goto(f"{address}/sign-in?token={KEY}", timeout=_PATIENCE_MS)
    visited.settle()
    yield visited
    own.close()


def _note(visited: Visit, what: str) -> None:
    visited.complaints.append(what)


def _leaves(url: str, address: str) -> bool:
    return not url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:"))


def _wait_for(port: int, server: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_listening(port):
        assert server.poll() is None, "the dashboard ended while it started"
        assert time.monotonic() < deadline, "the dashboard does not answer"
        time.sleep(0.2)
