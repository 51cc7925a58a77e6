"""What nbgrader and the libraries below it say goes to a file, and not to the terminal."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Within `with`, log records and warnings are appended to the file.

    A warning about a stranger's notebook is a line there even where warnings are errors.
    """
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    with warnings.catch_warnings():
        for about_a_notebook in (MissingIDFieldWarning, DuplicateCellId):
            warnings.simplefilter("default", about_a_notebook)
        logging.captureWarnings(True)
        try:
            yield
        finally:
            logging.captureWarnings(False)
            logging.getLogger().removeHandler(handler)
            handler.close()
