"""What a step leaves out: operators that may not be added, panels and commands that are out of the way. It is all put
back when the step is over, and another document never sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.page import Page
    from engine.graph import Socket
    from engine.lessons.lesson import Step

TELLING: Final = ("step_through", "export_step", "view_cotangent")
"""Commands that would tell derivatives which are asked for."""
WAYS_OUT: Final = frozenset((
    "new", "open", "start_page", "close", "save", "save_as", "quit", "preferences", "theme_light", "theme_dark",
    "theme_contrast", "larger", "smaller", "normal_size", "reduced_motion", "full_screen", "next_tab", "previous_tab",
    "next_area", "previous_area", "start_lesson", "save_answers", "restart_lesson", "leave_lesson", "edit_lesson",
    "remove_lesson", "commands", "operator_help", "keys", "about",
))  # fmt: skip
"""Commands that no lesson takes away, whatever its file says: to leave it, to keep what is open, to see and be told."""


class Withholding:
    """Hides and shows again, on one page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.commands: frozenset[str] = frozenset()
        """Commands that cannot be given now."""

    def apply(self, step: Step | None, veiled: Iterable[Socket] = ()) -> None:
        """Leave out what a step leaves out, and nothing else; of outputs in `veiled` no derivative is told."""
        page = self._page
        hidden = step.hidden if step is not None else ()
        hidden += ("palette",) if step is not None and step.palette == () else ()  # there is nothing to choose from
        hidden += ("plots",) if step is not None and self._nothing_to_plot(step) else ()
        panels = frozenset(hidden) & page.workspace.docks.keys()
        page.workspace.yielding.withhold(panels)
        veiled = frozenset(veiled)
        self.commands = frozenset(step.hidden if step is not None else ()) - WAYS_OUT
        if veiled and step is not None:
            self.commands |= {each for each in TELLING if step.target != f"command:{each}"}
        self.commands |= {f"panel_{name}" for name in panels & self.commands}
        page.run_bar.withhold(self.commands)
        page.session.stock.allow(None if step is None or step.palette is None else frozenset(step.palette))
        page.session.looks.veil(veiled)
        self.tell()

    def _nothing_to_plot(self, step: Step) -> bool:
        """Return whether plots would be empty: then the graph has their room."""
        session = self._page.session
        views = any(node.operator.startswith("views.") for node in session.graph.nodes.values())
        return session.run_state == "idle" and not views and step.target != "panel:plots"

    def tell(self) -> None:
        """Have the window's menus and buttons follow."""
        window = self._page.window()
        table = getattr(window, "actions_table", None)
        if table is not None and getattr(window, "page", None) is self._page:
            table.refresh()

    def lift(self) -> None:
        """Put everything back."""
        self.apply(None)
