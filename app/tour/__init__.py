"""The guided tour: a small task done step by step, each checked in the document itself."""

from app.tour.coach import Coach
from app.tour.steps import STEPS, Step

__all__ = ["STEPS", "Coach", "Step"]
