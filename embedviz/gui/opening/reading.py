"""Reading one file or sample, ready to be shown; everything here runs off the UI thread."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from embedviz.app.opening import CollectionRequest, Request, SampleRequest, prepared
from embedviz.app.pairing import OpenRequest
from embedviz.core.errors import UserError
from embedviz.core.origin import ReadSettings
from embedviz.core.progress import Report
from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import in_words
from embedviz.formats.containers.parts import parts_in
from embedviz.gui.row_images import with_own_pictures
from embedviz.sources.consent import Ask, refuse
from embedviz.sources.databases.connecting import address_of, is_database
from embedviz.sources.databases.opening import read_collection
from embedviz.sources.databases.origin import SampleSettings
from embedviz.sources.texts.offered import texts_instead


def read_request(
    request: Request, report: Report, *, scans_later: bool = True, ask: Ask = refuse
) -> VectorSet:
    """Return the set that was asked for, ready to be shown. Runs off the UI thread.

    Parameters
    ----------
    request : OpenRequest, SampleRequest or CollectionRequest
    report : Report
    scans_later : bool
        Whether an array that is mapped is opened before its rows have been looked at.
    ask : Ask
        Asks the user before a database is connected to.

    Raises
    ------
    UserError
        As `open_file`.
    """
    if isinstance(request, SampleRequest):
        return prepared(load_sample(request.name))
    if isinstance(request, OpenRequest) and is_database(request.vectors):
        request = request_for_folder(request.vectors, request.settings)
    if isinstance(request, CollectionRequest):
        found = read_collection(
            request.address,
            request.settings,
            ask,
            report,
            secret=request.secret,
            takes_all=request.takes_all,
        )
        return prepared(found)
    settings = replace(request.read_settings, scans_later=scans_later)
    return read_file(request.vectors, settings, report)


def request_for_folder(path: Path, settings: ReadSettings) -> CollectionRequest:
    """Return what is asked of a folder or file that is a database, as a file is asked for."""
    address, _ = address_of(str(path))
    return CollectionRequest(address, sample_settings_of(settings), takes_all=True)


def sample_settings_of(settings: ReadSettings) -> SampleSettings:
    """Return how a collection is sampled, where it is asked for as a file is: by the same words."""
    counts = [each for each in (settings.sample, settings.max_rows) if each is not None]
    return SampleSettings(
        settings.key or "",
        settings.vector_column or "",
        settings.label_column or "",
        n_rows=min(counts, default=SampleSettings.n_rows),
        seed=settings.seed,
    )


def read_file(path: Path, settings: ReadSettings, report: Report) -> VectorSet:
    """Return the set of a file, ready to be shown. Runs off the UI thread.

    Raises
    ------
    TextsFound
        When it holds texts, and no vectors.
    UserError
        As `open_file`.
    """
    from embedviz.formats import open_file

    report(0.0, f"opening {path.name}")
    try:
        opened = open_file(path, settings, _with_sizes(report, path))
    except UserError as error:
        raise texts_instead(path, error, report) from error
    report(1.0, "indexing labels")
    return prepared(with_own_pictures(opened))


def _with_sizes(report: Report, path: Path) -> Report:
    """Return a report that says how much of the file that is, too."""
    try:
        size = parts_in(path).size if path.is_dir() else path.stat().st_size
    except (OSError, UserError):  # The reader says what is wrong with it.
        return report
    if not size:  # A folder that is not counted.
        return report
    whole = in_words(size)

    def tell(fraction: float, message: str) -> None:
        if whole not in message:  # Some readers say it themselves.
            done = in_words(round(min(max(fraction, 0.0), 1.0) * size))
            message = f"{message} · {done} of {whole}"
        report(fraction, message)

    return tell
