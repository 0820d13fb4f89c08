"""Names of files that a server gives, with all tricks that there are."""

from pathlib import Path, PureWindowsPath

import hypothesis.strategies as st
import pytest
from hypothesis import given

from embedviz.sources.catalog.file_names import (
    MOST_BYTES,
    name_in_header,
    plain_name,
    why_not_plain,
)

TRICKS = [
    *(
        "",
        ".",
        "..",
        "...",
        " ",
        "/",
        "a/b",
        "../a",
        "/etc/passwd",
        "a\\b",
        "..\\a",
        "C:a",
        "C:\\a",
    ),
    *(
        "\\\\host\\share",
        "a\0b",
        "a\nb",
        "a\x7fb",
        "con",
        "CON.gz",
        "nul.tar.gz",
        "Com1",
        "lpt9.txt",
    ),
    *("aux .x", ".bashrc", "a.", "a ", "a:stream", "a*", "a?", "a|b", "a<b", 'a"b', "a\u202eb"),
    *("x" * 200, "é" * 100, "\ud800", "com¹.gz"),
]


@pytest.mark.parametrize("name", TRICKS)
def test_tricks_are_refused_and_made_plain(name):
    assert why_not_plain(name)
    assert not why_not_plain(plain_name(name))


@pytest.mark.parametrize(
    "name", ["a.gz", "glove.6B.50d.txt", "Wörter (2).vec", "文.vec", "console"]
)
def test_plain_names_stay(name):
    assert why_not_plain(name) == ""
    assert plain_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/a/b/words.vec.gz", "words.vec.gz"),
        ("/a/my%20words.vec", "my words.vec"),
        ("/a/%2e%2e%2fetc%2fpasswd", "passwd"),
        ("/a/..%5c..%5cevil.bat", "evil.bat"),
        ("/a/", "vectors"),
        ("/%00", "vectors"),
        ("/con.gz", "_con.gz"),
        ("/" + "x" * 300 + ".vec.gz", "x" * (MOST_BYTES - 8) + ".vec.gz"),
    ],
)
def test_a_plain_name_is_made_of_the_end_of_a_path(text, name):
    assert plain_name(text) == name


@given(st.text())
def test_whatever_is_given_stays_in_its_folder(text):
    name = plain_name(text)
    assert not why_not_plain(name)
    folder = Path("/folder")
    assert (folder / name).parent == folder
    assert PureWindowsPath("C:/folder", name).parent == PureWindowsPath("C:/folder")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (None, ""),
        ("attachment", ""),
        ("attachment; filename=a.vec", "a.vec"),
        ('attachment; filename="a b.vec"', "a b.vec"),
        ("attachment; filename*=UTF-8''W%C3%B6rter.vec", "Wörter.vec"),
        ("x" * 5000, ""),
    ],
)
def test_the_name_in_a_header_is_found(header, name):
    assert name_in_header(header) == name
