"""The canvas: scene, items, view, and one small class per gesture."""

from app.canvas.view import Canvas

__all__ = ["Canvas"]
