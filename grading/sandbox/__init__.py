"""Kernels for submissions: forked from a warm process, in a jail without network, with limits on all that they use."""
