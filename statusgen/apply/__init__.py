"""Carries a plan out through the ports."""
