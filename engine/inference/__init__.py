"""Inference over a log density: Hamiltonian Monte Carlo, the No-U-Turn sampler, variational inference, diagnostics."""
