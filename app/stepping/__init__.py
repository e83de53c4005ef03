"""Stepping: going through one optimizer step, micro-step by micro-step, forward and back."""
