# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Exercises: a tiny chapter

# %% [markdown] tags=["header"]
# (written by the build)

# %% tags=["setup"]
# (written by the build)

# What this notebook uses:
import math

# %% [markdown]
# ## 1. The hypotenuse  (2 points)
#
# *Difficulty 1 of 5, about 5 minutes.*
#
# Write `hypot(a, b)`: the longest side of a right triangle with legs a and b.


# %% nbgrader={"grade": false, "grade_id": "hypot", "locked": false, "schema_version": 3, "solution": true, "task": false}
def hypot(a: float, b: float) -> float:
    """The longest side of a right triangle with legs a and b."""
    ### BEGIN SOLUTION
    larger = max(a, b)
    smaller = min(a, b)  # the quotient below is at most 1
    return larger * math.sqrt(1 + (smaller / larger) ** 2)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "hypot_test", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false}
# @title Test 1: run me
# The triangle that every mason knows.
assert math.isclose(hypot(3.0, 4.0), 5.0), "the sides of this triangle are 3, 4 and 5"

### BEGIN HIDDEN TESTS
for legs, longest in [((5.0, 12.0), 13.0), ((1e200, 1e200), math.sqrt(2) * 1e200)]:
    assert math.isclose(hypot(*legs), longest), (
        f"the triangle with legs {legs} has another longest side"
    )
### END HIDDEN TESTS
