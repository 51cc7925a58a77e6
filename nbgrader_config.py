"""nbgrader in this repository: solutions/ is the source, exercises/ what students get, and all that is private lies in gradebook/."""

import os
import sys
from pathlib import Path

from grading.settings import limit_autograding

ROOT = Path(__file__).resolve().parent
PRIVATE = ROOT / "gradebook"  # git ignores it
EXCHANGE = PRIVATE / "exchange"
EXCHANGE.mkdir(parents=True, exist_ok=True)  # else: "unable to open database file"

# nbgrader starts alembic by its name.
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]

c = get_config()  # noqa: F821  (traitlets puts it here)
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.course_id = "deep-learning"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "gradebook/submitted"
c.CourseDirectory.autograded_directory = "gradebook/autograded"
c.CourseDirectory.feedback_directory = "gradebook/feedback"
c.CourseDirectory.solution_directory = "gradebook/solution"
c.CourseDirectory.db_url = f"sqlite:///{PRIVATE / 'gradebook.db'}"
c.Exchange.root = str(EXCHANGE)
c.Exchange.cache = str(PRIVATE / "cache")

limit_autograding(c)  # a stranger's notebook gets so much time and memory, and no more
