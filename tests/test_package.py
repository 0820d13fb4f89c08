"""The public names, that asking for none of them costs nothing, and what the package needs."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import embedviz

HEAVY = ("numpy", "numba", "pyarrow", "scipy", "sklearn", "gensim", "umap", "PySide6", "pyqtgraph")


def imported_after(statement):
    """Return the heavy modules that a fresh interpreter has imported after a statement."""
    code = f"import sys; {statement}; print(*(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


def test_importing_the_package_imports_nothing_heavy():
    assert imported_after("import embedviz") == []


def test_vectors_need_no_window():
    loaded = imported_after("import embedviz; embedviz.VectorSet; embedviz.load; embedviz.save")
    assert "PySide6" not in loaded
    assert not {"sklearn", "gensim", "umap", "pyqtgraph"} & set(loaded)


def test_panes_import_nothing_that_takes_a_second():
    code = "import sys, embedviz.panes as p; p.PANES; print('PySide6' in sys.modules); "
    code += "print(*{'scipy.stats', 'sklearn', 'gensim', 'umap', 'openTSNE'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["True"]


@pytest.mark.parametrize("name", embedviz.__all__)
def test_every_public_name_is_there_and_documented(name):
    assert getattr(embedviz, name).__doc__
    assert name in dir(embedviz)


def test_public_names_are_those_of_their_modules():
    from embedviz.commands.window import show
    from embedviz.core.errors import UserError
    from embedviz.core.vector_set import VectorSet
    from embedviz.formats import load, save

    named = (embedviz.UserError, embedviz.VectorSet, embedviz.load, embedviz.save, embedviz.show)
    assert named == (UserError, VectorSet, load, save, show)


def test_parts_are_found_without_importing_them_by_name():
    code = "import embedviz; print(embedviz.core.matryoshka.truncate([[3.0, 4.0]], 1)[0, 0])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "1.0"


def test_a_wheel_carries_all_resources_in_the_package():
    project = Path(__file__).parents[1] / "pyproject.toml"
    wheel = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert wheel["wheel"]["force-include"] == {"resources": "embedviz/resources"}
    samples = embedviz.core.samples
    files = [file for each in samples.SAMPLES for file in (each.file, each.table, each.pairs)]
    assert all(samples.resource_path(file).is_file() for file in files if file)


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="module 'embedviz' has no attribute 'lod'"):
        _ = embedviz.lod


def test_as_the_readme_uses_it(tmp_path):
    vector_set = embedviz.VectorSet([[1, 0], [0, 1]], ["a", "b"])
    embedviz.save(vector_set, tmp_path / "x.npy")
    assert embedviz.load(tmp_path / "x.npy").labels == ("a", "b")
    with pytest.raises(embedviz.UserError):
        embedviz.load(tmp_path / "none.npy")


def test_what_is_required_is_imported():
    root = Path(__file__).parents[1]
    text = "\n".join(path.read_text("utf-8") for path in (root / "embedviz").rglob("*.py"))
    imports = set(re.findall(r"^ *(?:import|from) (\w+)", text, re.M))
    owners = packages_distributions()
    imported = {
        owner.lower().replace("_", "-") for name in imports for owner in owners.get(name, ())
    }
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.match(r"[\w-]+", each).group().lower() for each in project["dependencies"]}
    # Who has all of Qt has its essential parts.
    imported |= {f"{each}-essentials" for each in imported}
    assert needed - imported == set()


def test_the_part_of_the_tests_that_is_run_elsewhere_is_there():
    root = Path(__file__).parents[1]
    part = re.search(r'^part="(.*?)"$', (root / ".ci/run").read_text("utf-8"), re.M | re.S)
    assert [each for each in part.group(1).split() if not (root / each).exists()] == []
