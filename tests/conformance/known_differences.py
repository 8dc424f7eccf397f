"""Where our answers are meant to be other than a real Knative's, each with its reason."""

from tests.conformance.comparing import Known

KNOWN: tuple[Known, ...] = ()
