"""Networks that more than one notebook uses, one a file: import each from its own file."""
