"""The stand-in for keys that are not known yet lets nobody in."""

import base64
import hashlib
import json

from gateway.envoy.jwt_authn import NO_KEYS

prime = 2**255 - 19
d = -121665 * pow(121666, -1, prime) % prime


def test_the_stand_in_is_no_point_of_the_curve_so_no_signature_is_right_under_it() -> None:
    (key,) = json.loads(NO_KEYS)["keys"]
    raw = base64.urlsafe_b64decode(key["x"] + "=")
    assert raw == hashlib.sha256(b"no key is known yet").digest()
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    # RFC 8032, 5.1.3: x² = (y² - 1) / (d y² + 1) has to be a square.
    x_squared = (y * y - 1) * pow(d * y * y + 1, -1, prime) % prime
    assert pow(x_squared, (prime - 1) // 2, prime) == prime - 1
