"""The pages of the pane, each as large as it: one analogy is not looked at beside a benchmark.

To add one: derive from `gui.pages.page.Page` in a folder of its own, with what can be set in it as
`Settings` beside it (named `analogies.` and the page), and name both in `PAGES`. Its tab, its
tasks, undo, what a session keeps and the options of `embedviz figure analogy` follow from that.

A page that asks a question of the first one, as a line of the benchmark does when it is clicked,
changes settings of the pane: `self.set(positive=(b, c), negative=(a,), page="question")`.
"""

from embedviz.gui.pages.table import PageEntry, PageTable

PAGES = PageTable(
    __name__,
    {
        "question": PageEntry(
            "Analogy", "question.page.QuestionPage", "question.settings.QuestionSettings"
        ),
        "relation": PageEntry(
            "Relations", "relation.page.RelationPage", "relation.settings.RelationSettings"
        ),
        "benchmark": PageEntry(
            "Benchmark", "benchmark.page.BenchmarkPage", "benchmark.settings.BenchmarkSettings"
        ),
        "similarity": PageEntry(
            "Similarity",
            "similarity.page.SimilarityPage",
            "similarity.settings.SimilaritySettings",
        ),
        "breaks": PageEntry(
            "Where it breaks", "breaks.page.BreaksPage", "breaks.settings.BreaksSettings"
        ),
    },
)
"""All of them by name, in the order of their tabs. The first is shown at first."""
