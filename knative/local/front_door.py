"""Envoy's configuration, kept in step with what is deployed and which revisions are ready.

Envoy watches the files and takes a change over without dropping a connection. The keys that tokens are checked
with are fetched from the issuer's `jwksUri` by the engine, as istiod does on a cluster, so Envoy never waits
for them, and the last known ones are kept on disk for the next start.
"""

import asyncio
import json
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from gateway.envoy import Edge, EnvoyFiles, Translator, check, command, find_binary
from knative.local import http_get, shares
from knative.local.deployment import Deployment
from knative.local.eventing import brokers
from knative.local.home import Home
from knative.local.model import Backend, Destination, DomainMapping, Namespace, RouteName
from knative.local.parts import origin
from knative.local.parts.part import Recipe
from knative.local.processes import Records, write_atomically
from knative.local.publication import hand_over
from knative.local.rollout import Proof, Revision
from shared.errors import StartError
from shared.remembered import Remembered

# How often istiod asks an issuer for its keys again (PILOT_JWT_PUB_KEY_REFRESH_INTERVAL) is 20 minutes.
KEYS_REFRESH_S = 20 * 60.0


class FrontDoor:
    """The configuration files of one stack's Envoy."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._translator = Translator()
        self._backends: Remembered[Backend] = Remembered()
        self._keys_file = home.envoy / "key_sets.json"
        self._key_sets: dict[str, str] = json.loads(self._keys_file.read_bytes()) if self._keys_file.exists() else {}
        self.mesh_port = _kept_port(home.root / "mesh-port")

    def _edge(self, otlp_endpoint: str | None = None) -> Edge:
        return Edge(
            otlp_endpoint=otlp_endpoint,
            port=self._home.port,
            mesh_port=self.mesh_port,
            folder=self._home.envoy,
            admin_socket=self._home.admin_socket,
            access_log=self._home.log("gateway"),
            hosts={origin.HOST: origin.socket_path(self._home.run)},
        )

    async def publish(
        self,
        deployment: Deployment,
        revisions: Iterable[Revision],
        leads_to: Iterable[Destination],
        is_overtaken: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Have Envoy take over what is deployed and ready now, as `hand_over` does. Gives whether it has.

        Args:
            leads_to: where each Route leads now: its `routing.destination`.
        """
        files = self._translate(deployment, revisions, leads_to)
        return await hand_over(files, self._home.envoy, self._home.admin_socket, is_overtaken)

    def refuse_what_envoy_refuses(
        self, deployment: Deployment, revisions: Iterable[Revision], leads_to: Iterable[Destination]
    ) -> None:
        """Ask Envoy itself before anything is taken over. Raises StartError with its words."""
        if objection := check(self._translate(deployment, revisions, leads_to), find_binary()):
            raise StartError(
                f"Envoy refuses what the manifests come to: {objection}",
                "an EnvoyFilter speaks Envoy's own language: correct what it patches",
            )

    def _translate(
        self, deployment: Deployment, revisions: Iterable[Revision], leads_to: Iterable[Destination]
    ) -> EnvoyFiles:
        backends = [
            self._backends.of(revision.name, (revision,), partial(self._backend, revision))
            for revision in revisions
            if revision.proof is Proof.READY
        ]
        self._backends.sweep()
        to_brokers = brokers.ingress(deployment.brokers, self._home)
        return self._translator.translate(
            deployment.mesh,
            [
                *_with_domains(leads_to, deployment.domain_mappings),
                *(each for each, _ in to_brokers),
            ],
            [*backends, *(each for _, each in to_brokers)],
            self._key_sets,
            self._edge(deployment.shop_setting("OTEL_EXPORTER_OTLP_ENDPOINT")),
        )

    def _backend(self, revision: Revision) -> Backend:
        return Backend(
            revision=revision.name,
            configuration=revision.configuration,
            namespace=revision.namespace,
            socket_path=str(self._home.revision_socket(revision.name)),
            timeout_s=revision.template.timeout_s,
            response_start_timeout_s=revision.template.response_start_timeout_s,
            idle_timeout_s=revision.template.idle_timeout_s,
            most_requests=shares.most_requests(revision.template),
            protocol=revision.template.container.protocol,
            streams=revision.image is not None,
        )

    async def refresh_keys(self, deployment: Deployment) -> bool:
        """Fetch the key sets that the manifests name, through the mesh. True where one has changed."""
        changed = False
        for uri in sorted(deployment.mesh.jwks_uris):
            keys = await asyncio.to_thread(http_get.from_mesh, self.mesh_port, uri)
            if self._key_sets.get(uri) != keys:
                self._key_sets[uri] = keys
                changed = True
        if changed:
            write_atomically(self._keys_file, json.dumps(self._key_sets).encode())
        return changed

    @property
    def has_keys(self) -> bool:
        return bool(self._key_sets)

    def recipe(self) -> Recipe:
        """How Envoy is run. Raises StartError where its port is taken by another program."""
        if Records(self._home.run).find("envoy") is None:
            refuse_taken_port(self._home.port)
        return Recipe(
            role="envoy",
            title=f"Envoy on 127.0.0.1:{self._home.port}",
            command=command(find_binary(), self._edge()),
            log=self._home.log("envoy"),
            folder=self._home.root,
            accepts=lambda: live(self._home.admin_socket),
        )


def _with_domains(found: Iterable[Destination], mappings: Iterable[DomainMapping]) -> list[Destination]:
    """Destinations with the hosts that are mapped to them; one that is mapped to what is not there leads nowhere."""
    domains: dict[tuple[Namespace, RouteName], list[str]] = {}
    for each in mappings:
        domains.setdefault((each.namespace, each.route), []).append(each.host)
    return [
        replace(each, domains=tuple(sorted(of_it))) if (of_it := domains.get((each.namespace, each.route))) else each
        for each in found
    ]


def live(admin_socket: Path) -> bool:
    """Whether Envoy has all its configuration and serves."""
    try:
        return http_get.from_socket(admin_socket, "/ready").strip() == "LIVE"
    except OSError:
        return False


def refuse_taken_port(port: int) -> None:
    """Raises StartError where somebody else listens on the front door's port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StartError(
                f"port {port} of the front door cannot be taken: {error.strerror}",
                f"`ZEROCART_PORT={port + 1} make up` takes another; what has started stays, a second `up` goes on",
            ) from error


def _kept_port(file: Path) -> int:
    """A free loopback port, the same one at every start."""
    if file.exists():
        return int(file.read_text(encoding="ascii"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    write_atomically(file, str(port).encode())
    return port
