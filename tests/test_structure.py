"""Sizes, names, inheritance and imports of the package stay within their bounds.

Read from the sources, nothing is imported. Imports for types only and imports within functions
count: a cycle through them still means that no module of it can be understood before the others.
"""

import ast
import builtins
import shutil
import subprocess
import sysconfig
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "embedviz"

MOST_MODULES = {"core": 24, "gui": 12, "formats": 12, "app": 12}
"""Modules directly in these folders; in any other, `MOST_MODULES_ELSEWHERE`."""

MOST_MODULES_ELSEWHERE = 20
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_CLASS = 250
MOST_LINES_OF_A_FUNCTION = 50
MOST_METHODS = 20
MOST_CLASSES_IN_LINE = 2
LONGEST_CHAIN = 15

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def name_of(path, root=PACKAGE):
    """Return the dotted name of a module: of a folder where the file is its `__init__`."""
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources():
    """Return the text of every module, by path."""
    return {path: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def trees():
    """Return the syntax tree of every module, by dotted name."""
    return {name_of(path): ast.parse(text) for path, text in sources().items()}


@cache
def nodes():
    """Return every class, function and import, with the name of its module."""
    kinds = (ast.ClassDef, *FUNCTIONS, ast.Import, ast.ImportFrom)
    return [
        (module, node)
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


def classes():
    """Return every class, by its place and name."""
    return {
        f"{module}:{node.lineno} {node.name}": node
        for module, node in nodes()
        if isinstance(node, ast.ClassDef)
    }


def require_none(problems):
    """Fail with one line for each problem."""
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def require_at_most(most, sizes):
    """Fail with the names that have more than is allowed, and how much they have."""
    require_none([f"{name}: {size}, not {most}" for name, size in sizes.items() if size > most])


# Sizes.


def docstring_lines(node):
    """Return the numbers of the lines of a docstring."""
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return set(range(first.lineno, first.end_lineno + 1))
    return set()


def lines_of_code(node, lines):
    """Return how many lines of a function are neither blank, nor a comment, nor its docstring."""
    numbers = set(range(node.lineno, node.end_lineno + 1)) - docstring_lines(node)
    texts = (lines[number - 1].strip() for number in numbers)
    return sum(bool(text) and not text.startswith("#") for text in texts)


def test_functions_are_short():
    lines = {name_of(path): text.splitlines() for path, text in sources().items()}
    sizes = {
        f"{module}:{node.lineno} {node.name}": lines_of_code(node, lines[module])
        for module, node in nodes()
        if isinstance(node, FUNCTIONS)
    }
    require_at_most(MOST_LINES_OF_A_FUNCTION, sizes)


def test_classes_are_small():
    sizes = {name: node.end_lineno - node.lineno + 1 for name, node in classes().items()}
    require_at_most(MOST_LINES_OF_A_CLASS, sizes)


def test_classes_have_few_methods():
    """A property that can be set, and a function of many signatures, is one method."""
    sizes = {
        name: len({each.name for each in node.body if isinstance(each, FUNCTIONS)})
        for name, node in classes().items()
    }
    require_at_most(MOST_METHODS, sizes)


def test_files_are_short():
    sizes = {str(path.relative_to(ROOT)): text.count("\n") for path, text in sources().items()}
    require_at_most(MOST_LINES_OF_A_FILE, sizes)


def test_folders_have_few_modules():
    counts = Counter(path.parent for path in sources() if path.name != "__init__.py")
    places = {folder.relative_to(PACKAGE).as_posix(): count for folder, count in counts.items()}
    require_none(
        [
            f"{folder} has {count} modules"
            for folder, count in places.items()
            if count > MOST_MODULES.get(folder, MOST_MODULES_ELSEWHERE)
        ]
    )


# Names and inheritance.


def test_a_class_name_means_one_thing():
    places = {}
    for name, node in classes().items():
        places.setdefault(node.name, []).append(name)
    require_none([", ".join(found) for found in places.values() if len(found) > 1])


def bases_of(node):
    """Return the names of the classes that a class is derived from."""
    for base in node.bases:
        given = base.value if isinstance(base, ast.Subscript) else base
        yield given.attr if isinstance(given, ast.Attribute) else getattr(given, "id", "")


def test_at_most_two_own_classes_are_in_line():
    """Protocols only say what is asked for, and errors are caught by their bases."""
    bases = {node.name: tuple(bases_of(node)) for node in classes().values()}

    def is_an_error(name):
        builtin = getattr(builtins, name, None)
        if isinstance(builtin, type):
            return issubclass(builtin, BaseException)
        return any(is_an_error(base) for base in bases.get(name, ()))

    def line_of(name):
        longest = max((line_of(base) for base in bases.get(name, ())), key=len, default=())
        counts = name in bases and "Protocol" not in bases[name] and not is_an_error(name)
        return (*longest, name) if counts else longest

    lines = [line_of(name) for name in bases]
    require_none([" ← ".join(line) for line in lines if len(line) > MOST_CLASSES_IN_LINE])


# Imports.


def imported(module, node, modules, is_package):
    """Yield the own modules that one statement imports; a submodule is not its package."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in modules)
    elif isinstance(node, ast.ImportFrom):
        source = node.module or ""
        if node.level:
            parts = module.split(".")
            here = parts[: len(parts) - node.level + is_package]
            source = ".".join([*here, *filter(None, [node.module])])
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            if inner in modules:
                yield inner
            elif source in modules:
                yield source


@cache
def imports():
    """Return the own modules that each module imports, wherever and for whatever."""
    packages = {name_of(path) for path in sources() if path.name == "__init__.py"}
    found = {module: set() for module in trees()}
    for module, node in nodes():
        found[module].update(imported(module, node, found.keys(), module in packages))
    return found


def test_imports_are_read_as_they_are_written():
    modules = {"a", "a.b", "a.b.c", "a.d"}

    def read(statement, module="a.b.c", is_package=False):
        return set(imported(module, ast.parse(statement).body[0], modules, is_package))

    assert read("import a.b, json") == {"a.b"}
    assert read("from a import b, name, d") == {"a", "a.b", "a.d"}
    assert read("from a.b import c") == {"a.b.c"}
    assert read("from . import name") == {"a.b"}
    assert read("from .. import d") == {"a.d"}
    assert read("from ..d import name") == {"a.d"}
    assert read("from .c import name", "a.b", is_package=True) == {"a.b.c"}
    assert read("from json import loads") == set()


def test_imports_have_no_cycle():
    try:
        TopologicalSorter(imports()).prepare()
    except CycleError as error:
        pytest.fail("a cycle: " + " → ".join(reversed(error.args[1])), pytrace=False)


def test_chains_of_imports_are_short():
    """How many modules must be understood, at most, to understand one."""
    longest = {}
    try:
        modules = list(TopologicalSorter(imports()).static_order())
    except CycleError:
        pytest.fail("there is a cycle", pytrace=False)
    for module in modules:
        below = max((longest[each] for each in imports()[module]), key=len, default=())
        longest[module] = (module, *below)
    chain = max(longest.values(), key=len)
    if len(chain) > LONGEST_CHAIN:
        pytest.fail(f"{len(chain)} modules: " + " → ".join(chain), pytrace=False)


# The layers, by breaking them.


FOR_TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import embedviz.gui.theme"
WITHOUT_QT = "The core, and the state, know no Qt"
FORBIDDEN = (
    ("Layers", "core/errors.py", "import embedviz.app.state"),
    ("Layers", "formats/paths.py", FOR_TYPES),
    ("Layers", "app/state.py", "def f():\n    import embedviz.panes"),
    (WITHOUT_QT, "core/errors.py", "import PySide6.QtCore"),
    (WITHOUT_QT, "app/state.py", "from PySide6 import QtCore"),
    ("Panes do not know each other", "panes/map/pane.py", "import embedviz.panes.matryoshka"),
    ("Only sources opens a connection", "formats/source.py", "import socket"),
    ("Only sources opens a connection", "gui/host.py", "import openai"),
)
"""A contract, a module, and what is added to it against the contract."""


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "module", "statement"), FORBIDDEN)
def test_a_forbidden_import_is_found(tmp_path, contract, module, statement):
    shutil.copytree(PACKAGE, tmp_path / "embedviz", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "embedviz" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{statement}\n")
    command = [str(Path(sysconfig.get_path("scripts")) / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout
