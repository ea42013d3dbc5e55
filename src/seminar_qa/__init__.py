"""seminar-qa: verbatim, checkable answers from a collection of reports."""

__version__ = "0.1.0"
