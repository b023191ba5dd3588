"""Measurements against other programs; `make bench` runs them all."""
