"""The viewer of arrays: what is in a value or a derivative, number by number."""
