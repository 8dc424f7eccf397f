"""Whether a revision that is being promoted goes a step further, stays where it is, or is taken back. Pure.

The candidate is held against the stable revision in the same time, not against a figure alone: what ails both (a
database that is away) is not the candidate's doing, and then nothing moves. A budget of bad requests is what makes few
requests enough to take it back and many necessary to go on: the same rule holds at 1 % and at 100 %.
Start at `decide`.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What one revision did within a window.

    Args:
        request_count: answers, whoever made them: the revision, or the gateway in its place.
        error_count: those of status 500 and above.
        p99_ms: of what is known of their times; None where nothing is.
    """

    request_count: int = 0
    error_count: int = 0
    p99_ms: float | None = None

    @property
    def error_ratio(self) -> float:
        return self.error_count / self.request_count if self.request_count else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a promotion goes, and what must hold meanwhile.

    Args:
        steps: percents of the traffic, rising, the last one 100.
        step_s: how long each step lasts at least.
        longest_step_s: how long it may last; then the candidate is taken back, for nothing shows that it is good.
        least_requests: how many the candidate must have answered in a step before it goes on.
        most_error_ratio: how much more of its requests than of the stable revision's may fail; and with how many of
            the stable one's own failing nothing moves.
        most_p99_ratio: how many times the stable revision's p99 the candidate's may be.
        p99_grace_ms: and that much more, for a fast function's p99 is mostly noise.
    """

    steps: tuple[int, ...] = (1, 5, 25, 50, 100)
    step_s: float = 30.0
    longest_step_s: float = 600.0
    least_requests: int = 100
    most_error_ratio: float = 0.01
    most_p99_ratio: float = 1.5
    p99_grace_ms: float = 50.0

    def first(self) -> int:
        return self.steps[0]

    def after(self, percent: int) -> int | None:
        """The step that follows a share of the traffic, be it one of the steps or not; None after the last one."""
        return next((step for step in self.steps if step > percent), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a promotion stands.

    Args:
        percent: what the candidate gets.
        began_s: since when, on the caller's clock.
        baseline: the stable revision when it last had requests: at 100 % it has none any more.
    """

    percent: int
    began_s: float
    baseline: Counts = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Give the candidate the next share."""

    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Leave it as it is, and look again; `reason` is for people."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """It has all requests, and does well: it is the stable one now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack:
    """Give the stable revision all requests again."""

    reason: str


Verdict = Advance | Hold | Complete | RollBack


def check(plan: Plan) -> str | None:
    """What is wrong with a plan, or None."""
    rising = all(before < after for before, after in zip(plan.steps, plan.steps[1:], strict=False))
    if not plan.steps or plan.steps[-1] != 100 or plan.steps[0] < 1 or not rising:
        return "the steps must be whole percents that rise, from 1 on, and the last one must be 100"
    if plan.longest_step_s < plan.step_s:
        return f"a step that lasts {plan.step_s:g} s at least cannot be over after {plan.longest_step_s:g} s"
    return None


def decide(plan: Plan, step: Step, candidate: Counts, stable: Counts, now_s: float) -> tuple[Verdict, Step]:
    """Decide on one promotion now.

    Args:
        plan: checked, see `check`.
        step: what the last call gave back.
        candidate: of the window since the step began.
        stable: of the same window.
        now_s: on the clock of `step.began_s`.

    Returns:
        The verdict, and where the promotion stands if the verdict is carried out.

    Always true (tests/unit/knative/local/promotion/test_decision_properties.py):
        it goes on only with `least_requests` and after `step_s`, to the next step and no further;
        no step outlasts `longest_step_s`;
        with more errors in as many requests the verdict is never a better one;
        while the stable revision fails, too, nothing goes on.
    """
    known = stable if stable.request_count else step.baseline
    here = replace(step, baseline=known)
    if worse := _worse(plan, candidate, known):
        return RollBack(reason=worse), here
    elapsed_s = now_s - step.began_s
    waiting = _not_yet(plan, candidate, stable, elapsed_s)
    if waiting is None:
        following = plan.after(step.percent)
        if following is None:
            return Complete(), here
        return Advance(percent=following), replace(here, percent=following, began_s=now_s)
    if elapsed_s >= plan.longest_step_s:
        return RollBack(reason=f"{waiting}, and the {plan.longest_step_s:g} s of a step are over"), here
    return Hold(reason=waiting), here


def _worse(plan: Plan, candidate: Counts, stable: Counts) -> str | None:
    """In what the candidate is worse than it may be, or None."""
    # With few requests: so many failed that the first `least_requests` cannot keep to it any more.
    count = max(candidate.request_count, plan.least_requests)
    # Multiplied before it is divided, so that who does just as the stable one is not worse by a rounding.
    as_stable = stable.error_count * count / stable.request_count if stable.request_count else 0.0
    if candidate.error_count > plan.most_error_ratio * count + as_stable:
        return (
            f"{candidate.error_count} of its {candidate.request_count} requests failed, and of the stable revision's "
            f"{stable.error_ratio:.1%}"
        )
    if candidate.request_count < plan.least_requests or candidate.p99_ms is None or stable.p99_ms is None:
        return None
    limit_ms = plan.most_p99_ratio * stable.p99_ms + plan.p99_grace_ms
    if candidate.p99_ms > limit_ms:
        return (
            f"its p99 is {candidate.p99_ms:.0f} ms, the stable revision's {stable.p99_ms:.0f} ms, "
            f"so {limit_ms:.0f} ms are the most"
        )
    return None


def _not_yet(plan: Plan, candidate: Counts, stable: Counts, elapsed_s: float) -> str | None:
    """Why the candidate cannot go on now, or None."""
    if stable.error_count > plan.most_error_ratio * max(stable.request_count, plan.least_requests):
        return f"the stable revision itself fails, {stable.error_count} of {stable.request_count} requests"
    if candidate.request_count < plan.least_requests:
        return f"it has answered {candidate.request_count} of the {plan.least_requests} requests that a step takes"
    if elapsed_s < plan.step_s:
        return f"{elapsed_s:.0f} of {plan.step_s:g} s"
    return None
