"""Brokers and Triggers of Knative Eventing on one machine: a process of its own, and Postgres behind it.

An event is answered 202 when it is on disk, once for each Trigger that asks for it; from then on it is delivered until
the subscriber has it, or is given to the dead letter sink, or stays, parked, for a person. `filters`, `retries` and
`events` are pure; `ingress` takes events, `dispatcher` delivers them, `intake` and `store` keep them, `process` is the
wiring. The engine says what there is (`configuration`) and passes no event on. Rules: Knative Eventing,
`pkg/broker`, `pkg/eventfilter` and `pkg/kncloudevents`, commit 8cf4c4b; what is different here: docs/decisions/0035.
"""
