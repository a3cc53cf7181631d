"""Privacy protection for AI and large models: build it, attack it, measure it.

Importing this package loads nothing heavy; import the module a lesson names, for
example ``from privlab.dp.mechanisms import Laplace``.
"""

__version__ = "0.1.0"
