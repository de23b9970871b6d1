"""The errors of geowire. Each one says what happens next.

* GeowireError
  + Rejected       at the door, before publishing: the input is not taken, with its reason
  + Poison         in a topic already: the message is dead-lettered, with its reason; never retried by itself
  + Unavailable    a server does not answer: wait and try again (at start: exit code 3)
  + Misconfigured  a person must act, waiting does not help: stop with a sentence (exit code 4)
  + QueryError     a search query that does not parse: position, what was expected, a suggestion (exit code 2)
"""

EXIT_FAILED, EXIT_USE, EXIT_UNAVAILABLE, EXIT_MISCONFIGURED = 1, 2, 3, 4  # what a command ends with
RESTORE = "restore the whole data folder from a backup, or move it away and publish again"


class GeowireError(Exception):
    """The base of all errors that geowire raises on purpose; the message is a sentence for people."""


class Rejected(GeowireError):
    """An input that is refused before it is published, with the reason that its outcome shows."""


class Poison(GeowireError):
    """A message that can never be processed; it goes to `articles.dead` with this reason."""


class Unavailable(GeowireError):
    """A server that is down, overloaded or unreachable: the same call may succeed later."""


class Misconfigured(GeowireError):
    """A wrong setting, missing topic or index, refused credentials: a person must act."""


class QueryError(GeowireError):
    """A search query that does not parse.

    Args:
        message: what is wrong, in one sentence.
        position: offset of the fault in the query, in code points.
        expected: what could have stood there.
        suggestion: a query or a word that was probably meant, if there is one.
    """

    def __init__(self, message: str, *, position: int, expected: str = "", suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.expected = expected
        self.suggestion = suggestion
