"""`make audit`: known vulnerabilities of the locked packages, looked up where a network allows it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from warehouse.base.settings import CHECKOUT

LOCK = CHECKOUT / "requirements" / "lock.txt"
FOUND, NOT_AUDITED = 1, 2


def main(program: Path | None = None, lock: Path = LOCK) -> int:
    """Audit the lock without installing anything.

    Returns
    -------
    int
        0 if each package was looked up and nothing is known against it, 1 with findings, 2 where packages could not
        be looked up.
    """
    program = program or Path(sys.executable).with_name("pip-audit")
    command = [str(program), "--requirement", str(lock), "--disable-pip", "--require-hashes"]
    command += ["--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _not_audited(lock, done.stderr.strip()[-1000:] or "pip-audit gave no answer")
    findings = [(package, found) for package in packages for found in package.get("vulns", ())]
    for package, found in findings:
        mended_in = ", ".join(found["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {found['id']}, mended in {mended_in}")
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if findings:
        print("What to do: raise the packages in requirements/clientele.in, then: make lock && make test")
        return FOUND
    if skipped:
        return _not_audited(lock, f"{len(skipped)} of {len(packages)} packages could not be looked up.")
    print(f"{len(packages)} packages of {lock.name} looked up: nothing is known against them.")
    return 0


def _not_audited(lock: Path, reason: str) -> int:
    print(
        f"{lock.name} could not be audited from here: {reason}\n"
        f"  What to do: copy requirements/{lock.name} to a machine with a network and run there:\n"
        f"    pip install pip-audit && pip-audit --requirement {lock.name} --disable-pip --require-hashes",
        file=sys.stderr,
    )
    return NOT_AUDITED


if __name__ == "__main__":
    sys.exit(main())
