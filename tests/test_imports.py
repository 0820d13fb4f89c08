"""Imports go one way: also those for types only and those inside functions."""

import ast
from pathlib import Path

import pytest

import embedviz

PACKAGE = embedviz.__name__
ROOMS = [
    f"{PACKAGE}.{room}"
    for room in (
        "__main__",
        "commands",
        "app",
        "gui.window",
        "gui.actions",
        "gui.sessions",
        "gui.opening",
        "gui.panels",
        "gui.projection",
        "gui.coloring",
        "gui.widgets",
    )
]
"""Whose modules are checked, with all that they import."""


def modules():
    """Return every module's name and file."""
    root = Path(embedviz.__file__).parent
    found = {}
    for file in root.rglob("*.py"):
        parts = [PACKAGE, *file.relative_to(root).with_suffix("").parts]
        found[".".join(parts).removesuffix(".__init__")] = file
    return found


def imports_of(name, known):
    """Return which modules a module names; a submodule is not its package."""
    for node in ast.walk(ast.parse(known[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                whole = f"{node.module}.{each.name}"
                if whole in known or node.module in known:
                    yield whole if whole in known else node.module


@pytest.fixture(scope="module")
def known():
    return modules()


@pytest.fixture(scope="module")
def imports(known):
    return {name: set(imports_of(name, known)) - {name} for name in known}


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_is_imported_by_what_it_imports(room, known, imports):
    inside = [name for name in known if name == room or name.startswith(f"{room}.")]
    assert inside
    for start in inside:
        seen, waiting = set(), list(imports[start])
        while waiting:
            name = waiting.pop()
            assert name != start, f"{start} is imported by what it imports"
            if name not in seen:
                seen.add(name)
                waiting.extend(imports[name])
