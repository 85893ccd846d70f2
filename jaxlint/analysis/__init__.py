"""jaxlint.analysis."""
