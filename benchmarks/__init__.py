"""How fast the course's own tools are, next to what others would use in their place: `make benchmark`."""
