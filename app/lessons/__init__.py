"""Lessons in the window: the learner's panel, the editor for teachers, and practice."""
