"""`[detect]`: how posts are judged."""

from monitor.config.values import Strict


class DetectSettings(Strict):
    """`[detect]`: `semantic` asks a model of meaning too about what the lexicons leave in doubt.

    It needs the extra `semantic`; what the model alone supports is for review.
    """

    semantic: bool = False
