"""JupyterLab's files: to open a notebook does not change it.

A kernel says which Python it is; JupyterLab writes that into the open notebook, and marks the notebook as changed where it is
news. So a notebook is handed out with what the kernel of this environment is about to say, and saved without it.
install.py tells the environment's JupyterLab to take `Contents`.
"""

from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

PLAIN = {"name": "python"}  # as the course's notebooks have it, whatever Python they meet


class Contents(AsyncLargeFileManager):
    """The usual files; jupytext, where it is installed, builds upon them."""

    async def get(self, path, *args, **kwargs):
        """A file, or a folder's list; a notebook that says PLAIN says all of it."""
        model = await super().get(path, *args, **kwargs)
        _replace(model, PLAIN, IPythonKernel.language_info)
        return model

    async def save(self, model, path=""):
        """The way back: what was added is left out."""
        _replace(model, IPythonKernel.language_info, PLAIN)
        return await super().save(model, path)


def _replace(model: dict, old: dict, new: dict) -> None:
    if model.get("type") == "notebook" and model.get("content"):
        metadata = model["content"]["metadata"]
        if metadata.get("language_info") == old:
            metadata["language_info"] = dict(new)
