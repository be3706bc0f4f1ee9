"""`python -m tools.chromium`: see that the tests that open pages find Debian's Chromium; install it where one may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Pages in Chinese are drawn with it.
_PACKAGES = ("chromium", "fonts-noto-cjk")
_APT_SECONDS = 600


def chromium() -> str | None:
    """Return where a Chromium is, if this machine has one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def main() -> int:
    """Install it where it is missing and this process may; say what is left out otherwise, which is no failure."""
    if chromium():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's Chromium for the tests that open pages.", flush=True)
        for command in (["update", "-qq"], ["install", "--yes", "-qq", "--no-install-recommends", *_PACKAGES]):
            try:
                done = subprocess.run(
                    ["apt-get", *command],
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                    stdout=subprocess.DEVNULL,
                    timeout=_APT_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                break
            if done.returncode:
                break
    if not chromium():
        print(
            "There is no Chromium here: tests that open pages are skipped. Debian: apt-get install chromium", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
