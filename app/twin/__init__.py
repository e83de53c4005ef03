"""The twin: the graph as a tree or a table that keys and screen readers can walk, sort, filter and copy."""
