"""Real-time PCR files to curves and Cq values: the engine of the programs, scripted.

>>> import qpcr
>>> qpcr.__version__.count(".")
2
"""

from ._core import Error, Measurement, Run, __version__, cq, read, read_all

__all__ = ["Error", "Measurement", "Run", "__version__", "cq", "read", "read_all"]
