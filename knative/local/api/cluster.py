"""What the API asks of the engine: what there is, and that something become other."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from knative.local.objects.facts import ClusterFacts
from knative.local.objects.json_values import Object
from knative.local.objects.world import Reference


class Cluster(Protocol):
    """The engine, as the API sees it."""

    @property
    def is_up(self) -> bool:
        """Whether it has taken over what is applied; before, what there is is not known."""

    def facts(self) -> ClusterFacts:
        """What there is now. Called often: what is unchanged must be the same objects."""

    async def write(
        self, documents: Sequence[Object], gone: Collection[Reference], *, managers: tuple[Object, ...], dry_run: bool
    ) -> None:
        """Put documents in the place of those of the same name, and drop some, all or nothing.

        Returns when it is durable and the engine goes on from it; whether it then works, status tells.

        Args:
            managers: `managedFields` of the one document, if there is one.
            dry_run: only check.

        Raises:
            ZerocartError: the engine refuses it, with what is wrong.
        """

    async def import_revision(self, maker: Object, *, dry_run: bool) -> None:
        """Make a revision that had its life elsewhere.

        Args:
            maker: the document of its Service or Configuration, with that revision's template.

        Raises:
            ZerocartError: the engine refuses it, with what is wrong.
        """

    def log(self, configuration: str) -> Path:
        """The file that a Configuration's instances write to."""
