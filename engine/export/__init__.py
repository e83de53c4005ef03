"""Graphs as scripts that run without Gradwire."""
