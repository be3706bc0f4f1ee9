"""`python -m tools.pictures`: the pictures of README and of the tour, taken of the dashboard that `make up` started.

They are small PNGs of few colours. The home should hold the sample shop as `make demo` leaves it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from dashboard.access import sign_in_link
from dashboard.menu import PAGES
from services.endpoints import addresses, is_listening
from tools.chromium import chromium
from warehouse.base.command import run_command
from warehouse.base.errors import ClienteleError
from warehouse.base.settings import CHECKOUT, Settings

FOLDER = CHECKOUT / "docs" / "pictures"
_WIDTH, _HEIGHT, _COLOURS = 1280, 860, 96
_QUERIES = {"one_customer": "?customer=C0000684"}  # of the sample shop: one of those to call
_DONE = "[data-testid=stApp][data-test-script-state=notRunning]"
_DRAWN_MS = 2_500  # from the last row's arrival until charts stand still


def take(settings: Settings) -> None:
    """Take a picture of the top of every page, and one of the overview in dark.

    Raises
    ------
    ClienteleError
        If the dashboard is not up, or this machine has no Chromium.
    """
    where = addresses(settings)
    if not is_listening(where.dashboard_port):
        raise ClienteleError("The dashboard is not up.", "Start it: make up")
    if (program := chromium()) is None:
        raise ClienteleError("This machine has no Chromium.", "Install it (Debian: apt-get install chromium).")
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme, pages in (("light", PAGES), ("dark", ("overview",))):
            page = browser.new_context(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme=scheme).new_page()
            page.goto(sign_in_link(settings, where.dashboard))
            for name in pages:
                page.goto(f"{where.dashboard}/{'' if name == 'overview' else name}{_QUERIES.get(name, '')}")
                page.wait_for_selector("h1")
                page.wait_for_selector(_DONE)
                page.wait_for_timeout(_DRAWN_MS)
                file = FOLDER / f"{name}{'' if scheme == 'light' else '-dark'}.png"
                _write_small(page.screenshot(), file)
                print(f"{file.relative_to(CHECKOUT)}  {file.stat().st_size / 1000:.0f} kB")
        browser.close()


def _write_small(picture: bytes, file: Path) -> None:
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(run_command(take))
