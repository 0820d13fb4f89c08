"""A page below a pane is one file and one line, in every pane that has pages."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from embedviz.core.settings import fields_of
from embedviz.gui.pages.table import PageTable
from embedviz.panes import PANES

ONE_FILE = """
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtWidgets import QLabel

from embedviz.core.settings import Settings, setting
from embedviz.gui.pages.page import Page


@dataclass(frozen=True)
class ToySettings(Settings):
    name: ClassVar[str] = "PANE.toy"

    toys: int = setting(3, "Toys", "how many there are", least=1, most=9)


class ToyPage(Page):
    name = "toy"

    def build(self):
        self.text = QLabel()
        self.body.addWidget(self.text)

    def draw(self, old, new):
        self.text.setText(f"{new[ToySettings].toys} toys")
        print(self.text.text())
"""
ONE_LINE = """        "toy": PageEntry("Toys", "toy.ToyPage", "toy.ToySettings"),"""
WITH_TOY = """
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

pane, folder = sys.argv[1], Path(sys.argv[2])
name = f"embedviz.panes.{pane}.pages"
spec = spec_from_file_location(name, folder / "pages.py")
sys.modules[name] = module_from_spec(spec)
spec.loader.exec_module(sys.modules[name])

from embedviz.__main__ import main
from embedviz.panes import PANES

import_module(f"embedviz.panes.{pane}").__path__.append(str(folder))
file, out = str(folder / "v.txt"), str(folder / "x.png")
kinds = {each.name: each for each in PANES}
figure = kinds[pane].figure
end = main(["figure", figure, "--page", "toy", "--toys", "5", "-o", out, file])
settings = kinds[pane].settings_class.classes_of_pane()
print(end, Path(out).exists(), [kind.__name__ for kind in settings][-1])
main(["figure", figure, "--help"])
"""
WITH_PAGES = [pane.name for pane in PANES if "page" in fields_of(pane.settings_class)]


def test_several_panes_have_pages():
    assert {"analogies", "anisotropy", "matryoshka"} <= set(WITH_PAGES)


@pytest.mark.parametrize("pane", WITH_PAGES)
def test_a_page_is_one_file_and_one_line(pane, tmp_path):
    pages = import_module(f"embedviz.panes.{pane}.pages")
    assert isinstance(pages.PAGES, PageTable)
    source = Path(pages.__file__).read_text("utf-8")
    head, end, rest = source.partition("\n    },\n)\n")
    (tmp_path / "pages.py").write_text(f"{head}\n{ONE_LINE}{end}{rest}", "utf-8")
    (tmp_path / "toy.py").write_text(ONE_FILE.replace("PANE", pane), "utf-8")
    (tmp_path / "v.txt").write_text("king 1 2\nqueen 2 1\nman 1 1\nwoman 2 0\n", "utf-8")
    command = [sys.executable, "-c", WITH_TOY, pane, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    drawn, ended, *_ = done.stdout.splitlines()
    assert (drawn, ended) == ("5 toys", "0 True ToySettings"), done.stdout
    last = list(pages.PAGES)[-1]
    assert f"{last},toy}}" in done.stdout.replace("\n", "").replace(" ", "")
    assert "--toys N" in done.stdout
    assert "how many there are" in done.stdout
