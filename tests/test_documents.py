"""What README, guide and benchmark page say: commands, links, module paths, menus, options."""

import argparse
import ast
import importlib
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from embedviz.__main__ import main
from embedviz.core.samples import resource_path
from embedviz.gui.actions import ACTIONS
from embedviz.gui.window.guide.document import anchor_of

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "resources" / "guide").glob("*.md"))
OTHERS = [ROOT / "resources" / "README.md", ROOT / "tests" / "benchmarks" / "README.md"]
README = ROOT / "README.md"
PAGES = [README, *CHAPTERS]
TEXTS = {path: path.read_text(encoding="utf-8") for path in (*PAGES, *OTHERS)}


class Parsed(Exception):
    """A command line was understood; nothing more is to be done with it."""


def named(path):
    return path.relative_to(ROOT).as_posix()


def code_blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text):
    """Return the command lines of embedviz in blocks of code, and those in text with options."""
    lines = "\n".join(code_blocks(text, "sh")).replace("\\\n", " ").splitlines()
    found = [line for line in lines if line.startswith("embedviz ")]
    return [*found, *re.findall(r"`(embedviz [^`]* --[^`]*)`", text)]


def links(text):
    """Return where links and pictures lead to, outside of code."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def help_of(kind, capsys):
    with pytest.raises(SystemExit):
        main(["figure", kind, "--help"])
    return capsys.readouterr().out


COMMANDS = [(named(path), line) for path in PAGES for line in commands(TEXTS[path])]
LINKS = [(path, link) for path, text in TEXTS.items() for link in links(text)]


def test_the_readme_fits_on_few_screens():
    assert len(TEXTS[README].splitlines()) <= 160


def test_the_readme_has_the_two_commands_as_they_are_run():
    lines = TEXTS[README].splitlines()
    assert "pip install . && embedviz" in lines
    assert next(line for line in lines if line.startswith('pip install ".[test]"')) == (
        'pip install ".[test]" && pytest'
    )


def test_there_are_commands_and_links_to_look_at():
    assert len(COMMANDS) > 12
    assert len(LINKS) > 25


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_every_command_line_is_understood(page, line, monkeypatch, capsys):
    def stopping(parse):
        def parsed(self, *args, **kwargs):
            parse(self, *args, **kwargs)
            raise Parsed

        return parsed

    for name in ("parse_args", "parse_intermixed_args"):
        whole = getattr(argparse.ArgumentParser, name)
        monkeypatch.setattr(argparse.ArgumentParser, name, stopping(whole))
    with pytest.raises((Parsed, SystemExit)) as ended:
        main(shlex.split(line, comments=True)[1:])
    assert ended.type is Parsed or ended.value.code == 0, capsys.readouterr().err


def test_options_of_figures_are_those_that_there_are(capsys):
    table = TEXTS[ROOT / "resources" / "guide" / "85-figures-and-talks.md"]
    rows = dict(re.findall(r"^\| `?([a-z ]+)`? \| (.*) \|$", table, re.MULTILINE))
    kinds = [kind for kind in rows if kind not in ("kind", "all of them")]
    assert kinds == ["map", "analogy", "anisotropy", "matryoshka", "contrastive"]
    for kind in kinds:
        told = help_of(kind, capsys)
        for option in re.findall(r"`(--[a-z0-9-]+)`", rows[kind] + rows["all of them"]):
            assert re.search(rf" {option}[ ,\n]", told), (kind, option)


@pytest.mark.parametrize(("page", "link"), [(named(path), link) for path, link in LINKS])
def test_every_link_leads_somewhere(page, link):
    if link.startswith("https://"):
        assert page == "resources/README.md"  # The guide is to be read without the web.
        return
    file, _, anchor = link.partition("#")
    target = (ROOT / page).parent / file if file else ROOT / page
    assert target.is_file()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in [anchor_of(heading) for heading in headings]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_chapters_are_sound_for_the_window(path):
    text = TEXTS[path]
    assert re.match(r"# \S.*\n\n", text)
    assert len(re.findall(r"^# ", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)) == 1
    assert not re.search(r"https?://|www\.", text)  # Qt would make links of them.
    assert f"guide/{path.name}" in TEXTS[README]
    for link in links(text):
        target = (path.parent / link.partition("#")[0]).resolve()
        assert target.parent in (path.parent, path.parent.parent / "pictures")
    code = [
        line
        for _, block in re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]
    assert all(len(line) <= 80 for line in code)


def test_chapters_are_found_where_the_window_looks():
    assert [path.name for path in sorted(resource_path("guide").glob("*.md"))] == [
        path.name for path in CHAPTERS
    ]


def import_path(path):
    """Import the longest part of a dotted path that is a module, and return what the rest names."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            found = getattr(found, name)
        return found
    raise AssertionError(path)


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=named)
def test_every_module_path_can_be_imported(path):
    for dotted in set(re.findall(r"(?<![\w./])embedviz(?:\.[A-Za-z_]\w*)+", TEXTS[path])):
        import_path(dotted)


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_python_in_the_pages_names_what_there_is(path):
    for block in code_blocks(TEXTS[path], "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    import_path(f"{node.module}.{alias.name}")


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_menus_and_keys_are_those_of_the_window(path):
    text = " ".join(TEXTS[path].split())
    for place in re.finditer(r"(File|Edit|View|Help) → ", text):
        rest = text[place.end() :]
        fits = [a for a in ACTIONS if a.menu == place[1] and rest.startswith(a.text.rstrip("…"))]
        assert fits, rest[:40]
        action = max(fits, key=lambda action: len(action.text))
        if key := re.match(
            r" \(((?:Ctrl|Shift|Alt|F\d)[^ )]*)\)", rest[len(action.text.rstrip("…")) :]
        ):
            assert key[1] in action.shortcuts


def test_the_version_is_said_once_and_the_changes_begin_with_it():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    changes = TEXTS[ROOT / "resources" / "guide" / "99-changes.md"]
    assert re.findall(r"^## (.+)$", changes, re.MULTILINE)[0] == project["version"]
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "embedviz").rglob("*.py"))
    assert not any(f'"{project["version"]}"' in source for source in sources)


def test_license_and_type_information_are_there():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["license"] == "MIT"
    (license_file,) = project["license-files"]
    text = (ROOT / license_file).read_text(encoding="utf-8")
    assert text.startswith("MIT License\n\nCopyright (c) ")
    assert "embedviz authors" in text
    assert (resource_path("LICENSE")).read_text(encoding="utf-8") == text
    assert (Path(importlib.import_module("embedviz").__file__).parent / "py.typed").is_file()
