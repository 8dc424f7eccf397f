"""Whether this is Knative: its own conformance tests, and the answers of a real API server beside ours."""
