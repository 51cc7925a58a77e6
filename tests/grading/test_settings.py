"""What nbgrader is told."""

import os
import shutil
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader
from traitlets.utils.importstring import import_item

from grading.__main__ import ROOT
from grading.execute import SandboxExecute
from grading.formgrader import FeedbackExporter, Inert
from grading.settings import limit_autograding


def test_only_nbgraders_execution_is_replaced():
    config = Config()
    limit_autograding(config)
    ours = [import_item(name) for name in config.Autograde.autograde_preprocessors]
    theirs = Autograde().autograde_preprocessors
    assert ours[0] is SandboxExecute and issubclass(ours[0], theirs[0])
    assert ours[1:] == theirs[1:]


def test_nbgraders_own_commands_have_the_limits_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", os.environ["PATH"])  # which the file extends
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(tmp_path)).load_config()
    first = Autograde(config=config).autograde_preprocessors[0]
    assert import_item(first) is SandboxExecute


def test_nbgraders_own_pages_are_ours():
    config = Config()
    limit_autograding(config)
    step = GenerateFeedback(config=config, coursedir=CourseDirectory())
    assert step.exporter_class is FeedbackExporter and step.preprocessors == []
    kinds = [type(one) for one in HTMLExporter(config=config)._preprocessors if one.enabled]
    assert Inert in kinds
