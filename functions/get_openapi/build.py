"""Makes the document when the image is built, where every function is at hand.

functions/Dockerfile runs the build.py of a function that has one, as `python -m functions.get_openapi.build FOLDER`:
what it writes into that folder lies beside main.py in the image.
"""

import sys
from pathlib import Path

import msgspec

from functions.get_openapi.main import BUILT, FUNCTIONS
from shared import openapi

if __name__ == "__main__":
    Path(sys.argv[1], BUILT.name).write_bytes(msgspec.json.encode(openapi.document(FUNCTIONS)))
