"""What fails while a place is read, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.base.errors import ClienteleError, LandingError
from warehouse.places.credentials import Credentials
from warehouse.source_definitions.place import Place


@contextmanager
def explained(name: str, place: Place, credentials: Credentials) -> Iterator[None]:
    """Tell in words whatever fails in the meantime; passwords are not repeated.

    Raises
    ------
    LandingError
        If the place cannot be reached or read, the connection breaks, or the time is over.
    """
    try:
        yield
    except ClienteleError:
        raise
    except TimeoutError as error:
        raise LandingError(
            f"{name}: {place.address} was not read within {place.seconds_maximum:,} seconds.",
            "Name a cursor and a smaller rows_maximum, or raise seconds_maximum; nothing of it was landed.",
        ) from error
    except Exception as error:  # each driver has exceptions of its own
        words = credentials.without_password(" ".join(str(error).split())[:300]) or type(error).__name__
        raise LandingError(
            f"{name}: {place.address} cannot be read: {words}",
            f"Check that it is up, what source.yml asks of it, and CLIENTELE_PLACE_{name.upper()}_USER and …_PASSWORD; "
            "nothing of it was landed, and the next fetch begins where the last whole one ended.",
        ) from error
