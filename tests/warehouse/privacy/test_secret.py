"""The secret of the keyed hashes is whole or refused: never an empty key without a word."""

from __future__ import annotations

import pytest

from warehouse.base.errors import SettingsError
from warehouse.base.settings import Settings
from warehouse.privacy.secret import privacy_folder, privacy_secret


def test_it_is_made_once(settings: Settings) -> None:
    made = privacy_secret(settings)
    assert len(made) == 64
    assert privacy_secret(settings) == made
    assert [file.name for file in privacy_folder(settings).iterdir()] == ["secret"]


@pytest.mark.parametrize("left", [b"", b"\n", b"0123456789"], ids=["empty", "blank", "cut"])
def test_a_damaged_one_is_refused_in_words(settings: Settings, left: bytes) -> None:
    privacy_secret(settings)
    (privacy_folder(settings) / "secret").write_bytes(left)
    with pytest.raises(SettingsError, match="is damaged: it holds") as refused:
        privacy_secret(settings)
    assert "backup" in refused.value.what_to_do
