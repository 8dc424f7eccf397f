"""What a replay says at its end, to a person and to a script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knative.local.retail.agreement import Agreement
from knative.local.retail.tally import Latencies, Tally

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayReport:
    """A replay's end. placed + refused + uncertain = invoices; `already_count` of the placed ones were not new."""

    source: str
    invoice_count: int
    customer_count: int
    already_count: int
    refused: Mapping[str, int]
    left_out_lines: Mapping[str, int]
    tally: Tally
    duration_s: float
    most_behind_s: float
    agreement: Agreement

    @property
    def refused_count(self) -> int:
        return sum(self.refused.values())

    @property
    def uncertain_count(self) -> int:
        return sum(self.tally.uncertain.values())

    def as_json(self) -> dict[str, object]:
        """Give the report as a script reads it."""
        tally, agreement = self.tally, self.agreement
        return {
            "source": self.source,
            "invoices": self.invoice_count,
            "customers": self.customer_count,
            "placed": tally.placed_count,
            "already_placed_before": self.already_count,
            "refused_count": self.refused_count,
            "refused": dict(self.refused),
            "uncertain_count": self.uncertain_count,
            "uncertain": dict(tally.uncertain),
            "retried": {"orders": tally.retried_order_count, "attempts": dict(tally.retries)},
            "lines_left_out": dict(self.left_out_lines),
            "revenue": [
                {"amount": amount, "currency": currency} for currency, amount in sorted(tally.revenue_minor.items())
            ],
            "latency_ms": _latency_json(tally.latencies),
            "duration_s": round(self.duration_s, 3),
            "most_behind_s": round(self.most_behind_s, 3),
            "agreement": {
                "agrees": agreement.agrees,
                "acknowledged": agreement.acknowledged_count,
                "missing": list(agreement.missing),
                "different": list(agreement.different),
                "unexpected": list(agreement.unexpected),
                "goods_changed": dict(agreement.goods_changed),
                "settled_late": list(agreement.settled_late),
            },
        }

    def as_text(self) -> str:
        """Give the report as a person reads it."""
        tally = self.tally
        revenue = ", ".join(
            f"{amount / 100:,.2f} {currency}" for currency, amount in sorted(tally.revenue_minor.items())
        )
        already = f", {self.already_count:,} of them by an earlier replay" if self.already_count else ""
        return "\n".join(
            [
                f"Replayed {self.invoice_count:,} sale invoices of {self.source} in {self.duration_s:,.1f} s",
                "",
                f"Placed     {tally.placed_count:>6,}  for {self.customer_count:,} customers{already}"
                + (f", {revenue}" if revenue else ""),
                f"Refused    {self.refused_count:>6,}{_by_reason(self.refused)}",
                f"Uncertain  {self.uncertain_count:>6,}{_by_reason(tally.uncertain)}",
                f"Retried    {tally.retried_order_count:>6,}{_by_reason(tally.retries)}",
                f"Left out   {sum(self.left_out_lines.values()):>6,}  lines{_by_reason(self.left_out_lines)}",
                f"Latency    {_latency_text(tally.latencies)}",
                *([f"Behind     {self.most_behind_s:,.1f} s at most"] if self.most_behind_s >= 1 else []),
                "",
                *_agreement_text(self.agreement),
            ]
        )


def _by_reason(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "".join(f"\n           {count:>6,}  {reason}" for reason, count in ordered)


def _latency_json(latencies: Latencies | None) -> dict[str, float] | None:
    if latencies is None:
        return None
    named = {"p50": latencies.p50_s, "p95": latencies.p95_s, "p99": latencies.p99_s, "max": latencies.max_s}
    return {name: round(seconds * 1000, 1) for name, seconds in named.items()}


def _latency_text(latencies: Latencies | None) -> str:
    named = _latency_json(latencies)
    return "none" if named is None else ", ".join(f"{name} {value:,.0f} ms" for name, value in named.items())


def _agreement_text(agreement: Agreement) -> list[str]:
    late = (
        [f"  {len(agreement.settled_late):,} uncertain orders were placed after all"] if agreement.settled_late else []
    )
    if agreement.agrees:
        return [
            f"The database agrees: all {agreement.acknowledged_count:,} acknowledged orders are there, to the penny, "
            "no other, and no good is lost",
            *late,
        ]
    goods = [f"{sku} {change:+,}" for sku, change in agreement.goods_changed.items()]
    return [
        "The database does not agree:",
        *_wrong("acknowledged orders are missing", agreement.missing),
        *_wrong("orders have another total than was acknowledged", agreement.different),
        *_wrong("orders were never acknowledged", agreement.unexpected),
        *_wrong("goods were lost or made up", goods),
        *late,
    ]


def _wrong(what: str, which: Sequence[str]) -> list[str]:
    if not which:
        return []
    more = ", …" if len(which) > _SHOWN else ""
    return [f"  {len(which):,} {what}: {', '.join(which[:_SHOWN])}{more}"]
