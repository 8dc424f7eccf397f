"""Knative Eventing on one machine: PingSources that call by the clock, SinkBindings, Brokers and Triggers.

`cron` and `scheduler` say when, `event` what, `addresses` where to, `delivery` how often; all of them are pure but for
the sending itself. `sources` is the edge: the engine's loop wakes for the next schedule, and rests between. Rules:
Knative Eventing, `pkg/adapter/mtping` and `pkg/apis/sources/v1`; what is different here: docs/decisions/0018. What
passes through a Broker is no business of the engine's: `broker/` is a process of its own, `brokers` looks after it.
"""
