"""Following an instance by its probes, one way for programs and for functions: until it is well, and while it stays so.

Kubernetes' rules (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes): the startup
probe goes first, and the others begin when it has passed; each waits its own `initialDelaySeconds` once, and then asks
every `periodSeconds`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from knative.local.model import Probe
from knative.local.programs.tally import Tally, after

# Kubernetes' own `periodSeconds`, by which the kubelet asks on where the manifest names none.
KUBELET_PERIOD_S = 10.0

# Asks once, and says whether it answered well and in time.
Ask = Callable[[Probe], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """The probes of an instance; it has always one of readiness."""

    readiness: Probe
    liveness: Probe | None = None
    startup: Probe | None = None


async def follow(probes: Probes, asks: Ask, is_ready: Ask, say: Callable[[bool], None]) -> str:
    """Ask until it has failed for good. Gives why: it is to be ended, and another one started.

    Args:
        asks: for startup and liveness.
        is_ready: for readiness.
        say: told after each answer whether requests may be taken.
    """
    if probes.startup and not await _verdict(probes.startup, asks):
        return f"the startup probe failed {probes.startup.failure_threshold} times"
    readiness = asyncio.create_task(_follow_readiness(probes.readiness, is_ready, say))
    try:
        if probes.liveness:
            await _fails(probes.liveness, asks)
            return "the liveness probe failed"
        await readiness
        return "the readiness probe ended"
    finally:
        readiness.cancel()


async def _verdict(probe: Probe, asks: Ask) -> bool:
    """Ask until either threshold is reached."""
    await asyncio.sleep(probe.initial_delay_s)
    tally = Tally()
    while tally.healthy is None:
        tally = after(tally, probe, passed=await asks(probe))
        if tally.healthy is None:
            await asyncio.sleep(probe.period_s)
    return tally.healthy


async def _fails(probe: Probe, asks: Ask) -> None:
    """Ask until it fails."""
    await asyncio.sleep(probe.initial_delay_s)
    tally = Tally()
    while tally.healthy is not False:
        tally = after(tally, probe, passed=await asks(probe))
        if tally.healthy is not False:
            await asyncio.sleep(probe.period_s)


async def _follow_readiness(probe: Probe, asks: Ask, say: Callable[[bool], None]) -> None:
    """Without a period of its own, which is Knative's way, it is asked in haste until it first passes, and then as the
    kubelet asks queue-proxy (Knative serving v0.50.0, pkg/reconciler/revision/resources/queue.go).
    """
    await asyncio.sleep(probe.initial_delay_s)
    tally = Tally()
    while True:
        tally = after(tally, probe, passed=await asks(probe))
        say(tally.healthy is True)
        if tally.healthy and probe.period_s < 1:
            probe = replace(probe, period_s=KUBELET_PERIOD_S)
        await asyncio.sleep(probe.period_s)
