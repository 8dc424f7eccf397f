module zerocart/tests/clients/kn

go 1.25.0

require knative.dev/client v0.42.0
