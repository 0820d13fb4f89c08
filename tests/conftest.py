"""Fixtures, and the checks that every test gets."""

import faulthandler
import gc
import multiprocessing
import os
import sys
import threading
import time
import types
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import ClassVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Compiled kernels, for all workers, the children of tests, and the next run.
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "kernels")
)

# In the Pythons that tests start, nothing connects to anything outside this machine: they load the
# module of this folder by themselves. Keys are looked for in no real keyring.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(__file__).parent / "guard"), *filter(None, [os.environ.get("PYTHONPATH")])]
)
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
# Each of the many Pythons that are started would else compile all modules again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# There is a worker for each processor: threads of a library would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPointF, QStandardPaths, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from embedviz.app.layouts import spare_process
from embedviz.app.session import Session
from embedviz.app.tasks import THREAD_NAME
from embedviz.commands.window import make_window
from embedviz.core.compiled import warm_up
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.projections import neighbor_embedding
from embedviz.core.projections.neighbor_embedding import UMAP
from embedviz.core.projections.process import LayoutProcess
from embedviz.core.samples import load_sample
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsOrigin, TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.formats.containers.worker.process import spare
from embedviz.gui.keyboard.focus_ring import FocusRing
from embedviz.gui.style import apply_theme, style_sheet
from embedviz.gui.theme import LIGHT, theme_manager
from embedviz.panes import all_kernels
from embedviz.sources.encoders import ENCODERS

sys.dont_write_bytecode = False

# How long an example takes says more about the machine than about the program. What is checked for
# a change is the same each time; at a desk, new examples are looked for in every run.
hypothesis.settings.register_profile(
    "embedviz", deadline=None, derandomize="CI" in os.environ, database=None
)
hypothesis.settings.load_profile("embedviz")

# Nor does this process, which the workers that pytest starts do by themselves too.
GUARD = Path(__file__).parent / "guard" / "sitecustomize.py"
if getattr(sys.modules.get("sitecustomize"), "__file__", None) != str(GUARD):
    _spec = spec_from_file_location("sitecustomize", GUARD)
    sys.modules["sitecustomize"] = module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["sitecustomize"])

ROOT = Path(__file__).parent.parent
ARTEFACTS = Path(os.environ.get("EMBEDVIZ_ARTEFACTS", ROOT / ".artefacts"))


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests that take long, too")
    parser.addoption(
        "--few", action="store_true", help="compile only the kernels that the chosen tests use"
    )


def is_worker(config):
    """Return whether this is a process that another one gives tests to."""
    return hasattr(config, "workerinput")


# Long tests. A worker says how many it left out, as the process that prints collects none.

LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config, items):
    """Leave out long tests unless all of them, or one by its name, are asked for."""
    if config.getoption("--slow") or config.option.markexpr or "::" in "".join(config.args):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.stash[LEFT_OUT] = len(slow)
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if not item.get_closest_marker("slow")]


def pytest_sessionfinish(session):
    if is_worker(session.config):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter, config):
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{count} long tests were left out; --slow runs them too.")


# Kernels are compiled once, before any test waits for what they compute.


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    """Compile what is not in the folder of kernels yet, before workers are started."""
    options = session.config.option
    if is_worker(session.config) or options.collectonly or options.few:
        return
    begun = time.monotonic()
    screen = session.config.pluginmanager.get_plugin("terminalreporter")
    screen.write("Compiling kernels, once … ", flush=True)
    with without_coverage(), ThreadPoolExecutor() as pool:
        wanted = [
            pool.submit(warm_up.prepare, lambda: None, all_kernels),
            pool.submit(compile_umap),
        ]
    for each in wanted:
        each.result()
    screen.write_line(f"done in {time.monotonic() - begun:.0f} s.")


