"""Small builds of a storefront, as Vite would leave them."""

from frontend.publishing.release import Release

SCRIPT = "assets/first-AbCd1234.js"
STYLE = "assets/index-EfGh5678.css"
FONT = "assets/sans-IjKl9012.woff2"


def files(text: str = "one", script: str = SCRIPT) -> dict[str, bytes]:
    """A page that says something, its script under a name of its own, a style and a font that never change."""
    page = f'<!doctype html><title>{text}</title><link href="/{STYLE}"><script src="/{script}"></script>'
    return {
        "index.html": page.encode(),
        "favicon.svg": b"<svg/>",
        script: f"document.title = {text!r};".encode() * 50,
        STYLE: b"a{color:red}" * 50,
        FONT: b"\0\1\2\3" * 50,
    }


def build(text: str = "one", script: str = SCRIPT) -> Release:
    return Release(files=files(text, script))
