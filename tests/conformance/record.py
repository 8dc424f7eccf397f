"""Record what a real Knative answers: `python -m tests.conformance.record KUBECONFIG IMAGE IMAGE`.

The images are two that the cluster has and that serve. What is written is read by `test_recorded.py`, and by people
in a diff.
"""

import json
import sys
from pathlib import Path

from tests.conformance import scenario
from tests.conformance.api_client import ApiClient
from tests.conformance.comparing import reduced

RECORDED = Path(__file__).parent / "recorded.json"


def main(kubeconfig: str, *images: str) -> None:
    first, second = images
    answers = scenario.play(ApiClient(Path(kubeconfig)), (first, second), rests_s=3.0)
    RECORDED.write_text(json.dumps(reduced(answers, images), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(answers)} answers are in {RECORDED.name}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
