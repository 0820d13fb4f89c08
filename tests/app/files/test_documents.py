"""JSON documents with a format and a version."""

import pytest

from embedviz.app.files.documents import is_document, read_document, write_document
from embedviz.core.errors import UserError

KIND = "embedviz test"


def test_a_document_comes_back(tmp_path):
    path = tmp_path / "a.json"
    document = {"format": KIND, "version": 1, "name": "lone \ud800, wörd", "numbers": [1, 2.5]}
    write_document(path, document)
    assert read_document(path, KIND, 1) == document
    assert is_document(path, KIND)
    assert not is_document(path, "embedviz session")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b"\xff\xfe", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b'{"format": "embedviz test", "version": 1, "x": NaN}', "damaged"),
        (b'{"format": "embedviz test", "version": 1' + b"0" * 5000 + b"}", "damaged"),
        (b"[]", "is not an embedviz test"),
        (b'{"version": 1}', "is not an embedviz test"),
        (b'{"format": "embedviz test"}', "which version"),
        (b'{"format": "embedviz test", "version": true}', "which version"),
        (b'{"format": "embedviz test", "version": 2}', "newer embedviz"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path, content, told):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=told):
        read_document(path, KIND, 1)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_document(tmp_path / "none.json", KIND, 1)
    assert not is_document(tmp_path / "none.json", KIND)
    with pytest.raises(UserError, match="cannot be written"):
        write_document(tmp_path / "no folder" / "a.json", {})


def test_a_file_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr("embedviz.app.files.documents.MOST_BYTES", 10)
    (tmp_path / "a.json").write_bytes(b" " * 11)
    with pytest.raises(UserError, match="too large"):
        read_document(tmp_path / "a.json", KIND, 1)
