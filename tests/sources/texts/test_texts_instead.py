"""What is offered as texts when a file holds no vectors, and what is not."""

import pytest

from embedviz.core.errors import UserError
from embedviz.sources.texts.offered import TextsFound, texts_instead

REFUSED = UserError("no vectors")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("settings.json", '{"lstm": {"dim": 4096}, "cnn": {"filters": [[1, 32], [2, 64]]}}'),
        ("pairs.txt", "2 40\nking 0:1.69 5:4.25 14:4.32\nqueen 9:1.77 18:-1.9 19:2e-4\n"),
        ("pairs.svm", "1 0:1.69 5:4.25 14:4.32\n-1 9:1.77 18:-1.9 19:2e-4\n"),
        ("damaged.txt", "king 0.1 0.2 0.3\nqueen 0.1 0.2\nman 0.4 0.5 0.6 0.7\n"),
    ],
)
def test_settings_and_vectors_are_not_offered_as_texts(name, content, tmp_path):
    path = tmp_path / name
    path.write_text(content)
    assert texts_instead(path, REFUSED) is REFUSED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("map.json", '{"a1": {"text": "the cat sat"}, "a2": {"text": "a dog ran off"}}'),
        ("words.txt", "king\nqueen\nman\n"),
        ("ratios.txt", "the odds were 2:1 at noon\nwe met at 10:30 and left\n"),
    ],
)
def test_texts_are_offered(name, content, tmp_path):
    path = tmp_path / name
    path.write_text(content)
    assert isinstance(texts_instead(path, REFUSED), TextsFound)
