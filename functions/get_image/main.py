"""GET /images/{file}: the picture of one of the goods."""

import dataclasses
import hashlib

import functions_framework

from functions.get_image import store
from shared import cached_answers
from shared.cache import CacheAnswer
from shared.endpoint import Answer, Call, endpoint
from shared.errors import NotFound, TooManyRequests, Unavailable
from shared.illustration import illustrate

SVG = "image/svg+xml"
SUFFIX = ".svg"
# For a browser or CDN. Not for ever: the drawings get better, under the same address.
KEPT_S = 24 * 3600.0
# Also when somebody opens the picture as a page of its own, it runs and loads nothing.
NOTHING_ACTIVE = {"Content-Security-Policy": "default-src 'none'"}


@functions_framework.http
@endpoint("GET", "/images/{file}", answers={200: SVG, 304: None}, problems=(NotFound, TooManyRequests, Unavailable))
def get_image(call: Call[None, None]) -> Answer:
    """Show the picture of a product

    An SVG, drawn from the product's name. The file is the product's sku with `.svg` behind it; `image_url` has it.
    """
    sku, suffix = call.path["file"][: -len(SUFFIX)], call.path["file"][-len(SUFFIX) :]
    if suffix != SUFFIX or not sku:
        raise NotFound("A picture's address ends in .svg")
    good = store.read_good(sku)
    drawing = illustrate(good.name, good.category).encode()
    etag = f'W/"{hashlib.blake2b(drawing, digest_size=12).hexdigest()}"'
    packed = CacheAnswer(value=etag.encode() + b"\n" + drawing, age_s=0.0, stale=False)
    answer = cached_answers.unpack(packed, if_none_match=call.headers.get("If-None-Match"), fresh_s=KEPT_S)
    if answer.content is None:
        return answer
    return dataclasses.replace(answer, content_type=SVG, headers={**answer.headers, **NOTHING_ACTIVE})
