"""How much memory our processes take together."""

from __future__ import annotations

import threading

import psutil

from services.embedded import ALL_SERVICES
from services.processes import family_of
from warehouse.base.settings import Settings

_SAMPLE_SECONDS = 0.5
_MIB = 1 << 20


class MemoryWatch(threading.Thread):
    """Samples the memory of all our processes: shared pages are counted once (PSS)."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self.settings = settings
        self.peak = 0.0
        self.peak_by_service: dict[str, float] = {}
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(_SAMPLE_SECONDS):
            sizes = {name: _memory_mib(self.settings, name) for name in ALL_SERVICES}
            self.peak = max(self.peak, sum(sizes.values()))
            for name, size in sizes.items():
                self.peak_by_service[name] = max(size, self.peak_by_service.get(name, 0.0))

    def end(self) -> None:
        self._over.set()
        self.join()


def _memory_mib(settings: Settings, name: str) -> float:
    total = 0.0
    for process in family_of(settings, [name]):
        try:
            sizes = process.memory_full_info()
            total += getattr(sizes, "pss", sizes.rss) / _MIB
        except psutil.Error:
            continue
    return total
