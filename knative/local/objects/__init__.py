"""Kubernetes objects of what the engine runs: pure functions from its own state to what a client is shown.

The engine keeps the documents as they were applied, the revisions that came of them and what runs. Everything
else that a client of Knative sees follows from these: Configurations, Routes, conditions, pods. Start at `world`.
"""
