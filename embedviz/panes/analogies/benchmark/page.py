"""The page of the benchmark: a file of questions, asked, counted, and looked into."""

from __future__ import annotations

from functools import partial

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.analogies.benchmark import BenchmarkReport, QuestionSet
from embedviz.gui.pages.page import Page
from embedviz.panes.analogies.benchmark.asked import (
    BenchmarkRun,
    QuestionSource,
    WantedComparison,
    compared_name,
    compared_run,
    compared_title,
    is_cheap,
)
from embedviz.panes.analogies.benchmark.compared import (
    ComparedSets,
    compare_sets,
    describe_numbers,
    describe_verdict,
)
from embedviz.panes.analogies.benchmark.counting import ALL
from embedviz.panes.analogies.benchmark.details import DETAILS
from embedviz.panes.analogies.benchmark.exporting import BenchmarkExport
from embedviz.panes.analogies.benchmark.known import KnownResults
from embedviz.panes.analogies.benchmark.measuring import MeasuredBenchmark, measure
from embedviz.panes.analogies.benchmark.question_lines import place_of
from embedviz.panes.analogies.benchmark.settings import FILTERS, BenchmarkSettings
from embedviz.panes.analogies.benchmark.tools import BenchmarkTools
from embedviz.panes.analogies.benchmark.view import BenchmarkView
from embedviz.panes.analogies.benchmark.words import (
    describe_counts,
    describe_partial,
    describe_questions,
    describe_result,
)
from embedviz.panes.analogies.settings import AnalogySettings

_ASKING = "Asking the questions …"


