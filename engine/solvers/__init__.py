"""Differential equations and implicit equations inside programs, with the derivatives of their solutions."""
