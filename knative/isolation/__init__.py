"""Who may reach whom on a cluster: worked out from the chart's NetworkPolicies, and written as a page.

`python -m knative.isolation` renders the chart and writes the table of docs/isolation.md.
"""
