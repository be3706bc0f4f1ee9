"""Signing in to the embedded Airflow, with a password that only the owner of the home can read, and to MLflow."""

from __future__ import annotations

import json
import secrets

from dashboard.access import dashboard_key
from services.airflow_api import AirflowApi
from services.environment import AIRFLOW_USER, Addresses, airflow_passwords_file
from warehouse.base.durable_files import kept_secret
from warehouse.base.only_the_owner import sign_in_link as link_with_key
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


def mlflow_key(settings: Settings) -> str:
    """Return the key of MLflow's server: one of its own, or else the dashboard's, so that one link opens both."""
    return settings.mlflow_key.get_secret_value() or dashboard_key(settings)


def sign_in_to_mlflow(settings: Settings, where: Addresses) -> str:
    """Return the address that opens MLflow signed in. Whoever has it can change runs and models there."""
    return link_with_key(where.mlflow, mlflow_key(settings))


def signed_in(settings: Settings, where: Addresses) -> AirflowApi:
    """Return Airflow's API for the owner of the home."""
    return AirflowApi(where.airflow, AIRFLOW_USER, airflow_password(settings))
