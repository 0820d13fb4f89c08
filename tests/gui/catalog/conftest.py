"""The catalog on loopback, for the tests of this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "servers"))

from catalog_server import new_server, server  # noqa: F401