class BenchmarkPage(Page):
    """Questions of a file, or of the bundled relations: how many are answered right, and which.

    What takes about a second is asked at once; other questions when Run is pressed, and where the
    user has just chosen their file. Results are kept while their set is open. One of other settings
    than those that are chosen is dimmed.
    """

    name = "benchmark"
    least_height, good_height = 330, 520

    def build(self) -> None:  # noqa: D102 - see Page
        calculations = self.pane.calculations
        self._read_task = calculations.new_task("reading the questions")
        self._task = calculations.new_task("asking the questions")
        self._other_task = calculations.new_task("asking the other set")
        self._comparing = calculations.new_task("comparing the answers")
        self._questions: tuple[QuestionSource, QuestionSet] | None = None
        self._runs_next = False
        self.known = KnownResults()
        self.report: BenchmarkReport | None = None
        self.compared: ComparedSets | None = None
        self.controls = BenchmarkTools(self)
        self.view = BenchmarkView()
        self.export = BenchmarkExport(self)
        self.body.addWidget(self.view, 1)
        self._connect()

    def _connect(self) -> None:
        controls, view = self.controls, self.view
        controls.run_wanted.connect(self.run)
        asking, board = [self._task, self._other_task], self.pane.session.board
        controls.stop_wanted.connect(lambda: board.stop(asking))
        controls.export_wanted.connect(self.export.ask)
        controls.files.file_chosen.connect(self.take_file)
        view.table.line_chosen.connect(lambda key: self.set(section="" if key == ALL else key))
        view.details.chosen.connect(lambda place: self.set(detail=DETAILS[place]))
        view.filter.activated.connect(lambda place: self.set(filter=FILTERS[place][1]))
        view.list.line_chosen.connect(self._on_line)
        view.relocate.clicked.connect(controls.files.ask)
        view.skip.clicked.connect(lambda: self.set(path=""))

    def take_file(self, path: str) -> None:
        """Ask the questions of a file that the user chose, or dropped."""
        self._runs_next = True
        if path == self.pane.session.state[BenchmarkSettings].path:
            self._questions = None  # It may have changed, or come back.
            self.known.forget_file(path)
            for task in (self._read_task, self._task, self._other_task):
                self.pane.calculations.cancel(task)
            self._read(self.pane.session.state)
        else:
            self.set(path=path)

    def begin_figure(self) -> None:
        """Ask the questions, however long that takes."""
        self._runs_next = True
        if self._questions is not None:
            self._draw_results(self.pane.session.state)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Page
        self.known.keep_only(new.sets)
        self.controls.show_state(new)
        self._read(new)

    def _read(self, state: State) -> None:
        source = QuestionSource.of(state)
        if self._questions is not None and self._questions[0] == source:
            self._draw_results(state)
            return
        self._questions = None
        if not self.pane.calculations.has_asked(self._read_task, source):
            self._clear("Reading the questions …")
            show = partial(self._show_questions, source)
            self.pane.calculations.run(self._read_task, source.read_or_why_not, show, source)

    def _show_questions(self, source: QuestionSource, found: QuestionSet | str) -> None:
        if isinstance(found, str):
            self._runs_next = False
            self._clear("The questions cannot be read.", found, offers_file=True)
            return
        self._questions = source, found
        self._draw_results(self.pane.session.state)

    def _draw_results(self, state: State) -> None:
        """Show what is known of what a state asks; begin what takes no time to speak of."""
        assert self._questions is not None
        run, questions = BenchmarkRun.of(state), self._questions[1]
        known = self.known.of(run)
        if known is not None:
            self._runs_next = False
            self._ask_other(state, questions)
            self._show(state, known)
            return
        has_asked = self.pane.calculations.has_asked(self._task, run)
        if self._runs_next or (not has_asked and is_cheap(run, questions)):
            self.run()
        self.controls.show_busy(self._task.is_busy)
        some, earlier = self.known.partial(run), self.known.earlier(run)
        if some is not None:
            self._show(state, some)
        elif earlier is not None:
            self._show(state, earlier, is_stale=True)
        elif self._task.is_busy:
            self._clear(_ASKING, f"{describe_questions(questions)}.")
        else:
            self._clear("Press Run to ask the questions.", f"{describe_questions(questions)}.")

    def run(self) -> None:
        """Ask the questions; what is compared follows when they are answered."""
        if self._questions is None or self.pane.session.state.active is None:
            return
        self._runs_next = False
        run, questions = BenchmarkRun.of(self.pane.session.state), self._questions[1]
        work = partial(measure, run, questions)
        self.known.forget_partial()
        keep = self._keep
        self.pane.calculations.run(self._task, work, keep, run, on_part=keep)
        self.controls.show_busy(True)
        if self.known.earlier(run) is None:
            self._clear(_ASKING, f"{describe_questions(questions)}.")

    def _ask_other(self, state: State, questions: QuestionSet) -> None:
        """Ask the set that is compared, where its answers are not known yet."""
        other = compared_run(state)
        calculations = self.pane.calculations
        if other is None or self.known.of(other) is not None:
            calculations.cancel(self._other_task)
        elif not calculations.has_asked(self._other_task, other):
            work = partial(measure, other, questions)
            calculations.run(self._other_task, work, self._keep, other)

    def _keep(self, measured: MeasuredBenchmark) -> None:
        self.known.keep(measured)
        self.controls.show_busy(self._task.is_busy)
        if self._questions is not None:
            self._draw_results(self.pane.session.state)

    def _show(self, state: State, measured: MeasuredBenchmark, *, is_stale: bool = False) -> None:
        """Show a result, maybe a partial one; dimmed where it is of other settings."""
        report = measured.report(state[AnalogySettings].method)
        if report is None:
            report = next(iter(measured.reports.values()))
        self.report, self.compared = report, None
        verdict = numbers = ""
        if not (is_stale or measured.is_partial):
            verdict, numbers = self._compare(state, report)
        counts, is_busy = describe_counts(report), self._task.is_busy
        if measured.is_partial:
            n_all = len(measured.questions.sections)
            verdict = describe_partial(measured.n_sections, n_all, is_busy=is_busy)
        if is_stale:
            counts = "Of the settings before. " + (
                _ASKING if is_busy else "Press Run to ask again."
            )
        self.view.say(describe_result(report), counts, verdict, numbers)
        self.view.show_stale(is_stale)
        self.view.show_parts(
            has_results=bool(report.n_asked),
            offers_file=not report.n_asked,
            is_bundled=not state[BenchmarkSettings].path,
        )
        if report.n_asked:
            self.view.show_report(state, measured.reports, report, self.compared)
        is_compared = self.compared is not None
        self.controls.show_result(is_there=bool(report.n_asked), is_compared=is_compared)
        others = [each for each in measured.reports.values() if each is not report]
        self.export.offer([report, *others], self.compared)

    def _compare(self, state: State, report: BenchmarkReport) -> tuple[str, str]:
        """Return how the set that is compared does: the verdict, and its numbers."""
        run = compared_run(state)
        if run is None:
            wanted = state[BenchmarkSettings].compare
            return ("The set to compare with is not open.", "") if wanted else ("", "")
        other, name = self.known.of(run), compared_name(state)
        if other is None:
            is_busy = self._other_task.is_busy
            return (f"Asking {name} …" if is_busy else f"{name} was not asked."), ""
        theirs = other.report(report.method)
        if theirs is None:
            return f"{name} cannot be compared.", other.problem
        self.compared = self.known.comparison(report, theirs, name)
        if self.compared is not None:
            return describe_verdict(self.compared), describe_numbers(self.compared)
        pair = WantedComparison(BenchmarkRun.of(state), run, report, theirs)
        if not self.pane.calculations.has_asked(self._comparing, pair):
            work = partial(compare_sets, report, theirs, name, compared_title(state))
            show = self._keep_comparison
            self.pane.calculations.run(self._comparing, work, show, pair)
        return f"Comparing with {name} …", ""

    def _keep_comparison(self, compared: ComparedSets) -> None:
        self.known.keep_comparison(compared)
        if self._questions is not None:
            self._draw_results(self.pane.session.state)

    def _clear(self, headline: str, counts: str = "", *, offers_file: bool = False) -> None:
        self.report = self.compared = None
        self.view.say(headline, counts)
        self.view.show_stale(False)
        self.view.show_parts(has_results=False, offers_file=offers_file)
        self.controls.show_result(is_there=False, can_run=self._questions is not None)

    def _on_line(self, key: str) -> None:
        """Make a wrong answer the query, or a question the one of the pane."""
        state, report = self.pane.session.state, self.report
        if state[BenchmarkSettings].detail == "wrong":
            self.pane.edit(state.queried(int(key)))
            return
        place = None if report is None else place_of(report, int(key))
        if report is None or place is None:
            self.pane.message_bar.show_message(
                "This question was skipped: a word of it is not a label of this set."
            )
            return
        a, b, c = (report.labels[row] for row in report.result(place).inputs)
        self.set(positive=(b, c), negative=(a,), method=report.method, page="question")

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Page
        self._runs_next = False
        if task is self._read_task:
            has_file = bool(self.pane.session.state[BenchmarkSettings].path)
            self._clear("The questions were not read.", offers_file=has_file)
        elif task in (self._task, self._other_task):
            self.controls.show_busy(False)
            if self._questions is not None and self.pane.session.state.active is not None:
                self._draw_results(self.pane.session.state)

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Page
        self.view.fit_text(scale)
        super().fit_text(scale)

    def arrange(self) -> None:
        """Fit the controls into the width."""
        self.controls.fit_width(self.width() / self.text_scale)

    def release(self) -> None:  # noqa: D102 - see Page
        self.known.clear()
        self._questions = None
        self._clear("")
