"""What gunicorn serves when it is measured against."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shared import logs, settings
from shared.server import build_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def make() -> "WSGIApplication":
    """The application of list_products, made in gunicorn's worker."""
    current = settings.current()
    logs.set_up(current, os.open(os.devnull, os.O_WRONLY))
    return build_app(Path(__file__).parents[2] / "functions" / "list_products" / "main.py", current)
