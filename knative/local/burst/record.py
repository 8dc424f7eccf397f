"""What came of a burst, second by second. Pure: whoever sends and whoever looks say when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from knative.local.burst.open_loop import NO_ANSWER
from knative.local.burst.percentiles import percentile
from knative.local.model import RevisionName, ServiceName
from knative.local.samples import Reading

# What belongs to a burst is more than this part of it; less is what the shop does besides, such as a source's calls.
_LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How many instances a Service had and should have had, over its revisions, and how many requests it ever got."""

    ready_count: int
    desired_count: int
    request_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """One second of it: requests by when they were sent, answers by when they came.

    Answered is a status below 400; refused is one above; lost has none. Latencies are of what was answered, None
    where nothing was. The instances are those at its end; None: the engine did not say.
    """

    number: int
    sent_count: int
    answered_count: int
    refused_count: int
    lost_count: int
    p50_s: float | None
    p99_s: float | None
    scale: Scale | None


@dataclass(slots=True)
class _Bucket:
    sent_count: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    services: Mapping[ServiceName, Scale] = field(default_factory=dict)


class Record:
    """A burst's record, which grows while it lasts. All times are seconds since it began."""

    def __init__(self) -> None:
        self._buckets: list[_Bucket] = []
        self._before: Mapping[ServiceName, int] = {}
        self.latest_s = 0.0  # how late the generator itself was, at worst

    def begins(self, services: Mapping[ServiceName, Scale]) -> None:
        """What runs before the first request; what a Service got until then is not of the burst."""
        self._before = {name: scale.request_count for name, scale in services.items()}

    def sent(self, at_s: float, late_s: float) -> None:
        self._at(at_s).sent_count += 1
        self.latest_s = max(self.latest_s, late_s)

    def answered(self, at_s: float, status: int, latency_s: float) -> None:
        bucket = self._at(at_s)
        bucket.statuses[status] = bucket.statuses.get(status, 0) + 1
        if _answers(status):
            bucket.latencies_s.append(latency_s)

    def saw(self, at_s: float, services: Mapping[ServiceName, Scale]) -> None:
        """The engine said what runs; the last word of a second is its."""
        self._at(at_s).services = services

    @property
    def statuses(self) -> dict[int, int]:
        """How many answers of each status, NO_ANSWER among them."""
        total: dict[int, int] = {}
        for bucket in self._buckets:
            for status, count in bucket.statuses.items():
                total[status] = total.get(status, 0) + count
        return dict(sorted(total.items()))

    @property
    def latencies_s(self) -> list[float]:
        return [latency_s for bucket in self._buckets for latency_s in bucket.latencies_s]

    @property
    def sent_count(self) -> int:
        return sum(bucket.sent_count for bucket in self._buckets)

    @property
    def pending_count(self) -> int:
        """Requests of which nothing is known: the burst was ended while they were under way."""
        return self.sent_count - sum(self.statuses.values())

    @property
    def busiest(self) -> ServiceName | None:
        """The Service with the most requests meanwhile: the path leads to it. None: the gateway answers by itself."""
        looks = [bucket.services for bucket in self._buckets if bucket.services]
        if not looks:
            return None
        came = {name: scale.request_count - self._before.get(name, 0) for name, scale in looks[-1].items()}
        name = max(came, key=lambda each: came[each])
        return name if came[name] > _LEAST_SHARE * self.sent_count else None

    def second(self, number: int) -> Second:
        """One of them, with the instances of the Service that has been the busiest so far."""
        return _second(number, self._buckets[number] if number < len(self._buckets) else _Bucket(), self.busiest)

    def seconds(self) -> list[Second]:
        """All of them up to the last in which a request was sent or answered, with the busiest Service's instances."""
        busiest = self.busiest
        numbers = [number for number, bucket in enumerate(self._buckets) if bucket.sent_count or bucket.statuses]
        last = max(numbers, default=-1)
        return [_second(number, bucket, busiest) for number, bucket in enumerate(self._buckets[: last + 1])]

    def _at(self, at_s: float) -> _Bucket:
        while len(self._buckets) <= int(at_s):
            # Until the next look, what was seen last holds.
            self._buckets.append(_Bucket(services=self._buckets[-1].services if self._buckets else {}))
        return self._buckets[int(at_s)]


def scales(status: Mapping[str, object], readings: Mapping[RevisionName, Reading]) -> dict[ServiceName, Scale]:
    """Each Service's scale, from what the engine answers to `status` and Envoy has counted."""
    return dict(_scales(status, readings))


def _scales(
    status: Mapping[str, object], readings: Mapping[RevisionName, Reading]
) -> Iterator[tuple[ServiceName, Scale]]:
    services = status["services"]
    assert isinstance(services, list)
    for service in services:
        revisions = service["revisions"]
        names = [RevisionName(each["name"]) for each in revisions]
        yield (
            ServiceName(service["name"]),
            Scale(
                ready_count=sum(each["ready_instances"] for each in revisions),
                desired_count=sum(each["desired"] for each in revisions),
                request_count=sum(readings[name].total_count for name in names if name in readings),
            ),
        )


def _second(number: int, bucket: _Bucket, service: ServiceName | None) -> Second:
    lost_count = bucket.statuses.get(NO_ANSWER, 0)
    answered_count = len(bucket.latencies_s)
    known = bucket.latencies_s
    return Second(
        number=number,
        sent_count=bucket.sent_count,
        answered_count=answered_count,
        refused_count=sum(bucket.statuses.values()) - answered_count - lost_count,
        lost_count=lost_count,
        p50_s=percentile(known, 50) if known else None,
        p99_s=percentile(known, 99) if known else None,
        scale=bucket.services.get(service) if service is not None else None,
    )


def _answers(status: int) -> bool:
    return status != NO_ANSWER and status < 400
