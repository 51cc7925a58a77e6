# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A tiny chapter
#
# It shows that a sum does not mind its order.

# %% [markdown] tags=["header"]
# (written by the build)

# %% tags=["setup"]
# (written by the build)

# What this notebook uses:
import matplotlib.pyplot as plt

# %% [markdown]
# ## 1.1 Sums
#
# Two terms may change places.

# %% tags=["claim:tiny-order", "nbval-check-output", "predict"]
left = 1 + 2
right = 2 + 1
print(left, right)
assert left == right

# %% [markdown] tags=["erratum:err-tiny-difference"]
# They are equal. Differences are another matter: $|1 - 2|$ equals $|2 - 1|$, and without the bars they differ.

# %% cellView="form" jupyter={"source_hidden": true} tags=["aside", "hide-input", "claim:tiny-zero"]
# @title Check it: zero changes nothing
assert all(x + 0 == x for x in range(10))

# %% [markdown]
# ## 1.2 A picture

# %% mystnb={"image": {"alt": "A straight line from the lower left to the upper right."}}
figure, axis = plt.subplots(figsize=(2, 1))
lines = axis.plot([0, 1], [0, 1])

# %% [markdown]
# ### Deeper: the empty sum
#
# It is zero.

# %%
print(sum([]))

# %% [markdown]
# ## 1.3 Summary
#
# Sums do not mind their order.

# %% [markdown] tags=["proved"]
# (written by the build)
