"""Revisions: when a Configuration makes a new one, and which ones stay. Who has requests is in `routing`.

Pure. A revision is a snapshot of a Configuration's template and its function's code. Rules: Knative Serving v0.50.0,
`pkg/reconciler/{configuration,gc}`: names are `<configuration>-<generation>`, and one that never gets ready leaves the
one before it serving.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from knative.local.autoscaler.go_values import SECOND_NS, parse_duration_ns
from knative.local.model import (
    Configuration,
    ConfigurationName,
    Namespace,
    RevisionName,
    RevisionTemplate,
    ServiceName,
)
from knative.local.programs.image import Image
from knative.local.reconciler import START_DEADLINE_S

# Of a Configuration's revisions that no traffic reaches, Knative keeps those that are young or were reached not long
# ago, at least so many of them and at most so many (config-gc: retain-since-create-time,
# retain-since-last-active-time, min-non-active-revisions, max-non-active-revisions).
RETAIN_SINCE_MADE_S = 48 * 3600.0
RETAIN_SINCE_ACTIVE_S = 15 * 3600.0
LEAST_KEPT_REVISIONS = 20
MOST_KEPT_REVISIONS = 1000
# Why a revision cannot start, in Knative's words: nothing on this machine has the name of its image.
CONTAINER_MISSING = "ContainerMissing"
# Below zero by this much stand the generations that revisions had elsewhere.
_IMPORTED = 1_000_000
# And: what it starts never gets ready.
PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
_PROGRESS_DEADLINE = "serving.knative.dev/progress-deadline"
_PROGRESS_DEADLINE_S = 600.0
NO_GC_ANNOTATION = "serving.knative.dev/no-gc"


class Proof(Enum):
    """Whether a revision has shown that it can serve."""

    UNPROVEN = "unproven"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One snapshot of one Configuration.

    Args:
        service: whose Configuration that is, where it is a Service's.
        generation: counts the Configuration's revisions from 1.
        digest: of template and code; an equal one needs no new revision.
        function: the folder in `functions/` whose code it has.
        image: the program that it is of, where its image is none of our functions.
        reason: why it failed, for people; empty otherwise.
        cause: the same in Knative's one word, such as `ExitCode1`.
        made_at_s: when it was made, in seconds of the wall clock, for it outlives the engine.
        active_at_s: when requests were last known to reach it, on the same clock; 0 for never.
    """

    name: RevisionName
    configuration: ConfigurationName
    namespace: Namespace
    generation: int
    digest: str
    function: str
    template: RevisionTemplate
    service: ServiceName | None = None
    proof: Proof = Proof.UNPROVEN
    reason: str = ""
    cause: str = ""
    image: Image | None = None
    made_at_s: float = 0.0
    active_at_s: float = 0.0

    @property
    def configuration_generation(self) -> int:
        """As clients are shown it: of an imported revision, the one that it had elsewhere."""
        return self.generation + (_IMPORTED if self.generation < 0 else 0)


def imported(revision: Revision, generation: int) -> Revision:
    """A revision that a client brought with the generation that it had elsewhere: older than all that are made here."""
    return replace(revision, generation=generation - _IMPORTED)


def next_revision(
    configuration: Configuration, digest: str, function: str, revisions: Sequence[Revision], image: Image | None = None
) -> Revision | None:
    """The revision that a Configuration as applied now needs, or None where its newest one is just that.

    One that failed is tried anew under the next name: what it lacked may be there now, but for its image, which is of
    the digest. A name means the same for as long as it is there: while another revision has it, no one gets it.
    """
    newest = newest_of(configuration.name, revisions)
    if newest and newest.digest == digest and (newest.proof is not Proof.FAILED or newest.cause == CONTAINER_MISSING):
        return None
    generation = newest.generation + 1 if newest else 1
    name = RevisionName(configuration.template.name or f"{configuration.name}-{generation:05d}")
    if any(revision.name == name for revision in revisions):
        return None
    return Revision(
        name=name,
        configuration=configuration.name,
        service=configuration.service,
        namespace=configuration.namespace,
        generation=generation,
        digest=digest,
        function=function,
        template=configuration.template,
        image=image,
    )


