"""Where a stack keeps what is its own: one folder, and sockets below it while their paths fit.

All state lies in `.zerocart/` at the project's root; ZEROCART_HOME moves it, ZEROCART_PORT moves the front
door, so several stacks run side by side.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knative.local.privileges import NOBODY_ID
from shared.errors import SettingError, StartError

PROJECT_ROOT = Path(__file__).resolve().parents[2]

# sun_path of a Unix socket has 108 bytes, one of them NUL.
_LONGEST_SOCKET_PATH_BYTES = 107
_LONGEST_RUN_FOLDER_BYTES = _LONGEST_SOCKET_PATH_BYTES - len("/postgres/.s.PGSQL.5432.lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folders and addresses of one stack.

    Args:
        root: the folder of all its state, absolute.
        project: the checkout whose functions and manifests it runs.
        port: of the front door, on loopback.
    """

    root: Path
    project: Path
    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], project: Path = PROJECT_ROOT) -> "Home":
        """Read ZEROCART_HOME and ZEROCART_PORT. Raises SettingError where the port is none."""
        root = Path(environment.get("ZEROCART_HOME") or project / ".zerocart").absolute()
        text = environment.get("ZEROCART_PORT", "8080")
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise SettingError(
                "ZEROCART_PORT", text, "must be a port from 1 to 65535", "for example ZEROCART_PORT=8081"
            )
        return cls(root=root, project=project, port=int(text))

    @property
    def run(self) -> Path:
        """Sockets and process records. Elsewhere where the home's own path is too long for a socket."""
        inside = self.root / "run"
        if len(os.fsencode(inside)) <= _LONGEST_RUN_FOLDER_BYTES:
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"zerocart-{digest}"

    @property
    def instances(self) -> Path:
        """One record a function process, named by its pid."""
        return self.run / "instances"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def envoy(self) -> Path:
        return self.root / "envoy"

    @property
    def revisions(self) -> Path:
        """Snapshots of the code that each revision runs."""
        return self.root / "revisions"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics"

    @property
    def images(self) -> Path:
        """Which programs stand for which images."""
        return self.root / "images.json"

    @property
    def ports(self) -> Path:
        """The locks on the ports that programs have."""
        return self.run / "ports"

    @property
    def kubeconfig(self) -> Path:
        """Where the API is, for `kubectl` and `kn`."""
        return self.root / "kubeconfig"

    @property
    def control_socket(self) -> Path:
        return self.run / "control.sock"

    @property
    def operations_socket(self) -> Path:
        """Where the function watch-operations asks."""
        return self.run / "operations.sock"

    @property
    def zygote_socket(self) -> Path:
        return self.run / "zygote.sock"

    @property
    def keeper_socket(self) -> Path:
        return self.run / "keeper.sock"

    @property
    def events_socket(self) -> Path:
        """Where an instance says that it is ready."""
        return self.run / "events.sock"

    @property
    def admin_socket(self) -> Path:
        return self.run / "envoy.sock"

    @property
    def broker_socket(self) -> Path:
        """Where the engine tells the broker what there is."""
        return self.run / "broker.sock"

    @property
    def broker_ingress_socket(self) -> Path:
        """Where the broker takes events, and Envoy connects."""
        return self.run / "broker-ingress.sock"

    def revision_socket(self, revision: str) -> Path:
        """Where the instances of a revision accept, and Envoy connects."""
        path = self.run / "r" / revision
        if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH_BYTES:
            return path
        return path.with_name(hashlib.sha256(revision.encode()).hexdigest()[:12])

    def code_digest(self, *packages: str) -> str:
        """Of the Python code of some packages of the project: a process that has loaded another one is out of date."""
        total = hashlib.sha256()
        for package in packages:
            for file in sorted((self.project / package).rglob("*.py")):
                total.update(file.read_bytes())
        return total.hexdigest()

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def make_folders(self) -> None:
        """Make every folder that must exist before anything starts, for our eyes only.

        Raises StartError where one of them belongs to somebody else, and where `run` or `secrets` is a link.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        # `run` may lie in a folder where everyone may write; whoever put it, or a link of its name, there before us
        # would have what root gives away below it (`privileges.own`), or our sockets.
        for folder in (self.run, self.secrets, self.logs, self.envoy, self.revisions, self.metrics):
            if folder.is_symlink() and folder in {self.run, self.secrets}:
                raise StartError(f"{folder} is a link", "remove it, or set ZEROCART_HOME to another folder")
            folder.mkdir(exist_ok=True, mode=0o700)
            if folder.stat().st_uid not in self._owners():
                raise StartError(
                    f"{folder} belongs to another user", "remove it, or set ZEROCART_HOME to another folder"
                )
            folder.chmod(0o700)
        for folder in (self.instances, self.run / "r"):
            folder.mkdir(exist_ok=True)

    def _owners(self) -> set[int]:
        """Whose the folders may be. Root prepares those of the id it gives itself up for, and of the home's owner."""
        if os.geteuid() != 0:
            return {os.geteuid()}
        return {0, NOBODY_ID, self.root.stat().st_uid}
