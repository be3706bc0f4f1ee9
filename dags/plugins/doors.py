"""Access to the embedded Airflow, as a plugin of its API server: a check of requests, and a link that signs in.

Every part of Airflow loads plugins, so modules of the API server are imported only when a request needs them.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from airflow.plugins_manager import AirflowPlugin

from warehouse.base.only_from_here import OnlyFromHere, Receive, Scope, Send

USER = "clientele"
SIGN_IN = "/sign-in"


async def sign_in(scope: Scope, receive: Receive, send: Send) -> None:
    """`/sign-in/?token=<password>`: set the cookie of a session and redirect to Airflow's first page."""
    from airflow.api_fastapi.app import get_cookie_path
    from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
    from airflow.api_fastapi.auth.managers.simple.datamodels.login import LoginBody
    from airflow.api_fastapi.auth.managers.simple.services.login import SimpleAuthManagerLogin
    from fastapi import HTTPException
    from starlette.responses import PlainTextResponse, RedirectResponse

    # A parameter of this name is not written into the log of requests.
    given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
    try:
        token = SimpleAuthManagerLogin.create_token(body=LoginBody(username=USER, password=given))
    except HTTPException:
        words = "This link does not sign in. `make status` prints the one that does.\n"
        response = PlainTextResponse(words, status_code=401)
    else:
        # 303: the next page is fetched with GET, whatever the method of the request.
        response = RedirectResponse(get_cookie_path(), status_code=303)
        response.set_cookie(COOKIE_NAME_JWT_TOKEN, token, path=get_cookie_path(), httponly=True, samesite="lax")
    # The address is a secret: it must neither be cached nor sent to the next page.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    await response(scope, receive, send)


class Doors(AirflowPlugin):
    """The plugin, which Airflow finds in its folder of plugins."""

    name = "clientele_doors"
    fastapi_apps = [{"app": sign_in, "url_prefix": SIGN_IN, "name": "Signing in by a link"}]  # noqa: RUF012 - Airflow's
    fastapi_root_middlewares = [  # noqa: RUF012
        {"middleware": OnlyFromHere, "args": ["Airflow"], "kwargs": {}, "name": "Only from this machine"}
    ]
