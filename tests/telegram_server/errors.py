"""What the server refuses with."""


class RpcError(Exception):
    """An error that goes to the client."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
