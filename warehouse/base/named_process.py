"""Naming a process to a person: its id and its command line."""

from __future__ import annotations

import psutil

_LONGEST_COMMAND = 160


def named_process(pid: str | int, program: str = "") -> str:
    """Return ``process id 4711 (python -m warehouse ingest)``.

    Parameters
    ----------
    program
        Named instead where the command line cannot be read: the process has ended, or is another user's.
    """
    try:
        command = " ".join(psutil.Process(int(pid)).cmdline()).strip()
    except (psutil.Error, ValueError):
        command = program
    if len(command) > _LONGEST_COMMAND:
        command = command[:_LONGEST_COMMAND] + " …"
    return f"process id {pid} ({command})" if command else f"process id {pid}"
