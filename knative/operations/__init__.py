"""What the chart's Jobs run on a cluster, from one image: secrets, calls by the clock, the first goods.

Migrations are `python -m shared.migrations`. On one machine the engine does all of this itself.
"""