@contextmanager
def without_coverage():
    """Leave children that only compile alone: measuring them would take most of the time."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("COV")}
    try:
        yield
    finally:
        os.environ.update(kept)


def compile_umap():
    """Lay out a few rows, in a child, which leaves what umap compiled for them in the cache."""
    done = Path(os.environ["NUMBA_CACHE_DIR"], f"umap-{sys.implementation.cache_tag}")
    if done.exists():
        return
    with suppress(UserError):  # Tests that need a layout will say the same.
        UMAP(n_neighbors=5).fit_transform(np.random.default_rng(0).normal(size=(30, 4)))
        done.touch()


@pytest.fixture(scope="session")
def data_folder():
    """Return the folder of real files, or skip."""
    given = os.environ.get("EMBEDVIZ_TEST_DATA", "../shared/data")
    folder = (ROOT / given).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}: set EMBEDVIZ_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory):
    """Keep logs, settings and layouts of the tests out of the user's folders."""
    QStandardPaths.setTestModeEnabled(True)
    os.environ["EMBEDVIZ_CACHE_DIR"] = str(tmp_path_factory.mktemp("layouts"))
    os.environ["EMBEDVIZ_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def outside(tmp_path_factory):
    """Return the file in which attempts to leave this machine are noted, one on a line."""
    path = tmp_path_factory.mktemp("guard") / "attempts.txt"
    path.touch()
    os.environ["EMBEDVIZ_GUARD_LOG"] = str(path)
    return path


@pytest.fixture(autouse=True)
def nothing_leaves(outside):
    """Fail a test that connects, or looks up a name, outside this machine, in its children too."""
    yield
    attempts = outside.read_text("utf-8")
    if attempts:
        outside.write_text("", "utf-8")
        pytest.fail(f"tried to leave this machine:\n{attempts}", pytrace=False)
    assert "PySide6.QtNetwork" not in sys.modules, "Qt's own connections are not guarded"


class KeptLayoutProcess:
    """Child that computes layouts; killed while it is idle, it is kept for the next test.

    One needs two seconds of a processor to get ready, and computes nothing from what it computed
    before, as the window relies on too. Killed at work, it is, as any `LayoutProcess`.
    """

    idle: ClassVar[list[LayoutProcess]] = []

    def __init__(self):
        while self.idle and not self.idle[-1].is_alive:
            self.idle.pop().kill()
        self._process = self.idle.pop() if self.idle else LayoutProcess()
        self._changing = threading.Lock()
        self._is_at_work = self._is_killed = False

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.kill()

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_alive(self):
        return not self._is_killed and self._process.is_alive

    def wait_until_warm(self, timeout):
        return self._process.wait_until_warm(timeout) and self.is_alive

    def run(self, *job, **options):
        with self._changing:
            if self._is_killed:
                raise Cancelled
            self._is_at_work = True
        positions = self._process.run(*job, **options)  # Where it fails, it has ended the child.
        with self._changing:
            self._is_at_work = False
        return positions

    def kill(self):
        with self._changing:
            if self._is_killed:
                return
            self._is_killed = True
            is_kept = not self._is_at_work and not self.idle and self._process.is_alive
        if is_kept:
            self.idle.append(self._process)
        else:
            self._process.kill()


@pytest.fixture(scope="session", autouse=True)
def no_idle_layouts():
    """End the process that is kept between tests with the last one."""
    yield
    for process in KeptLayoutProcess.idle:
        process.kill()


@pytest.fixture(autouse=True)
def no_spare_process(monkeypatch):
    """Start no child process before one is needed; a test has one to itself."""
    monkeypatch.setattr(spare_process.spare, "warm", lambda: None)
    monkeypatch.setattr(spare_process, "LayoutProcess", KeptLayoutProcess)
    monkeypatch.setattr(neighbor_embedding, "LayoutProcess", KeptLayoutProcess)
    yield
    spare_process.spare.stop()


@pytest.fixture(scope="session", autouse=True)
def no_reading_process():
    """End the process that reads containers with the last test."""
    yield
    spare.end()


_TESTS_BETWEEN_COLLECTIONS = 20
"""Tests after which everything is collected, not only what is new."""


@pytest.fixture(scope="session", autouse=True)
def imported():
    """Leave what was imported out of garbage collection, which else takes long after each test."""
    # With its first example hypothesis looks for who refers to its random numbers, and what is left
    # out of garbage collection is not found: hypothesis 6.100 then warns, which is an error here.
    hypothesis.find(st.none(), lambda _: True)
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def garbage(imported):
    """Collect between the tests only, so that no task's thread does; see `UiThreadCollector`."""
    if gc.get_count()[2] > _TESTS_BETWEEN_COLLECTIONS:  # Nothing holds the last test any more.
        gc.collect()
        gc.freeze()  # What is still there will stay, and is not looked at again.
    gc.disable()
    yield
    gc.enable()
    gc.collect(1)


@pytest.fixture(autouse=True)
def nothing_left_behind(garbage):
    """Fail a test that leaves a window, a task or a process behind."""
    yield
    application = QApplication.instance()
    shown = [w for w in application.topLevelWidgets() if w.isVisible()] if application else []
    for widget in shown:
        widget.close()
    assert not shown, f"still on screen: {shown}"
    at_work = [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]
    end = time.monotonic() + 60  # One that nobody wants any more ends by itself.
    while any(thread.is_alive() for thread in at_work) and time.monotonic() < end:
        if application is not None:
            # As in a window: one task may wait for another, whose end the UI thread has to notice.
            application.processEvents()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        at_work[-1].join(timeout=0.01)
        at_work = [thread for thread in at_work if thread.is_alive()]
    if at_work:
        faulthandler.dump_traceback()  # Where it hangs.
    assert not at_work, "a task never ends"
    assert not multiprocessing.active_children()
    if application is not None:
        application.processEvents()
        # What waits for its end, closed windows too, else stays until a later test runs Qt's loop.
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="session")
def artefacts():
    """Return the folder for pictures that a person can look at."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS


@pytest.fixture(autouse=True)
def light(request):
    """Begin each test that has an application in the light theme, with no key pressed yet.

    Nor with a button of the mouse held down, which is known for the whole process.
    """
    if "qapp" in request.fixturenames or "qtbot" in request.fixturenames:
        application = request.getfixturevalue("qapp")
        # Qt looks up the style of every widget again, also where the sheet is the same.
        if theme_manager.theme is not LIGHT or application.styleSheet() != style_sheet(LIGHT):
            apply_theme(application, LIGHT)
        for ring in application.findChildren(FocusRing):
            ring.forget()
        for button in Qt.MouseButton:
            if button in QGuiApplication.mouseButtons():
                QTest.mouseRelease(QWidget(), button)


@pytest.fixture
def toy():
    """Return 50 random vectors of 32 dimensions."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 32)).astype(np.float32)
    groups = ["odd" if i % 2 else "even" for i in range(50)]
    metadata = {"group": groups, "number": list(range(50))}
    return VectorSet(vectors, [f"word{i}" for i in range(50)], metadata, "toy")


