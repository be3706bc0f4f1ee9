"""Who reads a place, and whom it must be vouched for by: from the environment only, and never in a message."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field

from warehouse.base.errors import LandingError


@dataclass(frozen=True)
class Credentials:
    """A user and a password, or a key and its secret; the password is not shown.

    Attributes
    ----------
    authorities_file
        Certificates (PEM) of those who may vouch for the server; empty: whom this machine trusts.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    authorities_file: str = ""

    def trust(self) -> ssl.SSLContext:
        """What checks the server's certificate and its name."""
        return ssl.create_default_context(cafile=self.authorities_file or None)

    def without_password(self, text: str) -> str:
        """A text in which the password is not to be read, in case a server repeats it."""
        return text.replace(self.password, "…") if self.password else text


def credentials_of(place: str) -> Credentials:
    """What the environment says: ``CLIENTELE_PLACE_<PLACE>_USER``, ``…_PASSWORD`` and ``…_CA_FILE``; else empty.

    Raises
    ------
    LandingError
        If the file of authorities holds no certificate.
    """
    prefix = f"CLIENTELE_PLACE_{place.upper()}"
    credentials = Credentials(*(os.environ.get(f"{prefix}_{name}", "") for name in ("USER", "PASSWORD", "CA_FILE")))
    if credentials.authorities_file:
        _refuse_no_authorities(f"{prefix}_CA_FILE", credentials)
    return credentials


def _refuse_no_authorities(variable: str, credentials: Credentials) -> None:
    """Drivers say little more than that something is wrong."""
    try:
        credentials.trust()
    except OSError as error:
        words = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise LandingError(
            f"{variable} names {credentials.authorities_file}, which cannot be used: {words}.",
            "Name a file of certificates in PEM (-----BEGIN CERTIFICATE-----) that this program may read.",
        ) from error
