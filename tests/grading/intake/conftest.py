"""Collecting a download, in a folder of the test's own."""

from pathlib import Path

import pytest

from grading.intake.collect import collect
from tests.grading.intake.downloads import ASSIGNMENT, ROSTER, download
from tests.grading.intake.samples import NAME, write


@pytest.fixture
def run(tmp_path: Path):
    """Collect a download of these files into `submitted` below the test's folder."""

    def collected(
        files: dict[str, bytes], as_zip: bool = True, roster: str | None = ROSTER, **more
    ):
        write(tmp_path, {"roster.csv": (roster or "").encode()})
        return collect(
            download(tmp_path, files, as_zip),
            tmp_path / "submitted",
            ASSIGNMENT,
            NAME,
            tmp_path / "roster.csv" if roster else None,
            **more,
        )

    return collected