@pytest.fixture(scope="session")
def words():
    """Return the bundled words."""
    return load_sample("words")


@pytest.fixture
def session(qapp):
    """Return a session with nothing open."""
    return Session()


@pytest.fixture
def idle(qtbot):
    """Return a function that waits until a session calculates nothing any more."""

    def wait(session, timeout=60_000):  # So long only where others keep the processors busy.
        qtbot.waitUntil(lambda: session.board.current is None, timeout=timeout)

    return wait


@pytest.fixture
def new_window(qtbot):
    """Return a function that gives a window of the application, on screen, with nothing open."""

    def make():
        window = make_window()
        window.resize(1280, 800)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        return window

    return make


@pytest.fixture
def window(new_window):
    """Return the window of the application, on screen, with nothing open."""
    return new_window()


@pytest.fixture
def front(qtbot):
    """Return a function that brings a pane of the window to the front, as its tab does."""

    def bring(window, name):
        window.bring_to_front(name)
        qtbot.waitUntil(lambda: window.active_pane.name == name)
        return window.active_pane

    return bring


@pytest.fixture
def click_line(qtbot):
    """Return a function that clicks a line of a list."""

    def click(view, place, keys=Qt.KeyboardModifier.NoModifier):
        index = view.model().index(place, 0)
        view.scrollTo(index)
        middle = view.visualRect(index).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, middle)

    return click


@pytest.fixture
def texts():
    """Return a function that gives the words of all lines of a list."""

    def read(view):
        model = view.model()
        return [model.index(place, 0).data() for place in range(model.rowCount())]

    return read


@pytest.fixture
def pixel_of():
    """Return a function that gives where a position of the data is in a picture of points."""

    def find(view, position):
        area = view.viewport.area()
        pixels, _ = view.camera.project(position, area.width(), area.height())
        return (area.topLeft() + QPointF(*pixels[0].tolist())).toPoint()

    return find


class ToyEncoder:
    """Encoder whose texts are the mean of fixed directions of their words; unit length.

    It knows no word that begins with "zz". `Encoder` says what its parts are.
    """

    title = "Toy"
    is_local = True
    dimensions = 12
    asked, closed = [], []

    def __init__(self, settings, ask=None):
        self.settings, self.name, self.ask = settings, "Toy", ask

    @classmethod
    def what_lacks(cls):
        return ""

    def encode(self, texts, report=lambda fraction, words: None, *, as_queries=False):
        report(0.0, "encoding")
        self.asked.append((list(texts), as_queries))
        return np.array([self.vector(text) for text in texts], dtype=np.float32)

    @classmethod
    def vector(cls, text):
        total = np.zeros(cls.dimensions)
        for word in text.split():
            if not word.startswith("zz"):
                rng = np.random.default_rng(list(word.encode()))
                total += rng.normal(size=cls.dimensions)
        return total / (np.linalg.norm(total) or 1.0)

    def close(self):
        self.closed.append(self.settings)


@pytest.fixture
def toy_encoder(monkeypatch):
    """Return the class of an encoder "toy", which `make_encoder` knows during the test."""
    module = types.ModuleType("toy_encoder_of_tests")
    module.ToyEncoder = type("ToyEncoder", (ToyEncoder,), {"asked": [], "closed": []})
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(ENCODERS, "toy", f"{module.__name__}.ToyEncoder")
    return module.ToyEncoder


@pytest.fixture
def toy_texts(toy_encoder):
    """Return 48 texts as a set that the toy encoder made."""
    things = ["cat", "dog", "ship", "storm", "bread", "road"]
    doings = ["eats", "sleeps", "runs", "falls"]
    rows = [
        f"the {thing} {doing} {when}"
        for thing in things
        for doing in doings
        for when in ("now", "later")
    ]
    origin = TextsOrigin(Path("/texts.txt"), TextsSettings(encoder=EncoderSettings("toy")))
    vectors = np.array([toy_encoder.vector(text) for text in rows], dtype=np.float32)
    metadata = {"thing": [row.split()[1] for row in rows]}
    return VectorSet(vectors, rows, metadata, "toy texts", origin=origin)
