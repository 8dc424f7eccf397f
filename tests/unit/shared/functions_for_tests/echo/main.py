"""The smallest function: what the server costs is measured with it."""

import functions_framework
import msgspec

from shared.endpoint import Answer, Call, endpoint


class Greeting(msgspec.Struct, frozen=True):
    hello: str


@functions_framework.http
@endpoint("GET", "/api/echo", answers={200: Greeting})
def echo(call: Call[None, None]) -> Answer:
    """Say hello."""
    return Answer(Greeting(hello="world"))
