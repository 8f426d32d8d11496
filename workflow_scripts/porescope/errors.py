"""The error a user can mend."""


class InputError(Exception):
    """Bad input, said in one sentence that names the file, the value and what was expected."""
