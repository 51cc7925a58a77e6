"""Grade a class: nbgrader's metadata, gradebook and feedback, with limits on what a submission may cost."""
