"""Find misuse of JAX transforms in Haiku and JAX code before it runs, and prove it by running it.

Only the version lives here: everything heavier is imported where it is used, since flake8 imports
this package for every file it checks.
"""

__version__ = "0.1.0"
