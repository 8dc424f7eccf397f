"""When a route's request is sent a second time.

Every route has to say it: left out, Istio would retry twice, on any 503 too, and a POST could be done twice.
"""

from dataclasses import dataclass

from gateway.istio.values import read_duration_s
from shared.yaml_documents import Complaints, Node

CONDITIONS = (
    "connect-failure", "refused-stream", "reset", "reset-before-request", "gateway-error", "5xx", "retriable-4xx",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """`attempts` 0: never. `retry_on` are Envoy's own words."""

    attempts: int
    retry_on: tuple[str, ...]
    per_try_timeout_s: float | None = None


NEVER = Retries(attempts=0, retry_on=())


def read_retries(route: Node, complaints: Complaints) -> Retries:
    node = route.get("retries")
    if node is None:
        hint = "a route that writes: attempts 2 and retryOn connect-failure, when nothing can have arrived"
        complaints.add(route, "retries is missing: Istio would retry this route twice", hint=hint, show_value=False)
        return NEVER
    complaints.only(node, ("attempts", "perTryTimeout", "retryOn"))
    attempts = complaints.integer(node.get("attempts"))
    if attempts < 0:
        complaints.add(node.children["attempts"], "must be 0 or more")
    retry_on = tuple(part.strip() for part in complaints.string(node.get("retryOn")).split(",") if part.strip())
    for condition in retry_on:
        if condition not in CONDITIONS:
            complaints.add(node.children["retryOn"], f"has {condition}, must be of {', '.join(CONDITIONS)}")
    if attempts > 0 and "retryOn" not in node.children:
        complaints.add(node, "retryOn is missing: Istio's own choice also repeats what may have been done")
    return Retries(
        attempts=attempts,
        retry_on=retry_on,
        per_try_timeout_s=read_duration_s(node.get("perTryTimeout"), complaints),
    )
