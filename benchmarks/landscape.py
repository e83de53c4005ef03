"""How quickly a landscape is drawn: contour and surface with four paths, and the answer behind them."""

from __future__ import annotations

import os
from collections.abc import Iterable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np

from benchmarks.row import Row, least

STEPS = 256
SIZE = (1000, 600)


def rows() -> Iterable[Row]:
    """Yield the time of an answer over the sample network, and those of drawing it."""
    from PySide6.QtWidgets import QApplication

    from app import theme
    from app.assets import ASSETS, SAMPLES
    from app.landscape.panel import LandscapePanel
    from app.landscape.source import Landscape, Path
    from app.session import Session
    from app.worker.answers import EngineAnswerer
    from app.worker.messages import Job, PlaneSpec
    from app.worker.planes import PlaneWish
    from engine.files import read
    from nodes.library import LIBRARY

    content = read(SAMPLES / "cubic_by_network.dgraph")
    answers = EngineAnswerer(Job.of(content, SAMPLES, ASSETS), lambda _: None)
    wish = PlaneWish(PlaneSpec("random"), None, (-1.0, 1.0, -1.0, 1.0), 60, (13, 9), (), (0.0, 0.0))
    seen = answers.plane(wish, None)
    took = least(lambda: answers.plane(wish, None), 3)
    yield Row(
        "contour 60 x 60 with slopes and curvature", took, 0.5, unit="s", detail="cubic_by_network, a whole answer"
    )

    app = QApplication.instance() or QApplication([])
    theme.apply(app, theme.DARK, 1.0)  # type: ignore[arg-type]
    session = Session(LIBRARY, engine=False)
    session.adopt(content, None, clean=True)
    panel = LandscapePanel(session, Landscape(session))
    panel.resize(*SIZE)
    panel.show()
    source = panel.source
    source.seen, source.slopes = seen, True
    t = np.linspace(0.0, 1.0, STEPS)
    source.paths = tuple(
        Path(k, f"optimizer {k}", np.arange(STEPS), (1 - t) * np.cos(6 * t + k), (1 - t) * np.sin(6 * t + k), None)
        for k in range(4)
    )
    for card, name in ((panel.contour, "contour"), (panel.surface, "surface")):
        panel.pictures.setCurrentWidget(card)
        app.processEvents()
        image = card.grab()
        took = 1000 * least(lambda card=card, image=image: (card.refresh(), card.render(image)), 7)  # type: ignore[misc]
        yield Row(
            f"landscape: {name} drawn anew, four paths",
            took,
            33.0,
            unit="ms",
            detail=f"{card.width()} x {card.height()}",
        )
    panel.source.stop()
    session.close()
