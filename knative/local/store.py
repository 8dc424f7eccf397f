"""What was applied and which revisions came of it, kept on disk so that it outlives the engine.

One JSON file, replaced by rename and on disk before it counts; a revision's code and manifest lie beside it in a
folder of their own. What runs is not stored here: that is looked at.
"""

import json
import shutil
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from knative.local.deployment import MAKERS, code_folders
from knative.local.gradual_rollout import Rollout
from knative.local.home import Home
from knative.local.manifest import read
from knative.local.model import (
    ConfigurationName,
    Namespace,
    RevisionName,
    RouteName,
    RouteTarget,
    ServiceName,
    TrafficTarget,
)
from knative.local.objects.json_values import Object
from knative.local.objects.stamps import Stamp, deployed, restamp
from knative.local.processes import write_atomically
from knative.local.programs import image
from knative.local.promotion.traffic import CANDIDATE
from knative.local.rollout import CONTAINER_MISSING, Proof, Revision
from knative.local.routing import Assigned
from shared.remembered import Remembered
from shared.yaml_documents import Complaints, Node, document_of

DEFAULT_NAMESPACE = "shop"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Key:
    """What tells one applied object from another."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def key_of(document: Node) -> Key:
    return Key(
        kind=document.text("kind"),
        namespace=document.text("metadata", "namespace", default=DEFAULT_NAMESPACE),
        name=document.text("metadata", "name"),
    )


def _with_promoted_traffic(document: Node, stands: Node | None) -> Node:
    """A Service that says nothing of its traffic leaves it as it is where that is a promotion's.

    As on a cluster, where who applies leaves alone what others wrote into a field that he does not name. Elsewhere a
    manifest without traffic means all of it to the latest revision, here as there.
    """
    spec, traffic = document.get("spec"), stands.get("spec", "traffic") if stands else None
    if document.text("kind") != "Service" or spec is None or spec.get("traffic") is not None or traffic is None:
        return document
    if all(target.text("tag") != CANDIDATE for target in traffic.items):
        return document
    kept = {**spec.children, "traffic": traffic}
    spec = replace(spec, value={name: each.value for name, each in kept.items()}, children=kept)
    children = {**document.children, "spec": spec}
    return replace(document, value={name: each.value for name, each in children.items()}, children=children)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The objects as they would be, and which of them would be new, other or gone.

    `absent` are those that somebody deleted by hand, so that others may still refer to them.
    """

    documents: Mapping[Key, Node]
    origins: Mapping[Key, object]
    changed: tuple[Key, ...]
    absent: frozenset[Key] = frozenset()