def newest_of(configuration: ConfigurationName, revisions: Sequence[Revision]) -> Revision | None:
    """The last that was made here; one that was imported is never the newest."""
    own = [revision for revision in revisions if revision.configuration == configuration and revision.generation > 0]
    return max(own, key=lambda revision: revision.generation, default=None)


def latest_ready(configuration: ConfigurationName, revisions: Sequence[Revision]) -> Revision | None:
    return newest_of(configuration, [revision for revision in revisions if revision.proof is Proof.READY])


def by_configuration(revisions: Iterable[Revision]) -> dict[ConfigurationName, list[Revision]]:
    """The revisions of each Configuration, in the order in which they come."""
    own: dict[ConfigurationName, list[Revision]] = {}
    for revision in revisions:
        own.setdefault(revision.configuration, []).append(revision)
    return own


def orphaned(
    configurations: Mapping[ConfigurationName, Configuration], revisions: Iterable[Revision]
) -> list[RevisionName]:
    """Revisions that go with the Configuration that made them; another one of its name makes its own."""

    def is_of(revision: Revision, made_it: Configuration | None) -> bool:
        return made_it is not None and (made_it.service, made_it.namespace) == (revision.service, revision.namespace)

    return [each.name for each in revisions if not is_of(each, configurations.get(each.configuration))]


def superfluous(
    configurations: Collection[ConfigurationName],
    revisions: Sequence[Revision],
    reached: Collection[RevisionName],
    now_s: float,
) -> set[RevisionName]:
    """Revisions that can go, by Knative's rules (`pkg/reconciler/gc/gc.go`).

    Of those that no traffic reaches, beside the newest and the newest ready of each Configuration, the stale ones but
    for the least that are kept, and what is beyond the most that are kept: the longest idle first.
    """
    gone: set[RevisionName] = set()
    own_of = by_configuration(sorted(revisions, key=lambda revision: -revision.generation))
    for name in configurations:
        own = own_of.get(name, [])
        if len(own) <= LEAST_KEPT_REVISIONS:
            continue
        kept = {*reached, *(each.name for each in (*own[:1], latest_ready(name, own)) if each)}
        idle = sorted(
            (
                revision
                for revision in own
                if revision.name not in kept
                and revision.template.annotations.get(NO_GC_ANNOTATION, "").lower() != "true"
            ),
            key=lambda revision: (_last_active_s(revision), revision.generation),
        )
        stale = [revision for revision in idle if _is_stale(revision, now_s)][
            : max(0, len(idle) - LEAST_KEPT_REVISIONS)
        ]
        others = [revision for revision in idle if revision not in stale]
        too_many = others[: max(0, len(others) - MOST_KEPT_REVISIONS)]
        gone |= {revision.name for revision in (*stale, *too_many)}
    return gone


def _last_active_s(revision: Revision) -> float:
    return revision.active_at_s or revision.made_at_s


def _is_stale(revision: Revision, now_s: float) -> bool:
    return (
        now_s - revision.made_at_s >= RETAIN_SINCE_MADE_S and now_s - _last_active_s(revision) >= RETAIN_SINCE_ACTIVE_S
    )


def start_within_s(revision: Revision) -> float:
    """How long an instance may take to get ready: as long as Knative gives it.

    A function that is not told to wait for anything has less, for it hangs then.
    """
    container = revision.template.container
    waits = container.startup_probe is not None or container.readiness_probe.path not in {None, "/healthz"}
    if revision.image is None and not waits and not container.readiness_probe.initial_delay_s:
        return START_DEADLINE_S
    asked_ns = parse_duration_ns(revision.template.annotations.get(_PROGRESS_DEADLINE, "")) or 0
    return asked_ns / SECOND_NS or _PROGRESS_DEADLINE_S


def proven(revision: Revision) -> Revision:
    return replace(revision, proof=Proof.READY, reason="", cause="")


def failed(revision: Revision, reason: str, cause: str = "ExitCode1") -> Revision:
    return replace(revision, proof=Proof.FAILED, reason=reason, cause=cause)
