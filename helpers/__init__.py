"""What the notebooks of the course import: reference implementations, data, figures and checks."""