class Store:
    """The applied objects and the revisions of one stack.

    `documents` are the objects as they stand. `origins` says which file of the project each came from and what
    that file said, so that a second `up` takes over what was edited and leaves alone what `apply` changed since.
    `absent` are the objects that were deleted by hand: `up` leaves them so, too. `stamps` say of each object what no
    client writes. `assigned` says what each Route leads to, and how far its traffic has moved.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._path = home.root / "objects.json"
        self.documents: dict[Key, Node] = {}
        self.origins: dict[Key, object] = {}
        self.absent: frozenset[Key] = frozenset()
        self.stamps: dict[Key, Stamp] = {}
        self.revisions: dict[RevisionName, Revision] = {}
        self.assigned: dict[RouteName, Assigned] = {}
        self._texts: Remembered[str] = Remembered()
        self._saved = ""
        if self._path.exists():
            self._load()

    def propose(self, documents: Iterable[Node], *, from_project: bool, gone: Collection[Key] = ()) -> "Proposal":
        """What the objects would be with some documents taken over; nothing changes before `accept`.

        Args:
            documents: what is to be applied.
            from_project: they are all of the project's own files: one that says what it said the last time leaves
                the object as it is now, and an object whose file is gone goes too.
            gone: what is to be deleted.
        """
        objects, origins = dict(self.documents), dict(self.origins)
        seen = set()
        for document in documents:
            key = key_of(document)
            seen.add(key)
            stands = objects.get(key)
            if from_project and (stands or key in self.absent) and origins.get(key) == document.value:
                if stands and stands.value == document.value:
                    objects[key] = document  # the same, and its lines are known
                continue
            if from_project:
                origins[key] = document.value
            objects[key] = _with_promoted_traffic(document, stands)
        if from_project:
            for key in set(origins) - seen:
                del origins[key]
                objects.pop(key, None)
        for key in gone:
            objects.pop(key, None)
        changed = sorted(
            key
            for key in objects.keys() | self.documents.keys()
            if _value(objects.get(key)) != _value(self.documents.get(key))
        )
        absent = frozenset({*self.absent, *gone} - objects.keys())
        return Proposal(documents=objects, origins=origins, changed=tuple(changed), absent=absent)

    def accept(self, proposal: "Proposal", managers: Mapping[Key, tuple[Object, ...]] | None = None) -> None:
        """Take a proposal over, once it is checked.

        Args:
            managers: `managedFields` of some of its objects; the others keep theirs.
        """
        before = {key: node.value for key, node in self.documents.items()}
        after = {key: node.value for key, node in proposal.documents.items()}
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.stamps = restamp(self.stamps, before, after, now=now, new_uid=lambda: str(uuid.uuid4()))
        for key, entries in (managers or {}).items():
            self.stamps[key] = replace(self.stamps[key], managers=entries)
        self.absent = proposal.absent
        self.documents = dict(proposal.documents)
        self.origins = dict(proposal.origins)

    def note_deployed(self, remade: Collection[ConfigurationName]) -> None:
        """The engine has taken the objects over, and has made new revisions of some Configurations."""
        for key, stamp in self.stamps.items():
            if key.kind in MAKERS:
                self.stamps[key] = deployed(stamp, is_remade=key.name in remade)

    def save(self) -> None:
        """Write all of it to disk, where it is other than what is there. Raises OSError, for example without space."""
        objects = [self._object_text(key, node) for key, node in sorted(self.documents.items())]
        revisions = [self._revision_text(revision) for _, revision in sorted(self.revisions.items())]
        self._texts.sweep()
        absent = [
            {"kind": key.kind, "namespace": key.namespace, "name": key.name, "origin": self.origins.get(key)}
            for key in sorted(self.absent)
        ]
        assigned = {name: _assigned_to_json(each) for name, each in sorted(self.assigned.items())}
        text = (
            f'{{"objects": [{", ".join(objects)}], "absent": {json.dumps(absent)}, '
            f'"revisions": [{", ".join(revisions)}], "assigned": {json.dumps(assigned)}}}'
        )
        if text != self._saved:
            write_atomically(self._path, text.encode(), mode=0o600)  # applied Secrets are in it
            self._saved = text

    def _object_text(self, key: Key, node: Node) -> str:
        origin, stamp = self.origins.get(key), self.stamps[key]

        def written() -> str:
            entry = {"file": node.file, "value": node.value, "origin": origin, "stamp": stamp.to_json()}
            return json.dumps(entry)

        return self._texts.of(key, (node.file, node.value, origin, stamp), written)

    def _revision_text(self, revision: Revision) -> str:
        return self._texts.of(revision.name, (revision,), lambda: json.dumps(_revision_to_json(revision)))

    def snapshot(self, revision: Revision, manifest: Node) -> None:
        """Copy the code and the manifest of a new revision into its folder, whole or not at all."""
        folder = self.folder(revision.name)
        temporary = folder.with_name(f".{revision.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        functions = temporary / "functions"
        functions.mkdir(parents=True)
        if revision.image:
            (temporary / "image.json").write_text(json.dumps(image.to_json(revision.image)), encoding="utf-8")
            (temporary / "image.json").chmod(0o600)
        elif revision.cause != CONTAINER_MISSING:
            for code in code_folders(revision.template, revision.function, self._home):
                shutil.copytree(code, functions / code.name, ignore=shutil.ignore_patterns("__pycache__"))
        (functions / "__init__.py").touch()
        (temporary / MANIFEST).write_text(json.dumps(manifest.value), encoding="utf-8")
        temporary.rename(folder)

    def folder(self, revision: RevisionName) -> Path:
        return self._home.revisions / revision

    def manifest(self, revision: RevisionName) -> Path:
        """The document that a revision was made from, as JSON."""
        file = self.folder(revision) / MANIFEST
        # As it was called while it was a Service's in any case.
        return file if file.exists() else file.with_name("service.json")

    def forget(self, revision: RevisionName) -> None:
        """Drop a revision and its snapshot."""
        self.revisions.pop(revision, None)
        shutil.rmtree(self.folder(revision), ignore_errors=True)

    def _load(self) -> None:
        content = json.loads(self._path.read_bytes())
        for entry in content["objects"]:
            document = document_of(entry["value"], entry["file"])
            key = key_of(document)
            self.documents[key] = document
            if entry["origin"] is not None:
                self.origins[key] = entry["origin"]
            if stamp := entry.get("stamp"):
                self.stamps[key] = Stamp.of_json(stamp)
        # Written by an engine that knew neither, they are not there.
        for entry in content.get("absent", ()):
            key = Key(kind=entry["kind"], namespace=entry["namespace"], name=entry["name"])
            self.absent |= {key}
            if entry["origin"] is not None:
                self.origins[key] = entry["origin"]
        known = {key: node.value for key, node in self.documents.items()}
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.stamps = restamp(self.stamps, known, known, now=now, new_uid=lambda: str(uuid.uuid4()))
        for entry in content["revisions"]:
            revision = self._revision_from_json(entry)
            if revision:
                self.revisions[revision.name] = revision
        for name, value in content.get("assigned", {}).items():
            self.assigned[RouteName(name)] = _assigned_from_json(value)

    def _revision_from_json(self, entry: Mapping[str, str | int | float]) -> Revision | None:
        name = RevisionName(str(entry["name"]))
        manifest = self.manifest(name)
        program = self.folder(name) / "image.json"
        if not manifest.exists():
            return None
        complaints = Complaints()
        found = read([document_of(json.loads(manifest.read_bytes()), str(manifest))], complaints)
        if complaints.problems:
            # Made by an older version, and refused by this one: its Configuration makes a new revision.
            return None
        (template,) = (*(each.template for each in found.services), *(each.template for each in found.configurations))
        service = str(entry["service"])
        return Revision(
            name=name,
            # An engine that knew Services only kept no more than the name of one.
            configuration=ConfigurationName(str(entry.get("configuration", service))),
            service=ServiceName(service) if service else None,
            namespace=Namespace(str(entry["namespace"])),
            generation=int(entry["generation"]),
            digest=str(entry["digest"]),
            function=str(entry["function"]),
            template=template,
            proof=Proof(entry["proof"]),
            reason=str(entry["reason"]),
            cause=str(entry.get("cause", "")),
            image=image.from_json(json.loads(program.read_bytes())) if program.exists() else None,
            # One made before these were kept is as old as can be.
            made_at_s=float(entry.get("made_at_s", 0)),
            active_at_s=float(entry.get("active_at_s", 0)),
        )


def _assigned_to_json(assigned: Assigned) -> Object:
    return {
        "traffic": [[each.percent, each.configuration, each.revision, each.tag] for each in assigned.traffic],
        "rollouts": {name: _rollout_to_json(rollout) for name, rollout in sorted(assigned.rollouts.items())},
    }


def _assigned_from_json(value: Mapping[str, Any]) -> Assigned:
    traffic = tuple(
        TrafficTarget(
            percent=percent, configuration=configuration and ConfigurationName(configuration),
            revision=revision and RevisionName(revision), tag=tag,
        )
        for percent, configuration, revision, tag in value["traffic"]
    )  # fmt: skip
    rollouts = {ConfigurationName(name): _rollout_from_json(each) for name, each in value["rollouts"].items()}
    return Assigned(traffic=traffic, rollouts=rollouts)


def _rollout_to_json(rollout: Rollout) -> Object:
    return {
        "shares": [[share.revision, share.percent] for share in rollout.shares],
        "started_at_s": rollout.started_at_s,
        "next_step_at_s": rollout.next_step_at_s,
        "step_s": rollout.step_s,
        "step_percent": rollout.step_percent,
    }


def _rollout_from_json(value: Mapping[str, Any]) -> Rollout:
    shares = [RouteTarget(revision=RevisionName(revision), percent=percent) for revision, percent in value["shares"]]
    return Rollout(**{**value, "shares": tuple(shares)})


def _value(document: Node | None) -> object:
    return document.value if document else None


def _revision_to_json(revision: Revision) -> dict[str, str | int | float]:
    return {
        "name": revision.name,
        "configuration": revision.configuration,
        "service": revision.service or "",
        "namespace": revision.namespace,
        "generation": revision.generation,
        "digest": revision.digest,
        "function": revision.function,
        "proof": revision.proof.value,
        "reason": revision.reason,
        "cause": revision.cause,
        "made_at_s": revision.made_at_s,
        "active_at_s": revision.active_at_s,
    }
