"""The preferences: a page in the window, a file for each of its sections that is more than a table of rows."""

from app.preferences.page import SECTIONS, PreferencesPage

__all__ = ["SECTIONS", "PreferencesPage"]
