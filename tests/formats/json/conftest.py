"""Files read in small blocks."""

import pytest


@pytest.fixture
def small_blocks(monkeypatch):
    def set_size(size):
        monkeypatch.setattr("embedviz.formats.json.blocks.BLOCK_BYTES", size)
        monkeypatch.setattr("embedviz.formats.json.blocks._PREVIEW_BYTES", size)

    return set_size
