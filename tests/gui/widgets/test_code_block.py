"""Code in messages: found, shown whole, copied."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.gui.widgets.code_block import CodeLine, split_code
from embedviz.gui.widgets.message_bar import MessageBar

LINE = "import gensim; gensim.models.KeyedVectors.load('a b.kv').save_word2vec_format('v.bin')"


@pytest.mark.parametrize(
    ("text", "told", "code"),
    [
        ("No code. Only words: these.", "No code. Only words: these.", ""),
        (f"Run this in Python: {LINE}", "Run this in Python:", LINE),
        (f"Run: {LINE}. It takes long.", "Run: the line below. It takes long.", LINE),
        ("Run `git lfs pull` here.", "Run the line below here.", "git lfs pull"),
        ("Unpack it: zstd -d 'a b.zst'", "Unpack it:", "zstd -d 'a b.zst'"),
        ("Export it in R: write.csv(X, 'v.csv')", "Export it in R:", "write.csv(X, 'v.csv')"),
        ("Unpack it first.", "Unpack it first.", ""),
    ],
)
def test_code_is_found(text, told, code):
    assert split_code(text) == (told, code)


def test_code_is_shown_whole_and_copied(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    line = CodeLine(LINE)
    column = QVBoxLayout(host)
    column.addWidget(line)
    column.addStretch(1)
    heights = []
    for width in (1200, 200):
        host.resize(width, 400)
        with qtbot.waitExposed(host):
            host.show()
        QGuiApplication.processEvents()
        document = line.field.document().size()
        assert document.height() <= line.field.viewport().height() + 1
        assert document.width() <= line.field.viewport().width() + 1
        heights.append(line.field.height())
    assert heights[1] > heights[0]
    line.copy.click()
    assert QGuiApplication.clipboard().text() == LINE


def test_a_notice_copies_the_line(qtbot):
    notice = MessageBar()
    qtbot.addWidget(notice)
    notice.show_message(f"It is a pickle. Run this in Python: {LINE}")
    assert notice.offer.text() == "Copy the line"
    notice.offer.click()
    assert QGuiApplication.clipboard().text() == LINE
    notice.show_message("Nothing to run.")
    assert notice.offer.isHidden()
