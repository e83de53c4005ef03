"""One optimizer step written down as micro-steps: the run of its program, the way back, the update."""
