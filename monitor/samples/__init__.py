"""Bundled reconstructions that `demo` replays: composed by us from sourced facts."""
