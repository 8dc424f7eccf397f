"""What a revision may have of a machine that is busy: how many requests at once, and its part of the processors.

Pure. Both follow from what its manifest says for a cluster. There queue-proxy lets ten requests wait for each that an
instance takes at once, and Kubernetes makes the processor's weight of `resources.requests.cpu`; here Envoy bounds the
revision, and the weight is the kernel's for a nice level.
"""

import math

from knative.local.autoscaler.annotations import look_up
from knative.local.autoscaler.go_values import parse_int
from knative.local.model import RevisionTemplate

# Knative serving v0.50.0, cmd/queue: the depth of an instance's queue is ten times its concurrency.
QUEUE_DEPTH = 10
# Who asks for as much, or more, runs at nice 0: nobody goes below that without privileges, and the machine's other
# programs stand there. So it is what a function usually asks for, and only who asks for less gives way.
FULL_WEIGHT_CPU = 0.1
# A nice level more is a fifth of the processor's time less, against another process (sched(7): a factor of 1.25).
_WEIGHT_STEP = 1.25
_LARGEST_NICE = 19


def most_requests(template: RevisionTemplate) -> int | None:
    """How many may run and wait when the revision has all instances that it may have; None: nothing bounds them."""
    found = look_up(template.annotations, "max-scale")
    instances = parse_int(found[1]) if found else None
    if not instances or not template.container_concurrency:
        return None
    return instances * template.container_concurrency * (1 + QUEUE_DEPTH)


def nice_level(template: RevisionTemplate) -> int:
    """The nice level whose weight is to the full one as the processor that is asked for to FULL_WEIGHT_CPU.

    Nothing asked for is the least weight, as on a cluster.
    """
    asked = template.container.cpu_request
    if asked <= 0:
        return _LARGEST_NICE
    return min(_LARGEST_NICE, max(0, round(math.log(FULL_WEIGHT_CPU / asked, _WEIGHT_STEP))))
