"""A seeded monkey over the whole window: what it does, what it checks, and a run of episodes."""
