"""The cards of view nodes, one family per file. Each draws its node's inputs as last seen."""

from collections.abc import Mapping
from typing import Final

from app.plots.views.bars import BarCard, HistogramCard
from app.plots.views.base import ViewCard
from app.plots.views.boundary import BoundaryCard
from app.plots.views.cells import ConfusionCard, HeatCard
from app.plots.views.fields import ContourCard, VectorCard
from app.plots.views.image_grid import ImageGridCard
from app.plots.views.images import ImageCard
from app.plots.views.lines import LineCard
from app.plots.views.points import ScatterCard
from app.plots.views.table import TableCard
from app.plots.views.words import NumberCard, ProbeCard, TextCard

VIEW_CARDS: Final[Mapping[str, type[ViewCard]]] = {
    "views.scatter_fit": ScatterCard,
    "views.line_plot": LineCard,
    "views.decision_boundary": BoundaryCard,
    "views.image": ImageCard,
    "views.heat_map": HeatCard,
    "views.image_grid": ImageGridCard,
    "views.bar": BarCard,
    "views.confusion_matrix": ConfusionCard,
    "views.histogram": HistogramCard,
    "views.table": TableCard,
    "views.contour": ContourCard,
    "views.vector_field": VectorCard,
    "views.text": TextCard,
    "views.number": NumberCard,
    "views.probe": ProbeCard,
}
"""The card of each view operator."""
