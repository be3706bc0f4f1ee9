"""`make serve` in processes of its own: found again, asked, and stopped with the others."""

from __future__ import annotations

import pytest

from clientele import Clientele, NoAnswer
from services import __main__ as front_door
from services.embedded import SCORER
from services.endpoints import addresses, free_port
from services.processes import running
from tests.serving.made_versions import make_version
from warehouse.base.settings import Settings


@pytest.mark.campaign
def test_the_scorer_is_started_once_found_again_and_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLIENTELE_HOME", str(settings.home))
    monkeypatch.setenv("CLIENTELE_SCORER_PORT", str(free_port(8800)))
    make_version(settings, "first")
    assert front_door.main(["serve"]) == 0
    try:
        assert f"{addresses(Settings()).scorer}/sign-in?token=" in capsys.readouterr().out
        assert Clientele().customer("B").published_version == "first"
        process = running(settings, SCORER)
        assert front_door.main(["serve"]) == 0
        assert "running already" in capsys.readouterr().out
        assert process is not None and running(settings, SCORER) == process
        assert front_door.main(["status"]) == 0
        assert "Scorer      http://127.0.0.1:" in capsys.readouterr().out
    finally:
        assert front_door.main(["down"]) == 0
    assert "Stopped scorer." in capsys.readouterr().out
    with pytest.raises(NoAnswer, match="make serve"):
        Clientele().customer("B")
