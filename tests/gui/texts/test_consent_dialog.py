"""The question before something is sent, asked from a thread that works."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from embedviz.app.tasks import Task
from embedviz.gui.style import apply_theme
from embedviz.gui.texts.consent_dialog import ConsentDialog, ConsentQuestions
from embedviz.gui.theme import THEMES
from embedviz.sources.consent import Sending

SENDING = Sending(
    "api.example.com:443",
    "to embed them with text-embedding-3-small",
    3000,
    123456,
    ("About 31,000 tokens", "About 0.00062 at 0.02 a million tokens"),
)


@pytest.fixture
def host(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    host.show()
    return host


@pytest.fixture
def questions(host):
    questions = ConsentQuestions(host)
    yield questions
    questions.close()


class Sender:
    """What sends texts after consent, in a thread, and remembers what it sent."""

    def __init__(self, questions):
        self.questions, self.sent, self.answers = questions, [], []
        self.task = Task(questions)

    def start(self, sending=SENDING):
        def work(report):
            if not self.questions(sending):
                return False
            self.sent.append(sending)
            return True

        self.task.run(work, self.answers.append)


@pytest.fixture
def sender(questions):
    return Sender(questions)


def words_of(dialog):
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def wait_for_dialog(qtbot, questions):
    qtbot.waitUntil(lambda: questions.dialog is not None and questions.dialog.isVisible())
    return questions.dialog


def test_names_host_rows_and_characters_before_anything_is_sent(sender, questions, qtbot):
    sender.start()
    dialog = wait_for_dialog(qtbot, questions)
    said = words_of(dialog)
    for part in ("api.example.com:443", "3,000 texts", "123,456 characters", "31,000 tokens"):
        assert part in said
    assert "text-embedding-3-small" in said
    assert "0.00062" in said
    assert sender.sent == []
    assert dialog.windowModality() == Qt.WindowModality.WindowModal
    assert dialog.cancel_button.isDefault()
    assert dialog.once.isChecked()
    dialog.send_button.click()
    qtbot.waitUntil(lambda: sender.answers == [True])
    assert sender.sent == [SENDING]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_return_and_escape_send_nothing(sender, questions, qtbot, key):
    sender.start()
    qtbot.keyClick(wait_for_dialog(qtbot, questions), key)
    qtbot.waitUntil(lambda: sender.answers == [False])
    assert sender.sent == []
    sender.start()  # A refusal is not remembered.
    wait_for_dialog(qtbot, questions).reject()
    qtbot.waitUntil(lambda: sender.answers == [False, False])


def test_this_run_is_remembered_and_this_time_is_not(sender, questions, qtbot):
    sender.start()
    wait_for_dialog(qtbot, questions).send_button.click()
    qtbot.waitUntil(lambda: len(sender.answers) == 1)
    sender.start()
    dialog = wait_for_dialog(qtbot, questions)
    dialog.for_run.click()
    dialog.send_button.click()
    qtbot.waitUntil(lambda: len(sender.answers) == 2)
    sender.start()
    qtbot.waitUntil(lambda: len(sender.answers) == 3)
    assert sender.answers == [True] * 3
    assert questions.dialog is None
    sender.start(Sending("other.example.com:443", SENDING.purpose, 10, 100))
    assert "other.example.com" in words_of(wait_for_dialog(qtbot, questions))


def test_one_question_after_the_other_and_stop_refuses_all(questions, qtbot):
    senders = [Sender(questions) for _ in range(3)]
    for each in senders:
        each.start()
    qtbot.waitUntil(lambda: len(questions.open_questions) == 3)
    assert len(questions.parent().findChildren(ConsentDialog)) == 1
    questions.refuse_all()
    qtbot.waitUntil(lambda: all(each.answers == [False] for each in senders))
    assert questions.dialog is None


def test_a_window_that_is_closed_allows_nothing(sender, questions, qtbot):
    sender.start()
    wait_for_dialog(qtbot, questions)
    questions.close()
    qtbot.waitUntil(lambda: sender.answers == [False])
    answers = []
    thread = threading.Thread(target=lambda: answers.append(questions(SENDING)))
    thread.start()
    thread.join()
    assert answers == [False]


def test_the_ui_thread_cannot_wait_for_itself(questions):
    with pytest.raises(RuntimeError, match="UI thread"):
        questions(SENDING)


@pytest.mark.parametrize("theme", THEMES)
def test_looks(host, artefacts, qapp, theme):
    apply_theme(qapp, THEMES[theme])
    name = "a-very-long-name-of-a-host-" * 4 + "example.com:8443"
    warning = "It is sent unencrypted: whoever is on the way can read it."
    for number, sending in enumerate(
        [SENDING, Sending(name, "to fetch the list of the catalog", warnings=(warning,))]
    ):
        dialog = ConsentDialog(sending, host)
        dialog.open()
        qapp.processEvents()
        assert dialog.grab().save(str(artefacts / f"consent-{number}-{theme}.png"))
        for label in dialog.findChildren(QLabel):
            assert label.geometry().right() <= dialog.width()
            assert label.height() >= label.heightForWidth(label.width())
        dialog.reject()


def test_a_question_that_a_closing_window_never_shows_is_a_no(questions):
    is_asked, answers = threading.Event(), []
    questions._asked.connect(lambda question: is_asked.set(), Qt.ConnectionType.DirectConnection)
    thread = threading.Thread(target=lambda: answers.append(questions(SENDING)), daemon=True)
    thread.start()
    assert is_asked.wait(timeout=60)
    questions.close()  # And no event is looked at any more.
    thread.join(timeout=60)
    assert answers == [False]
    assert questions.dialog is None
