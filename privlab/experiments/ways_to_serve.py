"""The ways to train and serve that lesson 3.4 compares: six, and three combinations."""

from dataclasses import dataclass

NONE, SERVER, SHARES, UNIT = "none", "server", "shares", "client"
OPEN, SEALED, HOME = "open", "sealed", "at home"


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a model is trained and served.

    ``federated``: records stay with clients; ``masked``: the server sees sums only.
    ``noise`` is added by nobody, by the server for each record, by clients in shares
    for each record, or in shares for each whole client. A query is ``served`` in the
    open, on ciphertexts, or at home by a client that has the model.
    """

    federated: bool = False
    masked: bool = False
    noise: str = NONE
    served: str = OPEN


PLAIN, DP, HE = "plain", "DP", "HE queries"
FL, FL_MASKS, FL_BOTH = "FL", "FL + masks", "FL + masks + DP"
SIX = (PLAIN, DP, HE, FL, FL_MASKS, FL_BOTH)
DP_HE, FL_DP, FL_CLIENT = (
    "DP + HE queries",
    "FL + server's DP",
    "FL + masks + client DP",
)
_AT_HOME = {"federated": True, "served": HOME}
WAYS = {
    PLAIN: Way(),
    DP: Way(noise=SERVER),
    HE: Way(served=SEALED),
    FL: Way(**_AT_HOME),
    FL_MASKS: Way(**_AT_HOME, masked=True),
    FL_BOTH: Way(**_AT_HOME, masked=True, noise=SHARES),
    DP_HE: Way(noise=SERVER, served=SEALED),
    FL_DP: Way(**_AT_HOME, noise=SERVER),
    FL_CLIENT: Way(**_AT_HOME, masked=True, noise=UNIT),
}
