"""A notebook as a student meets it: open in JupyterLab, in a browser."""

from playwright.sync_api import Locator, Page, expect

from tests.lab import Lab

# "idle" in the toolbar is not enough: before there is a session, running a cell asks for a kernel.
_READY = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
}"""
# The page holds the cells in sight alone; JupyterLab's own model of the notebook holds them all.
_ERRORS = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
    .filter(cell => cell.type === "code")
    .flatMap(cell => cell.outputs.toJSON())
    .filter(output => output.output_type === "error")
    .map(output => output.ename + ": " + output.evalue)"""
_UNFINISHED = """() => [...jupyterapp.shell.currentWidget.content.model.cells]
    .filter(cell => cell.type === "code" && cell.executionCount === null).length"""
_COMMAND = """() => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.mode = "command";
    notebook.node.focus();
}"""
_COUNT = "() => jupyterapp.shell.currentWidget.content.activeCell.model.executionCount"
_CHANGED = "() => jupyterapp.shell.currentWidget.context.model.dirty"
_SHOW = """id => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = [...notebook.model.cells].findIndex(cell => cell.id === id);
    return notebook.scrollToItem(notebook.activeCellIndex, "start");
}"""


class Notebook:
    """The notebook at `path` of a running laboratory, with its kernel ready.

    Args:
        page: a page of the browser, to be used for this notebook alone.
        lab: the laboratory.
        path: where the notebook lies in the course, "lectures/02_automatic_differentiation.ipynb".
    """

    def __init__(self, page: Page, lab: Lab, path: str):
        self.page = page
        page.goto(f"{lab.address}/lab/tree/{path}?reset&token={lab.token}")
        self.panel = page.locator(".jp-NotebookPanel:visible")
        self.panel.locator(".jp-Cell").first.wait_for()
        page.evaluate(_READY)

    def cell(self, id: str) -> Locator:
        """Scroll to a cell and select it."""
        self.page.evaluate(_SHOW, id)
        cell = self.panel.locator(".jp-Cell.jp-mod-active")
        expect(cell).to_be_in_viewport()
        return cell

    def run_all(self) -> None:
        """Menu Run, Run All Cells; come back when the last one has run."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(f"({_UNFINISHED})() === 0", timeout=180_000)
        self.idle()

    def run(self, id: str) -> Locator:
        """Run one cell by its keys; what it printed and showed."""
        cell = self.cell(id)
        before = self.page.evaluate(_COUNT)
        self.page.evaluate(_COMMAND)  # a folded cell has no prompt to click
        self.page.keyboard.press("Control+Enter")
        ran = f"before => ![null, before].includes(({_COUNT})())"
        self.page.wait_for_function(ran, arg=before, timeout=60_000)  # the set-up imports torch
        self.idle()
        return cell.locator(".jp-Cell-outputArea")

    def write(self, id: str, text: str) -> None:
        """Replace a cell's text, by the clipboard's way: typed letter by letter, the editor would indent by itself."""
        self.cell(id).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def idle(self) -> None:
        """Wait for the kernel to finish."""
        idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
        self.panel.locator(idle).wait_for(timeout=180_000)

    def changed(self) -> bool:
        """Whether JupyterLab would save the notebook, though nobody wrote in it."""
        return self.page.evaluate(_CHANGED)

    def errors(self) -> list[str]:
        """What the cells that stopped say."""
        return self.page.evaluate(_ERRORS)

    def validate(self) -> Locator:
        """Press nbgrader's Validate; its window with the results."""
        self.panel.locator(".validate-button").click()
        window = self.page.locator(".jp-Dialog")
        expect(window).to_contain_text("Validation Results", timeout=180_000)
        return window
