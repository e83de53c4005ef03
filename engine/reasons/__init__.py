"""Why a derivative is zero, tiny, huge or not a number: the node that makes it so, with the numbers that show it."""
