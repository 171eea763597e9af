"""Measurements, always beside a peer or a limit."""
