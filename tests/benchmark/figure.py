"""What a row returns for one round."""

import typing


class Figure(typing.NamedTuple):
    value: float  # what the target speaks of
    detail: str = ""  # what it was made from
    chain_share: typing.Optional[float] = None  # our rate over that of the matrix products alone, where the row has one
