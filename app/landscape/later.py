"""A place for a panel that is made when it is first looked at: most documents are opened without ever seeing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

Panel = TypeVar("Panel", bound=QWidget)


class Later(QWidget, Generic[Panel]):
    """The place. `panel` makes what belongs there, unless it is there already."""

    def __init__(self, make: Callable[[], Panel]) -> None:
        super().__init__()
        self._make = make
        self.made: Panel | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    @property
    def panel(self) -> Panel:
        """The panel."""
        if self.made is None:
            self.made = self._make()
            self._column.addWidget(self.made)
        return self.made

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: now it is looked at."""
        _ = self.panel
        super().showEvent(event)
