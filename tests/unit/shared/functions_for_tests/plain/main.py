"""A function of functions-framework that declares no endpoint: it is served all the same."""

import flask
import functions_framework


@functions_framework.http
def plain(request: flask.Request) -> flask.Response:
    """Say which path was asked for, by Flask's global request too, or fail."""
    if request.path == "/fail":
        raise RuntimeError("a secret")
    if request.path == "/teapot":
        return flask.Response("short and stout", 418, content_type="text/plain")
    return flask.Response(f"{request.path} {flask.request.method}", content_type="text/plain")
