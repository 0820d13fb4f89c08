"""Prints constraints for pip: the oldest version of each requirement that pyproject.toml allows."""

import re
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

for requirement in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test-base"]]:
    match = re.match(r"([\w-]+)>=([\w.]+)", requirement)
    if match is None:
        raise SystemExit(f"no lower bound in {requirement!r}")
    name, version = match.groups()
    print(f"{name}=={version}")
