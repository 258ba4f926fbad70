"""The one exception of bad input: its message is a sentence for the person who must mend it."""


class DataError(ValueError):
    """Bad input. The message names file, row, column and value, and says what was expected."""
