"""The guided tour in a window: begun, gone on with, left."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.tour import Coach
    from app.window import Window


class Touring:
    """The part of a Window that guides."""

    tour: Coach | None = None

    @property
    def help_shown(self: Window) -> bool:
        """Whether the help browser is open."""
        return self._help is not None and self._help.isVisible()

    def show_tour(self: Window) -> None:
        """Begin the tour, or go on with it where it was left."""
        from app.tour import coach

        if self.tour is not None:
            self.show_page(self.tour.page)
            return
        self.tour = coach.begin(self, self.settings.tour_step)
        self.tour.moved_on.connect(self._tour_moved)
        self.tour.left.connect(self._tour_left)

    def _tour_moved(self: Window, step: int) -> None:
        over = self.tour is not None and self.tour.over
        self._change(tour_step=0 if over else step)

    def _tour_left(self: Window) -> None:
        coach, self.tour = self.tour, None
        if coach is not None:
            coach.ring.deleteLater()
            coach.deleteLater()
            self.restore_focus()
