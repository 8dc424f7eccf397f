"""Fixtures that every test may ask for. Asking starts things; what no test asks for is never started."""

from tests.servers import database_url, own_postgres, own_valkey, postgres, redis_url, valkey

__all__ = ["database_url", "own_postgres", "own_valkey", "postgres", "redis_url", "valkey"]
