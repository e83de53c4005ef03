"""The cards of view nodes, one family per file. Each draws its node's inputs as last seen."""

from collections.abc import Mapping
from typing import Final

from app.plots.views.bars import HistogramCard
from app.plots.views.base import ViewCard
from app.plots.views.images import ImageCard
from app.plots.views.lines import LineCard
from app.plots.views.points import ScatterCard
from app.plots.views.words import ProbeCard

VIEW_CARDS: Final[Mapping[str, type[ViewCard]]] = {
    "views.scatter_fit": ScatterCard,
    "views.line_plot": LineCard,
    "views.image": ImageCard,
    "views.histogram": HistogramCard,
    "views.probe": ProbeCard,
}
"""The card of each view operator."""
