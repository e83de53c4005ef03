"""Pages about operators, made from their declarations alone: shown by the app's help, and written as documents."""
