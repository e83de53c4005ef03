"""Python in a node: a function in a documented subset of Python becomes a Program.

The text is parsed and its syntax tree walked; it never reaches eval, exec or compile. See docs/python-nodes.md.
"""
