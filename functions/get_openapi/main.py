"""GET /api/openapi.json: what the shop answers, for machines. Made from the endpoints' own declarations.

A container has this function alone, so there the document was made with the image, by `build.py`.
"""

from functools import cache
from pathlib import Path

import functions_framework
import msgspec

from shared.endpoint import Answer, Call, endpoint
from shared.errors import TooManyRequests

FUNCTIONS = Path(__file__).parent.parent
BUILT = Path(__file__).with_name("openapi.json")


@functions_framework.http
@endpoint("GET", "/api/openapi.json", answers={200: dict[str, object]}, problems=(TooManyRequests,))
def get_openapi(call: Call[None, None]) -> Answer:  # noqa: ARG001 - the request says nothing but its address
    """Describe this API

    OpenAPI 3.1 of everything that can be called.
    """
    return Answer(_document(), headers={"Cache-Control": "public, max-age=60"}, content_type="application/json")


@cache
def _document() -> bytes:
    if BUILT.exists():
        return BUILT.read_bytes()
    from shared import openapi  # noqa: PLC0415 - it imports every function, with all that they need

    return msgspec.json.encode(openapi.document(FUNCTIONS))
