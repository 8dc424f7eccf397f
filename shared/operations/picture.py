"""What is seen of the running shop at one moment, whoever tells it. What a source does not know is null."""

import msgspec


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """A cold start; `queued_s` is null where no request waited."""

    queued_s: float | None
    forked_s: float
    ready_s: float
    total_s: float


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision. `concurrency` and `rps` are of all its instances, `target` is what one is meant to carry."""

    name: str
    instances: int
    ready_instances: int
    desired: int
    traffic: int | None = None
    concurrency: float | None = None
    rps: float | None = None
    panic: bool = False
    metric: str = "concurrency"
    target: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    cold_starts: int | None = None
    last_cold_start: Start | None = None


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One Service. `ready_revisions` can take traffic; the newest is the last."""

    name: str
    ready: bool
    reason: str = ""
    revisions: list[Revision]
    ready_revisions: list[str] = []


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What the functions need: the gateway, Postgres, Redis."""

    name: str
    ready: bool
    restarts: int


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """A deed that lasts, and until when (RFC 3339)."""

    deed: str
    until: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `at` is RFC 3339; `deeds` are those that can be done here."""

    at: str
    source: str
    functions: list[Function]
    parts: list[Part] = []
    deeds: list[str] = []
    under_way: list[UnderWay] = []
