"""Signing in to the embedded Airflow: one user, with a password that only the owner of the home can read."""

from __future__ import annotations

import json
import secrets

from services.airflow_api import AirflowApi
from services.environment import AIRFLOW_USER, Addresses, airflow_passwords_file
from warehouse.base.durable_files import kept_secret
from warehouse.base.settings import Settings


def airflow_password(settings: Settings) -> str:
    """Return the password of this home's Airflow; made at the first start, and again where its file is damaged."""
    return kept_secret(
        airflow_passwords_file(settings),
        lambda text: json.loads(text)[AIRFLOW_USER],
        lambda: json.dumps({AIRFLOW_USER: secrets.token_urlsafe(24)}) + "\n",
    )


def sign_in_link(settings: Settings, where: Addresses) -> str:
    """Return the address that opens Airflow signed in. Whoever has it can do everything there: it is a secret."""
    return f"{where.airflow}/sign-in/?token={airflow_password(settings)}"


def signed_in(settings: Settings, where: Addresses) -> AirflowApi:
    """Return Airflow's API for the owner of the home."""
    return AirflowApi(where.airflow, AIRFLOW_USER, airflow_password(settings))
