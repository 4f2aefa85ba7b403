"""Fixtures for every test: the plugins that start other people's servers."""

pytest_plugins = ["tests.postgres"]
