"""Contrastive training in the window, painted step by step, beside the same steps in PyTorch."""

from __future__ import annotations

import time
from typing import Any

from .framework import Benchmark
from .heartbeat import Heartbeat
from .rows import random_rows

SIZE = (1280, 800)
_SECONDS, _PEER_STEPS = 6.0, 60
_TEMPERATURE, _RATE, _DROPOUT, _OUTPUTS = 0.2, 1e-2, 0.1, 3


class PaintedSteps(Benchmark):
    """Steps a second while a run goes on in the whole window, and how long it does not answer.

    What is counted are steps of which the sphere was painted anew at least so often that the eye
    sees them all: frames beside steps are in the note. The peer makes the same steps, without a
    window, and without drawing anything.

    Parameters
    ----------
    n_vectors, dimensions : int
        0 dimensions: free points in groups of 100, without data.
    batch_size : int
    """

    unit = "steps/s"
    more_is_better = True
    peer_name = "PyTorch, without a window"

    def __init__(self, n_vectors: int, dimensions: int, batch_size: int) -> None:
        what = f"{n_vectors}x{dimensions}" if dimensions else f"points-{n_vectors}"
        self.name = f"contrastive-{what}-batch{batch_size}"
        self._shape, self._batch_size = (n_vectors, dimensions), batch_size
        self._said = ""

    def ours(self) -> list[float]:
        from embedviz import VectorSet
        from embedviz.commands.application import make_application
        from embedviz.commands.window import make_window, set_up_interpreter
        from embedviz.core.compiled import warm_up
        from embedviz.gui.figures import wait_until_idle
        from embedviz.panes import all_kernels

        # What is compiled at the first start is not measured here.
        warm_up.prepare(lambda: None, all_kernels)
        application = make_application()
        set_up_interpreter(application)
        n_vectors, dimensions = self._shape
        window = make_window()
        window.resize(*SIZE)
        window.show()
        vectors = random_rows(n_vectors, dimensions or 8)
        state = window.session.state.opened(VectorSet(vectors, name="rows"))
        window.session.show(state.with_settings(self._settings()))
        window.bring_to_front("contrastive")
        application.processEvents()
        wait_until_idle(window.session)
        pane: Any = next(pane for pane in window.panes if pane.name == "contrastive")
        samples = self._play(application, pane)
        wait_until_idle(window.session)
        return samples

    def _play(self, application: Any, pane: Any) -> list[float]:
        heart, samples = Heartbeat(), []
        frames = pane.sphere.frames
        pane.transport.play.click()
        begun = time.perf_counter()
        while time.perf_counter() < begun + _SECONDS:
            since, before = time.perf_counter(), pane.player.n_steps
            while time.perf_counter() < since + 1.0:
                application.processEvents()
                time.sleep(0.001)
            samples.append((pane.player.n_steps - before) / (time.perf_counter() - since))
        seconds = time.perf_counter() - begun
        pane.transport.play.click()
        heart.stop()
        painted = (pane.sphere.frames - frames) / seconds
        self._said = (
            f"{painted:.0f} frames/s painted; longest without an answer {max(heart.gaps):.0f} ms, "
            f"{heart.told()}"
        )
        return samples[1:]

    def _settings(self) -> Any:
        from embedviz.panes.contrastive.settings import ContrastiveSettings

        n_vectors, dimensions = self._shape
        return ContrastiveSettings(
            source="set" if dimensions else "toy",
            temperature=_TEMPERATURE,
            learning_rate=_RATE,
            noise=_DROPOUT,
            outputs=_OUTPUTS,
            batch_size=self._batch_size,
            groups=n_vectors // 100,
            per_group=100,
            pace=0,
        )

    def note(self) -> str:
        return self._said

    def peer(self) -> list[float]:
        import torch

        torch.manual_seed(0)
        n_vectors, dimensions = self._shape
        # Free points are a table, of which a batch takes some rows.
        rows = torch.from_numpy(random_rows(n_vectors, dimensions)) if dimensions else None
        start = torch.randn(dimensions or n_vectors, _OUTPUTS) / max(dimensions, 1) ** 0.5
        matrix, bias = start.requires_grad_(), torch.zeros(_OUTPUTS, requires_grad=True)
        adam = torch.optim.Adam([matrix, bias], lr=_RATE)
        labels = torch.arange(self._batch_size)

        def view(numbers: Any) -> Any:
            if rows is None:
                points = torch.nn.functional.normalize(matrix[numbers], dim=1)
                return points + _DROPOUT * torch.randn_like(points)
            return torch.nn.functional.dropout(rows[numbers], _DROPOUT) @ matrix + bias

        def step() -> None:
            numbers = torch.randperm(n_vectors)[: self._batch_size]
            first, second = (torch.nn.functional.normalize(view(numbers), dim=1) for _ in range(2))
            loss = torch.nn.functional.cross_entropy(first @ second.T / _TEMPERATURE, labels)
            adam.zero_grad()
            loss.backward()
            adam.step()

        samples = []
        step()
        for _ in range(5):
            begun = time.perf_counter()
            for _ in range(_PEER_STEPS):
                step()
            samples.append(_PEER_STEPS / (time.perf_counter() - begun))
        return samples
