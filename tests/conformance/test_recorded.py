"""What a real Knative answered, recorded, beside what ours answers to the same requests.

A difference is a fault of ours, or stands in `known_differences` with a reason; one that stands there and is no
longer so is a fault too.
"""

import json
from typing import Any

import pytest

from tests.conformance import scenario
from tests.conformance.api_client import ApiClient
from tests.conformance.comparing import Difference, differences, reduced
from tests.conformance.known_differences import KNOWN
from tests.conformance.record import RECORDED
from tests.stack import Stack

IMAGES = ("dev.local/zerocart/get-openapi", "dev.local/another/get-openapi")


@pytest.fixture(scope="module")
def found(stack: Stack) -> list[Difference]:
    real: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    answers = scenario.play(ApiClient(stack.home / "kubeconfig"), IMAGES, rests_s=0.4)
    return differences(real, reduced(answers, IMAGES))


def test_ours_answers_as_a_real_one_but_for_what_is_known(found: list[Difference]) -> None:
    unknown = [each for each in found if not any(known.covers(each) for known in KNOWN)]
    assert not unknown, "\n".join(map(str, unknown))


def test_every_known_difference_is_still_one(found: list[Difference]) -> None:
    over = [known for known in KNOWN if not any(known.covers(each) for each in found)]
    assert not over, "\n".join(map(str, over))
