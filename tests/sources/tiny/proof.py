import pytest


@pytest.mark.claim("tiny-builtin")
def test_sum_adds():
    assert sum([1, 2, 3]) == 6
