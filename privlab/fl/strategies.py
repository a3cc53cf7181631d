"""Server rules that Flower lacks, and the frame for one strategy around another.

Flower has FedAvg, FedProx, FedAvgM, FedAdam, FedMedian, FedTrimmedAvg, Krum and
MultiKrum (``flwr.serverapp.strategy``): use those. What version 1.41 does in them, as
``tests/fl/test_strategies.py`` checks against plain formulas:

- FedAvg, FedProx, FedAvgM, FedAdam and MultiKrum weigh clients by "num-examples",
  which nobody checks; FedMedian and FedTrimmedAvg give all the same weight.
- FedProx only sends "proximal-mu". The client must add mu (w - w_0) to its gradient;
  the code in Flower's docstring has mu/2 ‖w - w_0‖, without the square.
- FedTrimmedAvg cuts int(beta n) clients at each end: beta=0.2 cuts none of four.
- FedAdam corrects the bias with round + 1 steps, where Kingma and Ba (2015, Algorithm
  1) count the round itself and Reddi et al. (2021, Algorithm 2) correct nothing.
- Krum takes the n - f - 2 nearest, at least one, and accepts n < 2 f + 3, where its
  proof fails. Its ‖a‖² + ‖b‖² - 2ab in float32 loses small distances of large models.
- One reply with other names or a missing record ends the run with an exception, and
  one NaN makes the whole mean NaN: ``privlab.fl.guard``.
"""

from collections.abc import Iterable

from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord
from flwr.serverapp import Grid
from flwr.serverapp.strategy import FedAvg, Strategy


class FedSGD(FedAvg):
    """w ← w - rate Σ n_k ∇F_k(w) / n: each client takes one step on all of its rows.

    McMahan et al. 2017, section 2: FedAvg with E = 1 and B = ∞. The mean of the
    clients' steps is the step of the mean gradient, so with every client in every
    round this *is* gradient descent on the union of the data, whatever the skew.
    """

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        config["epochs"], config["batch"] = 1, 0
        return super().configure_train(server_round, arrays, config, grid)


class Around(Strategy):
    """A strategy that passes everything on to the one inside it.

    Subclasses look at replies before the inner strategy does; ``sent`` are the arrays
    of the round that is on.
    """

    def __init__(self, strategy: Strategy):
        self.strategy = strategy
        self.sent = ArrayRecord()

    def configure_train(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        self.sent = arrays
        return self.strategy.configure_train(server_round, arrays, config, grid)

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        return self.strategy.aggregate_train(server_round, replies)

    def configure_evaluate(
        self, server_round: int, arrays: ArrayRecord, config: ConfigRecord, grid: Grid
    ) -> Iterable[Message]:
        return self.strategy.configure_evaluate(server_round, arrays, config, grid)

    def aggregate_evaluate(
        self, server_round: int, replies: Iterable[Message]
    ) -> MetricRecord | None:
        return self.strategy.aggregate_evaluate(server_round, replies)

    def summary(self) -> None:
        self.strategy.summary()
