"""The landscape of a loss: contour and surface over a plane, the paths of optimizers, their comparison, the runs."""
