"""Findings in, messages at their targets: which go to whom, when, in what words, by which way."""
