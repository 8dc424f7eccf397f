"""Knative's own YAML becomes this bench's: its images, what it asks for, and what is left out; nothing else changes."""

from knative.testbench.upstream import documents, for_this_bench, is_dropped

TEXT = """
# Copyright
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: controller
  namespace: knative-serving
spec:
  image: ko://knative.dev/serving/cmd/controller
  other: ko://knative.dev/eventing/cmd/in_memory/channel_controller
  resources:
    requests:
      cpu: 100m
    limits:
      cpu: 1000m
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  # of the webhook
  name: webhook
"""


def test_images_are_ours_and_requests_small_and_limits_as_they_were() -> None:
    deployment = for_this_bench(documents(TEXT)[0], "dev.local", "1")
    assert "image: dev.local/knative-controller:1" in deployment
    assert "other: dev.local/eventing-in-memory-channel-controller:1" in deployment
    assert "requests:\n      cpu: 20m" in deployment
    assert "limits:\n      cpu: 1000m" in deployment


def test_a_document_is_left_out_by_its_kind_or_by_kind_and_name() -> None:
    deployment, autoscaler = documents(TEXT)
    assert is_dropped(autoscaler, ["HorizontalPodAutoscaler"])
    assert is_dropped(deployment, ["Deployment/controller"])
    assert not is_dropped(deployment, ["Deployment/webhook", "Service/controller"])
