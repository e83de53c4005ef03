"""How a window looks: theme, scale, motion, panels; and the settings that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QApplication

from app import theme
from app.canvas.manners import manners
from app.panels.folding import folds
from app.worker.client import PACES

if TYPE_CHECKING:
    from app.settings import Settings
    from app.window import Window


class Appearance:
    """The part of a Window that knows the settings."""

    @property
    def settings(self: Window) -> Settings:
        """What is remembered between two starts, shared by all windows."""
        return self.family.settings

    @settings.setter
    def settings(self: Window, settings: Settings) -> None:
        self.family.settings = settings

    def _change(self: Window, **changes: object) -> None:
        self.family.change(lambda settings: msgspec.structs.replace(settings, **changes))

    def settings_changed(self: Window) -> None:
        """Show what the settings say now."""
        self.actions_table.bind(self.settings.shortcuts)
        self._apply_manners()
        self._soon_refresh()

    def toggle_panel(self: Window, name: str) -> None:
        """Show or hide a panel."""
        self.workspace.toggle_panel(name)

    def panel_visible(self: Window, name: str) -> bool:
        """Return whether a panel is shown."""
        return self.workspace.panel_visible(name)

    @property
    def arranging(self: Window) -> bool:
        """Whether panels show title bars to be moved by."""
        return self.workspace.arranging

    def toggle_arranging(self: Window) -> None:
        """Show or hide the panels' title bars."""
        self.workspace.set_arranging(not self.workspace.arranging)

    def restore_panels(self: Window) -> None:
        """Put the panels where they are at first."""
        self.workspace.restore_panels()

    def set_theme(self: Window, name: str) -> None:
        """Show another theme."""
        self._change(theme=name)
        self._apply_theme()

    def set_scale(self: Window, scale: float) -> None:
        """Scale everything to a factor."""
        self._change(scale=scale)
        self._apply_theme()
        for window in self.family.windows:
            window.workspace.scale_panels()

    def change_scale(self: Window, steps: int) -> None:
        """Scale everything up or down by a step."""
        self.set_scale(self.settings.with_scale_step(steps).scale)

    @property
    def pace(self: Window) -> str:
        """How fast runs go at first; at "watch" one that takes a blink is slowed until it can be seen."""
        return self.settings.pace if self.settings.pace in PACES else "watch"

    def set_pace(self: Window, pace: str) -> None:
        """Let runs go at another pace, here and in documents opened from now on."""
        self._change(pace=pace)
        for page in self.family.pages():
            if page.session.has_engine:
                page.session.runs.set_pace(pace)

    def toggle_minimap(self: Window) -> None:
        """Show the canvas's overview, or not."""
        self._change(minimap=not self.settings.minimap)
        self._apply_canvas()

    def toggle_grid(self: Window) -> None:
        """Show the canvas's dots, or not."""
        self._change(grid=not self.settings.grid)
        self._apply_canvas()

    def _apply_canvas(self: Window) -> None:
        look = theme.appearance()
        look.minimap, look.grid = self.settings.minimap, self.settings.grid
        for page in self.family.pages():
            page.canvas.minimap.settle()
            page.canvas.update()

    def toggle_reduced_motion(self: Window) -> None:
        """Move nothing that need not move, or let it move again."""
        self._change(reduced_motion=not self.settings.reduced_motion)
        theme.appearance().reduced_motion = self.settings.reduced_motion

    def toggle_compile_runs(self: Window) -> None:
        """Let runs go over to XLA once it has compiled them, or not; from the next run on."""
        self._change(compile_runs=not self.settings.compile_runs)
        for page in self.family.pages():
            self.apply_backend(page)

    def toggle_watching(self: Window) -> None:
        """Mark nodes where training goes wrong, or no more."""
        self._change(watch_training=not self.settings.watch_training)
        for page in self.family.pages():
            page.session.watcher.set_on(self.settings.watch_training)

    def toggle_snapping(self: Window) -> None:
        """Let what is dragged snap to the grid and to neighbours, or not."""
        self._change(snapping=not self.settings.snapping)

    def toggle_pushing(self: Window) -> None:
        """Let nodes make room for what is dropped upon them, or not."""
        self._change(pushing=not self.settings.pushing)

    def _apply_manners(self: Window) -> None:
        held = manners()
        held.snapping, held.pushing = self.settings.snapping, self.settings.pushing

    def _folds_changed(self: Window) -> None:
        if frozenset(self.settings.folded) != folds().folded:
            self._change(folded=tuple(sorted(folds().folded)))

    def toggle_full_screen(self: Window) -> None:
        """Fill the screen, or no longer."""
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def magnify(self: Window, factor: float) -> None:
        """Show everything so much larger than the settings say, for as long as it lasts."""
        self.family.magnified = factor
        self._apply_theme()

    def _apply_theme(self: Window) -> None:
        self._apply_manners()
        app = QApplication.instance()
        chosen = theme.THEMES.get(self.settings.theme, theme.DARK)
        folds().set(frozenset(self.settings.folded))
        theme.appearance().reduced_motion = self.settings.reduced_motion
        theme.appearance().minimap, theme.appearance().grid = self.settings.minimap, self.settings.grid
        theme.apply(app, chosen, self.settings.scale * self.family.magnified)  # type: ignore[arg-type]
