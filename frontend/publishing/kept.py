"""The release that is kept built, in `frontend/release/`: `make up` publishes it, so nobody needs Node to have a shop.

`make storefront` builds it anew. The same sources give the same bytes, on any machine and with any Node that builds
them; so a test can hold the release to its sources: by a digest where there is no Node, by building where there is.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import click

from frontend.publishing import release
from knative.local.entry import enter
from shared.errors import ZerocartError

FRONTEND = Path(__file__).resolve().parents[1]
# Everything that a build is made of; tests beside the sources are not.
_sources = (
    "first-page.ts", "index.html", "package-lock.json", "package.json", "public", "src", "tsconfig.json",
    "vite.config.ts",
)  # fmt: skip
_digest_name = "sources.sha256"


class BuildError(ZerocartError):
    """The storefront could not be built."""


def folder(frontend: Path = FRONTEND) -> Path:
    return frontend / "release"


def digest_file(frontend: Path = FRONTEND) -> Path:
    """Beside the release and not in it: it is not served."""
    return frontend / "publishing" / _digest_name


def digest(frontend: Path = FRONTEND) -> str:
    """Of the sources as they are now."""
    total = hashlib.sha256()
    for name in _sources:
        source = frontend / name
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for file in files:
            relative = file.relative_to(frontend).as_posix()
            if ".test." not in relative and not relative.startswith("src/testing/"):
                total.update(relative.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def build(output: Path, frontend: Path = FRONTEND) -> None:
    """Have Vite build the sources, for one origin. Raises BuildError where it cannot, or does not."""
    vite = frontend / "node_modules" / ".bin" / "vite"
    if not vite.exists():
        raise BuildError(f"{vite}: there is none", "`npm ci` in frontend/ installs it; it needs Node 20.19 or newer")
    environment = {name: value for name, value in os.environ.items() if name not in {"CDN_URL", "API_URL"}}
    done = subprocess.run(  # noqa: S603 - our own sources
        [str(vite), "build", "--logLevel", "warn", "--outDir", str(output), "--emptyOutDir"],
        cwd=frontend, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BuildError(
            f"the storefront was not built: {done.stderr.strip()}", "`npm run build` in frontend/ says more"
        )


def keep(built: Path, frontend: Path = FRONTEND) -> str:
    """Take a build over as the release that is kept; gives its name."""
    kept = release.read(built)
    target = folder(frontend)
    shutil.rmtree(target, ignore_errors=True)
    for path, content in kept.files.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)
    digest_file(frontend).write_text(digest(frontend) + "\n", encoding="ascii")
    return kept.name


@click.command()
def main() -> None:
    """Build into `dist/`, and keep that."""
    build(FRONTEND / "dist")
    click.echo(f"Kept release {keep(FRONTEND / 'dist')} in frontend/release/")


if __name__ == "__main__":
    enter(main)
