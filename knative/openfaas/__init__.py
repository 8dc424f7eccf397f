"""The shop's functions for OpenFaaS: its stack file, rendered from the same Services that Knative gets."""
