"""A real Kubernetes with Istio and Knative on one machine, and the shop on it."""
