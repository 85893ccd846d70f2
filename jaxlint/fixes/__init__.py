"""jaxlint.fixes."""
