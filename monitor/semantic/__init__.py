"""Models that turn texts into vectors: the optional extra `semantic`; see docs/semantic.md."""
