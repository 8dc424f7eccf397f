"""What was applied and which revisions came of it, kept on disk so that it outlives the engine.

One JSON file, replaced by rename and on disk before it counts; a revision's code and manifest lie beside it in a
folder of their own. What runs is not stored here: that is looked at.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from knative.local.deployment import code_folders
from knative.local.home import Home
from knative.local.manifest import read
from knative.local.model import Namespace, RevisionName, ServiceName
from knative.local.processes import write_atomically
from knative.local.rollout import Proof, Revision
from shared.yaml_documents import Complaints, Node, document_of

DEFAULT_NAMESPACE = "shop"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The objects as they would be, and which of them would be new, other or gone."""

    documents: Mapping[Key, Node]
    origins: Mapping[Key, object]
    changed: tuple[Key, ...]


class Store:
    """The applied objects and the revisions of one stack.

    `documents` are the objects as they stand. `origins` says which file of the project each came from and what
    that file said, so that a second `up` takes over what was edited and leaves alone what `apply` changed since.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._path = home.root / "objects.json"
        self.documents: dict[Key, Node] = {}
        self.origins: dict[Key, object] = {}
        self.revisions: dict[RevisionName, Revision] = {}
        if self._path.exists():
            self._load()

    def propose(self, documents: Iterable[Node], *, from_project: bool) -> "Proposal":
        """What the objects would be with some documents taken over; nothing changes before `accept`.

        Args:
            documents: what is to be applied.
            from_project: they are all of the project's own files: one that says what it said the last time leaves
                the object as it is now, and an object whose file is gone goes too.
        """
        objects, origins = dict(self.documents), dict(self.origins)
        seen = set()
        for document in documents:
            key = key_of(document)
            seen.add(key)
            stands = objects.get(key)
            if from_project and stands and origins.get(key) == document.value:
                if stands.value == document.value:
                    objects[key] = document  # the same, and its lines are known
                continue
            if from_project:
                origins[key] = document.value
            objects[key] = document
        if from_project:
            for key in set(origins) - seen:
                del origins[key]
                objects.pop(key, None)
        changed = [
            key
            for key in sorted(set(objects) | set(self.documents))
            if _value(objects.get(key)) != _value(self.documents.get(key))
        ]
        return Proposal(documents=objects, origins=origins, changed=tuple(changed))

    def accept(self, proposal: "Proposal") -> None:
        """Take a proposal over, once it is checked."""
        self.documents = dict(proposal.documents)
        self.origins = dict(proposal.origins)

    def save(self) -> None:
        """Write all of it to disk. Raises OSError, for example without space."""
        content = {
            "objects": [
                {"file": node.file, "value": node.value, "origin": self.origins.get(key)}
                for key, node in sorted(self.documents.items())
            ],
            "revisions": [_revision_to_json(revision) for _, revision in sorted(self.revisions.items())],
        }
        write_atomically(self._path, json.dumps(content, indent=1).encode())

    def snapshot(self, revision: Revision, manifest: Node) -> None:
        """Copy the code and the manifest of a new revision into its folder, whole or not at all."""
        folder = self.folder(revision.name)
        temporary = folder.with_name(f".{revision.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
        functions = temporary / "functions"
        for code in code_folders(revision.template, revision.function, self._home):
            shutil.copytree(code, functions / code.name, ignore=shutil.ignore_patterns("__pycache__"))
        (functions / "__init__.py").touch()
        (temporary / "service.json").write_text(json.dumps(manifest.value), encoding="utf-8")
        temporary.rename(folder)

    def folder(self, revision: RevisionName) -> Path:
        return self._home.revisions / revision

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
        for entry in content["revisions"]:
            revision = self._revision_from_json(entry)
            if revision:
                self.revisions[revision.name] = revision

    def _revision_from_json(self, entry: Mapping[str, str | int]) -> Revision | None:
        name = RevisionName(str(entry["name"]))
        manifest = self.folder(name) / "service.json"
        if not manifest.exists():
            return None
        complaints = Complaints()
        services = read([document_of(json.loads(manifest.read_bytes()), str(manifest))], complaints).services
        if complaints.problems:
            # Made by an older version, and refused by this one: its Service gets a new revision.
            return None
        (service,) = services
        return Revision(
            name=name,
            service=ServiceName(str(entry["service"])),
            namespace=Namespace(str(entry["namespace"])),
            generation=int(entry["generation"]),
            digest=str(entry["digest"]),
            function=str(entry["function"]),
            template=service.template,
            proof=Proof(entry["proof"]),
            reason=str(entry["reason"]),
        )


def _value(document: Node | None) -> object:
    return document.value if document else None


def _revision_to_json(revision: Revision) -> dict[str, str | int]:
    return {
        "name": revision.name,
        "service": revision.service,
        "namespace": revision.namespace,
        "generation": revision.generation,
        "digest": revision.digest,
        "function": revision.function,
        "proof": revision.proof.value,
        "reason": revision.reason,
    }
