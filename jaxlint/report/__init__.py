"""jaxlint.report."""
