"""Lessons: data inside a .dgraph that leads a person through a graph step by step, asks, checks, and keeps answers."""
