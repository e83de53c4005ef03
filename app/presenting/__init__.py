"""The window on a projector."""
