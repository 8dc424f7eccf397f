from collections.abc import Sequence
from dataclasses import replace

import pytest

from knative.local.model import (
    Configuration,
    ConfigurationName,
    Container,
    Namespace,
    RevisionName,
    RevisionTemplate,
    ServiceName,
)
from knative.local.programs.image import Image
from knative.local.reconciler import START_DEADLINE_S
from knative.local.rollout import (
    CONTAINER_MISSING,
    LEAST_KEPT_REVISIONS,
    MOST_KEPT_REVISIONS,
    NO_GC_ANNOTATION,
    RETAIN_SINCE_ACTIVE_S,
    RETAIN_SINCE_MADE_S,
    Proof,
    Revision,
    failed,
    next_revision,
    orphaned,
    start_within_s,
    superfluous,
)

IMAGE = Image(name="login", command=("/bin/login",), folder="/")
PROGRESS_DEADLINE = "serving.knative.dev/progress-deadline"

LOGIN = Configuration(
    name=ConfigurationName("login"),
    namespace=Namespace("shop"),
    service=ServiceName("login"),
    template=RevisionTemplate(container=Container(image="dev.local/zerocart/login")),
)


def revision(generation: int, proof: Proof = Proof.READY, digest: str = "") -> Revision:
    return Revision(
        name=RevisionName(f"login-{generation:05d}"),
        configuration=LOGIN.name,
        service=LOGIN.service,
        namespace=LOGIN.namespace,
        generation=generation,
        digest=digest or str(generation),
        function="login",
        template=LOGIN.template,
        proof=proof,
    )


NAMED = replace(LOGIN, template=replace(LOGIN.template, name="login-blue"))


def test_a_revision_is_called_as_its_template_says() -> None:
    made = next_revision(NAMED, "abc", "login", [revision(1)])
    assert made is not None
    assert (made.name, made.generation) == ("login-blue", 2)


def test_a_name_that_is_taken_makes_no_other_revision() -> None:
    named = replace(revision(1), name=RevisionName("login-blue"))
    assert next_revision(NAMED, "other code", "login", [named]) is None


def test_a_first_revision_is_called_as_knative_calls_it() -> None:
    made = next_revision(LOGIN, "abc", "login", [])
    assert made is not None
    assert (made.name, made.generation, made.proof) == ("login-00001", 1, Proof.UNPROVEN)


def test_the_same_template_and_code_make_no_new_revision() -> None:
    assert next_revision(LOGIN, "abc", "login", [revision(1, digest="abc")]) is None


def test_a_revision_that_failed_is_tried_anew_when_it_is_applied_again() -> None:
    made = next_revision(LOGIN, "abc", "login", [failed(revision(1, digest="abc"), "no secret")])
    assert made is not None
    assert made.name == "login-00002"


def test_a_revision_whose_image_leads_nowhere_is_tried_anew_only_when_it_leads_somewhere() -> None:
    missing = failed(revision(1, digest=CONTAINER_MISSING), "no such image", CONTAINER_MISSING)
    assert next_revision(LOGIN, CONTAINER_MISSING, "login", [missing]) is None
    made = next_revision(LOGIN, "abc", "login", [missing], IMAGE)
    assert made is not None
    assert (made.name, made.image) == ("login-00002", IMAGE)


@pytest.mark.parametrize(("annotation", "within_s"), [({}, 600.0), ({PROGRESS_DEADLINE: "90s"}, 90.0)])
def test_a_program_may_take_as_long_to_start_as_knative_gives_it_and_a_function_less(
    annotation: dict[str, str], within_s: float
) -> None:
    function = revision(1)
    template = replace(function.template, annotations=annotation)
    assert start_within_s(replace(function, image=IMAGE, template=template)) == within_s
    assert start_within_s(replace(function, template=template)) == START_DEADLINE_S


def test_a_change_makes_the_next_generation() -> None:
    made = next_revision(LOGIN, "new", "login", [revision(1), revision(2)])
    assert made is not None
    assert made.name == "login-00003"


NOW_S = 1_000_000.0
OLD_S = NOW_S - RETAIN_SINCE_MADE_S
MANY = [revision(generation) for generation in range(1, LEAST_KEPT_REVISIONS + 4)]


def at(made_at_s: float, revisions: Sequence[Revision] = MANY) -> list[Revision]:
    """Some revisions, made one second after another."""
    return [replace(each, made_at_s=made_at_s + index) for index, each in enumerate(revisions)]


def test_old_revisions_stay_until_there_are_more_than_knative_keeps() -> None:
    assert superfluous([LOGIN.name], at(OLD_S - 100), (), NOW_S) == {"login-00001", "login-00002"}


def test_a_young_revision_stays_however_many_there_are() -> None:
    assert superfluous([LOGIN.name], at(OLD_S + 1), (), NOW_S) == set()


def test_a_revision_that_was_reached_not_long_ago_stays() -> None:
    many = at(OLD_S - 100)
    many[0] = replace(many[0], active_at_s=NOW_S - RETAIN_SINCE_ACTIVE_S + 1)
    assert superfluous([LOGIN.name], many, (), NOW_S) == {"login-00002", "login-00003"}


def test_of_too_many_young_revisions_those_idle_for_longest_go() -> None:
    many = at(NOW_S - 5000, [revision(generation) for generation in range(1, MOST_KEPT_REVISIONS + 3)])
    many[0] = replace(many[0], active_at_s=NOW_S)
    assert superfluous([LOGIN.name], many, (), NOW_S) == {"login-00002"}


def test_a_revision_that_is_to_be_kept_is_never_superfluous() -> None:
    template = replace(LOGIN.template, annotations={NO_GC_ANNOTATION: "True"})
    kept, *others = at(OLD_S - 100)
    assert superfluous([LOGIN.name], [replace(kept, template=template), *others], (), NOW_S) == {"login-00002"}


def test_the_newest_ready_revision_is_never_superfluous() -> None:
    ready, *others = at(OLD_S - 100)
    found = superfluous([LOGIN.name], [ready, *(failed(each, "broken") for each in others)], (), NOW_S)
    assert found == {"login-00002"}


def test_a_revision_that_a_route_leads_to_is_never_superfluous() -> None:
    reached = {RevisionName("login-00001")}
    assert superfluous([LOGIN.name], at(OLD_S - 100), reached, NOW_S) == {"login-00002"}


@pytest.mark.parametrize("proof", list(Proof))
def test_the_revisions_of_a_configuration_that_is_gone_go_too(proof: Proof) -> None:
    assert orphaned({}, [revision(1, proof)]) == ["login-00001"]
    assert orphaned({LOGIN.name: LOGIN}, [revision(1, proof)]) == []


def test_another_configuration_of_the_same_name_makes_its_own_revisions() -> None:
    for other in (replace(LOGIN, service=None), replace(LOGIN, namespace=Namespace("elsewhere"))):
        assert orphaned({LOGIN.name: other}, [revision(1)]) == ["login-00001"]


def test_a_name_that_another_configuration_s_revision_has_makes_no_revision() -> None:
    other = replace(revision(1), configuration=ConfigurationName("log"), name=RevisionName("login-00001"))
    assert next_revision(LOGIN, "abc", "login", [other]) is None
