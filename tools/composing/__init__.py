"""Composes the bundled reconstructions: readable source files in, recorded pages out."""
