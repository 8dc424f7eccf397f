"""Redis's client library, imported without what it would take along and nobody here uses.

It imports OpenTelemetry's SDK for metrics of its own, and cryptography to check OCSP responses, wherever they are
installed; both together take longer than the rest of it. A container imports everything anew at each start. So this
is the one place that imports it, and pybreaker, which imports it too; everybody else takes their names from here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(*modules: str) -> Iterator[None]:
    """Within it, importing these fails as if they were not installed, unless they are imported already.

    For the import of a library that can do without them. It is for one thread, as imports at the top of a module are.
    """
    hidden = [name for name in modules if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # the language's own way to say so
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with absent("cryptography", "opentelemetry.metrics", "opentelemetry.sdk"):
    import pybreaker
    import redis
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import RedisError
    from redis.retry import Retry

__all__ = ["NoBackoff", "Redis", "RedisError", "Retry", "pybreaker", "redis"]
