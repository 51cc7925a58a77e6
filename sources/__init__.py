"""From text to notebooks: people write sources/lectures and sources/solutions, and this package builds, and judges, what stands in
lectures/, solutions/ and exercises/. `python -m sources.build` is the way in."""
