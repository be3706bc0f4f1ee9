"""Errors for users: what happened, and what to do about it."""

from __future__ import annotations


class ClienteleError(Exception):
    """A failure whose message is meant for the person who runs Clientele.

    Parameters
    ----------
    message
        What happened, in which file or table, against which rule.
    what_to_do
        The first step towards mending it.
    """

    def __init__(self, message: str, what_to_do: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do

    def __str__(self) -> str:
        return f"{self.message}\n  What to do: {self.what_to_do}" if self.what_to_do else self.message


class WantOfMemory(ClienteleError):
    """DuckDB may take too little memory for what it is asked."""


class SettingsError(ClienteleError):
    """A setting or definition is missing or makes no sense."""


class SourceError(ClienteleError):
    """A source folder is unknown or its description is wrong."""


class AudienceError(ClienteleError):
    """An audience cannot be selected or exported; others can."""


class LandingError(ClienteleError):
    """A landed file cannot be read, or does not fit the data contract as a whole."""


class FileRefused(LandingError):
    """What stands in a file does not fit; others may be loaded without it.

    Parameters
    ----------
    file_name
        Relative to the landing folder.
    """

    def __init__(self, message: str, what_to_do: str, file_name: str) -> None:
        super().__init__(message, what_to_do)
        self.file_name = file_name


class WarehouseBusy(ClienteleError):
    """Another process holds the build file."""


class WarehouseMissing(ClienteleError):
    """There is no build file yet: waiting does not help, loading does."""


class WarehouseUnreadable(ClienteleError):
    """A DuckDB file is damaged, is none, or cannot be reached: waiting does not help."""


class DbtFailed(ClienteleError):
    """A dbt model or test failed."""


class EnginesDiffer(ClienteleError):
    """Two engines made other marts of the same rows."""


class GateFailed(ClienteleError):
    """A critical expectation does not hold; nothing is handed over."""


class ModelUnavailable(ClienteleError):
    """There is no usable model, or it cannot be loaded."""


class ErasureIncomplete(ClienteleError):
    """A person who was to be erased is still found somewhere."""


class PublishError(ClienteleError):
    """The published file could not be made or checked."""
