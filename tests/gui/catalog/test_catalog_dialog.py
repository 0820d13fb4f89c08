"""File → Get Vectors…, against a catalog on loopback."""

import json
import threading
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton

from embedviz.app.state import State
from embedviz.gui.catalog.dialog import CatalogDialog
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT


@pytest.fixture
def catalog(server, monkeypatch, tmp_path):
    """Return the server of the catalog in use; downloads go to an empty folder."""
    monkeypatch.setenv("EMBEDVIZ_CATALOG", server.address)
    monkeypatch.setenv("EMBEDVIZ_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("embedviz.sources.catalog.pace._BETWEEN", 0.0)  # Each step is told.
    return server


@pytest.fixture
def wait_until(qtbot):
    """Return a function that waits, as long as a busy machine needs."""
    return partial(qtbot.waitUntil, timeout=60_000)


@pytest.fixture
def settled(idle, window, wait_until):
    """Return a function that waits until the dialog has nothing to do."""

    def wait(dialog):
        work = dialog.work
        tasks = (work.fetching, work.loading, work._looking)
        wait_until(lambda: not any(task.is_busy or task._at_work for task in tasks))
        idle(window.session)

    return wait


@pytest.fixture
def dialog(catalog, window, settled):
    """Return the dialog, before anything was fetched."""
    window.trigger("file.catalog")
    found = window.findChild(CatalogDialog)
    settled(found)
    return found


@pytest.fixture
def answer(wait_until):
    """Return a function that waits for the question, and answers it; it returns its texts."""

    def give(dialog, yes=True):
        consent = dialog.work.consent
        wait_until(lambda: consent.dialog is not None and consent.dialog.isVisible())
        shown = consent.dialog
        said = " ".join(label.text() for label in shown.findChildren(QLabel))
        name = "consent.send" if yes else "consent.cancel"
        shown.findChild(QPushButton, name).click()
        return said

    return give


@pytest.fixture
def listed(dialog, answer, settled):
    """Return the dialog with the list of the catalog."""
    dialog.fetch.click()
    answer(dialog)
    settled(dialog)
    return dialog


def download(dialog, answer, name="tiny"):
    dialog.table.choose(name)
    dialog.footer.do_it.click()
    return answer(dialog)


def test_nothing_is_fetched_before_it_is_asked_for_and_agreed_to(dialog, catalog, answer, settled):
    assert catalog.requests == []
    assert catalog.host in dialog.hint.text()
    assert dialog.fetch.isVisible()
    assert not dialog.footer.do_it.isEnabled()
    dialog.fetch.click()
    said = answer(dialog, yes=False)
    settled(dialog)
    assert catalog.host in said
    assert "to fetch the list of the catalog" in said
    assert catalog.requests == []
    assert dialog.message.text() == "Nothing was sent."
    assert dialog.fetch.text() == "Try Again"


def test_the_list_is_shown_filtered_and_there_the_next_time(listed, window, settled, catalog):
    table = listed.table
    assert (table.n_shown, listed.stack.currentWidget()) == (1, table)
    listed.head.filter.setText("vectors TINY")
    assert table.n_shown == 1
    listed.head.filter.setText("nonsense")
    assert table.n_shown == 0
    assert "Nothing in the list" in listed.hint.text()
    listed.head.filter.clear()
    table.choose("tiny")
    assert listed.details.license.text() == "License: http://opendatacommons.org/licenses/pddl/"
    assert listed.details.license.openExternalLinks() is False
    listed.close()
    n_requests = len(catalog.requests)
    window.trigger("file.catalog")
    settled(listed)
    assert window.findChildren(CatalogDialog) == [listed]
    assert listed.table.n_shown == 1
    assert len(catalog.requests) == n_requests


def test_a_set_is_downloaded_opened_and_removed(
    listed, window, answer, settled, wait_until, catalog
):
    said = download(listed, answer)
    assert "to download tiny (11 kB)" in said
    assert "License: http://opendatacommons.org" in said
    wait_until(lambda: window.dialogs.dialog is not None)
    opening = window.dialogs.dialog
    wait_until(opening.footer.open_button.isEnabled)
    opening.accept()
    wait_until(lambda: window.session.state.active is not None)
    settled(listed)
    active = window.session.state.active
    assert (active.name, len(active)) == ("tiny", 300)
    assert any(note.startswith("Downloaded from http://127.0.0.1") for note in active.notes)
    assert listed.table.offer.state == "downloaded"
    assert listed.footer.do_it.text() == "Open…"
    assert listed.footer.remove.text() == "Remove (11 kB)"
    assert "downloaded · " in listed.footer.status.text()
    n_requests = len(catalog.requests)
    listed.footer.do_it.click()
    wait_until(lambda: window.dialogs.dialog is not None)
    window.dialogs.dialog.reject()
    listed.footer.remove.click()
    settled(listed)
    assert listed.table.offer.state == ""
    assert listed.footer.do_it.text() == "Download"
    assert not listed.footer.remove.isVisible()
    assert len(catalog.requests) == n_requests


def test_stop_keeps_what_is_there_and_go_on_goes_on(
    listed, window, answer, settled, wait_until, catalog
):
    catalog.cuts, catalog.holds = [4000], threading.Event()
    download(listed, answer)
    wait_until(lambda: "4 kB of" in listed.footer.status.text())
    assert listed.footer.stop.isVisible()
    assert listed.footer.bar.isVisible()
    assert not listed.footer.do_it.isEnabled()
    listed.footer.stop.click()
    assert not listed.footer.stop.isVisible()
    catalog.holds.set()
    settled(listed)
    assert listed.table.offer.state == "begun"
    assert listed.footer.do_it.text() == "Go On"
    assert listed.message.isHidden()
    listed.footer.do_it.click()
    answer(listed)
    wait_until(lambda: window.dialogs.dialog is not None)
    assert catalog.ranges() == [None, "bytes=4000-"]
    window.dialogs.dialog.reject()
    settled(listed)


def test_the_status_bar_stops_a_question_too(dialog, window, wait_until, settled):
    dialog.fetch.click()
    wait_until(lambda: dialog.work.consent.dialog is not None)
    window.session.board.stop()
    settled(dialog)
    assert dialog.work.consent.dialog is None
    assert not dialog.work.is_fetching


def test_what_goes_wrong_is_said_and_can_be_tried_again(dialog, answer, settled, catalog):
    good = catalog.files["/list.json"]
    catalog.files["/list.json"] = b"<html>log in</html>"
    dialog.fetch.click()
    answer(dialog)
    settled(dialog)
    assert "with a web page" in dialog.message.text()
    catalog.files["/list.json"] = good
    assert dialog.fetch.text() == "Try Again"
    dialog.fetch.click()
    answer(dialog)
    settled(dialog)
    assert dialog.table.n_shown == 1
    assert dialog.message.isHidden()


def test_a_catalog_that_is_no_address_is_said(window, settled, monkeypatch, catalog):
    monkeypatch.setenv("EMBEDVIZ_CATALOG", "nonsense")
    window.trigger("file.catalog")
    dialog = window.findChild(CatalogDialog)
    settled(dialog)
    dialog.fetch.click()
    settled(dialog)
    assert "not an address of http or https" in dialog.message.text()


def test_a_damaged_file_is_refused_in_words(listed, answer, settled, catalog, window):
    catalog.files["/tiny/tiny.gz"] = catalog.files["/tiny/tiny.gz"][:-1] + b"?"
    download(listed, answer)
    settled(listed)
    assert "does not have the checksum" in listed.message.text()
    assert window.dialogs.dialog is None


def test_pickles_are_shown_with_the_reason_and_cannot_be_had(dialog, answer, settled, catalog):
    catalog.offer({"evil": {"file_name": "evil.pkl", "checksum": "0" * 32, "parts": 1}})
    dialog.fetch.click()
    answer(dialog)
    settled(dialog)
    dialog.table.choose("evil")
    assert dialog.table.offer.state == "not offered"
    assert "a pickle, a program that opening would run" in dialog.details.description.text()
    assert not dialog.footer.do_it.isEnabled()


def test_a_file_by_its_address_is_opened_and_listed(
    dialog, answer, settled, catalog, qtbot, window, wait_until
):
    catalog.files["/my/words.vec"] = b"3 2\na 1 2\nb 3 4\nc 5 6\n"
    assert not dialog.address.button.isEnabled()
    dialog.address.edit.setText(f"{catalog.address}/my/words.vec")
    qtbot.keyClick(dialog.address.edit, Qt.Key.Key_Return)
    answer(dialog)
    wait_until(lambda: window.dialogs.dialog is not None)
    assert window.dialogs.dialog.title.text() == "words.vec"
    window.dialogs.dialog.reject()
    settled(dialog)
    assert dialog.address.edit.text() == ""
    dialog.table.choose("words.vec")
    assert dialog.table.offer.state == "downloaded"
    assert dialog.work.found.listing is None


def test_an_address_with_a_password_is_refused_without_repeating_it(dialog, qtbot):
    dialog.address.edit.setText("https://me:CANARY@example.com/x")
    dialog.address.button.click()
    assert "a name or a password" in dialog.message.text()
    assert "CANARY" not in dialog.message.text()


def test_a_download_goes_on_when_the_dialog_is_closed(
    listed, window, answer, settled, wait_until, catalog
):
    catalog.cuts, catalog.holds = [4000], threading.Event()
    download(listed, answer)
    wait_until(lambda: "4 kB of" in listed.footer.status.text())
    listed.close()
    assert window.session.board.current is not None
    catalog.holds.set()
    wait_until(lambda: window.message_bar.isVisible())
    settled(listed)
    assert window.dialogs.dialog is None


def test_a_session_says_where_to_get_a_removed_file_again(
    listed, window, answer, settled, wait_until, tmp_path
):
    download(listed, answer)
    wait_until(lambda: window.dialogs.dialog is not None)
    opening = window.dialogs.dialog
    wait_until(opening.footer.open_button.isEnabled)
    opening.accept()
    wait_until(lambda: window.session.state.active is not None)
    settled(listed)
    saved = tmp_path / "mine.embedviz"
    window.files.save(saved)
    wait_until(saved.exists)
    settled(listed)
    listed.table.choose("tiny")
    listed.footer.remove.click()
    settled(listed)
    window.session.show(State())
    window.files.open(saved)

    def box():
        return window.findChild(QMessageBox, "locate")

    wait_until(lambda: box() is not None and box().isVisible())
    assert "get tiny again with File → Get Vectors…" in box().informativeText()
    box().findChild(QPushButton, "locate.skip").click()
    settled(listed)


REAL = {
    "fasttext-wiki-news-subwords-300": (999_999, 1_005_007_116, 300, "by-sa/3.0/"),
    "conceptnet-numberbatch-17-06-300": (1_917_247, 1_225_497_562, 300, "by-sa/4.0/"),
    "word2vec-google-news-300": (3_000_000, 1_743_563_840, 300, None),
    "glove-wiki-gigaword-50": (400_000, 69_182_535, 50, "pddl/"),
    "glove-wiki-gigaword-300": (400_000, 394_362_229, 300, "pddl/"),
    "glove-twitter-25": (1_193_514, 109_885_004, 25, "pddl/"),
    "glove-twitter-200": (1_193_514, 795_373_100, 200, "pddl/"),
}


def real_looking(name):
    rows, size, dimensions, terms = REAL[name]
    return {
        "num_records": rows,
        "file_size": size,
        "base_dataset": "Wikipedia, newswire and other texts (6B tokens, uncased)",
        "license": f"https://licenses.example/{terms}" if terms else "not found",
        "parameters": {"dimension": dimensions},
        "description": "Word vectors made from a very large number of words of running text, "
        "which took days; a description may go on for several lines in this place, as some do.",
        "read_more": ["https://example.com/paper", "https://example.com/project"],
        "checksum": "0" * 32,
        "file_name": f"{name}.gz",
        "parts": 1,
    }


SIZES = {"laptop": (860, 640), "smallest": (620, 420), "large": (1400, 900)}


@pytest.fixture
def picture(artefacts, qapp):
    """Return a function that saves a picture of the dialog in a size."""

    def save(dialog, theme, name, *sizes):
        apply_theme(qapp, theme)
        for size in sizes or ("laptop", "smallest"):
            dialog.resize(*SIZES[size])
            qapp.processEvents()
            path = artefacts / f"catalog-{name}-{size}-{theme.name}.png"
            assert dialog.grab().save(str(path))

    return save


def offer_real_looking(catalog):
    """Serve a list like the public one, with something that is not offered."""
    catalog.offer({"tiny": catalog.files["/tiny/tiny.gz"]})
    found = json.loads(catalog.files["/list.json"])
    found["models"] |= {name: real_looking(name) for name in REAL}
    found["models"]["old-model"] = {"file_name": "old.model", "checksum": "0" * 32}
    catalog.files["/list.json"] = json.dumps(found).encode()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_pictures_for_a_person_to_look_at(
    dialog, answer, settled, catalog, wait_until, picture, theme, window
):
    save = partial(picture, dialog, theme)

    save("empty")
    offer_real_looking(catalog)
    dialog.fetch.click()
    answer(dialog)
    settled(dialog)
    dialog.table.choose("glove-wiki-gigaword-50")
    save("list", *SIZES)
    catalog.cuts, catalog.holds = [4000], threading.Event()
    download(dialog, answer)
    wait_until(lambda: "4 kB of" in dialog.footer.status.text())
    save("downloading")
    catalog.holds.set()
    wait_until(lambda: window.dialogs.dialog is not None)
    window.dialogs.dialog.reject()
    settled(dialog)
    save("downloaded")
    catalog.statuses["/glove-wiki-gigaword-50/glove-wiki-gigaword-50.gz"] = 503
    download(dialog, answer, "glove-wiki-gigaword-50")
    settled(dialog)
    save("failed")
