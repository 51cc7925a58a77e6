"""Names that a cell binds, and names that it needs."""

from sources.names import bound, read


def test_a_cell_binds_what_stands_at_its_top():
    source = "import a.b\nfrom c import d as e\nx, y = 1, 2\ndef f(z):\n    w = z\nfor i in x:\n    v = i"
    assert bound(source) == {"a", "e", "x", "y", "f", "i", "v"}


def test_a_function_needs_what_is_not_its_own():
    assert read("def f(x):\n    y = x + z\n    return g(y)") == {"z", "g"}
    assert read("print([k for k in range(n)])") == {"n"}
