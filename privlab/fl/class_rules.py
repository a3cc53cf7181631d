"""How a class federation adds up its updates: the choices of ``aggregation``."""

from collections.abc import Callable, Mapping

from flwr.app import Context, Message
from flwr.clientapp.typing import ClientAppCallable, Mod
from flwr.serverapp.strategy import FedAvg, Strategy

from privlab.fl.fixed_point import WeightedMean
from privlab.fl.guard import Guarded
from privlab.fl.robust import ByRule, median
from privlab.fl.secagg import Refused, Setting
from privlab.fl.secagg_client import secagg_mod
from privlab.fl.secagg_strategy import SecAgg

# The defaults of [tool.flwr.app.config]; a test holds the two together.
SETTINGS = {
    "aggregation": "guarded",
    "rounds": 5,
    "nodes": 2,
    "timeout": 60.0,
    "resume": False,
    "seed": 0,
    "alpha": 1.0,
    "rate": 0.1,
    "epochs": 2,
    "batch": 32,
}

FACTOR = 3.0  # an update may be this many times as long as the median one
MOST_EXAMPLES = 10_000  # what a node may claim to have trained on
LARGEST = 8.0  # under masks, the size of an entry of an update


def plain(nodes: int, timeout: float) -> Strategy:
    """FedAvg as Flower has it: it believes every reply."""
    return FedAvg(**waiting_for(nodes))


def guarded(nodes: int, timeout: float) -> Strategy:
    """FedAvg behind a guard that rejects nonsense and shortens what is too long."""
    return _guard(plain(nodes, timeout))


def guarded_median(nodes: int, timeout: float) -> Strategy:
    """The median of each coordinate, behind the same guard."""
    rule = ByRule(lambda updates, weights: median(updates), **waiting_for(nodes))
    return _guard(rule)


def masked(nodes: int, timeout: float) -> Strategy:
    """Secure aggregation: the server opens the sum and sees no single update.

    So nobody can guard against a single update either. ``nodes`` must be the whole
    class: it sets the threshold, on which all have to agree.
    """
    setting, code = agreed(nodes)
    return SecAgg(plain(nodes, timeout), setting=setting, code=code, timeout=timeout)


ENCRYPTED = "encrypted"  # needs keys: see experiments.class_encryption
Aggregations = Mapping[str, Callable[[int, float], Strategy]]
AGGREGATIONS: Aggregations = {
    "plain": plain,
    "guarded": guarded,
    "median": guarded_median,
    "masked": masked,
}


def agreed(clients: int) -> tuple[Setting, WeightedMean]:
    """What server and ``clients`` nodes agree on for masks: more than 2/3 must stay."""
    code = WeightedMean(
        largest=LARGEST,
        most_examples=MOST_EXAMPLES,
        fraction_bits=24,
        clients=clients,
    )
    threshold = 2 * clients // 3 + 1
    return Setting(clients=clients, threshold=threshold, bits=code.bits), code


def masking(message: Message, context: Context, train: ClientAppCallable) -> Message:
    """A Flower mod: under masks if the run says so, or if the node's owner insists.

    ``only-masked`` in the node's own configuration is the owner's word: then an order
    to train in the open is ``Refused``, whatever the server wrote into the run.
    """
    run, node = SETTINGS | dict(context.run_config), context.node_config
    if run["aggregation"] != "masked" and not node.get("only-masked", False):
        return train(message, context)
    clients = int(node["num-partitions"])
    if run["nodes"] != clients:
        raise Refused(
            f"nodes={run['nodes']} of the run must be {clients}: with masks all of the "
            "class have to agree on the threshold"
        )
    return secagg_mod(*agreed(clients))(message, context, train)


def keyless(message: Message, context: Context, train: ClientAppCallable) -> Message:
    """What a node does with an order to encrypt that it has no key for: ``Refused``."""
    raise Refused("this app has no key to encrypt with")


def hiding(encrypting: Mod) -> Mod:
    """A Flower mod: the update is hidden as the run says, encrypted or masked."""

    def mod(message: Message, context: Context, train: ClientAppCallable) -> Message:
        run = SETTINGS | dict(context.run_config)
        hidden = encrypting if run["aggregation"] == ENCRYPTED else masking
        return hidden(message, context, train)

    return mod


def _guard(strategy: Strategy) -> Strategy:
    return Guarded(strategy, max_examples=MOST_EXAMPLES, factor=FACTOR)


def waiting_for(nodes: int) -> dict[str, float]:
    """Every node there is takes part, and there must be ``nodes``; none evaluates."""
    return {
        "fraction_evaluate": 0.0,
        "min_train_nodes": nodes,
        "min_available_nodes": nodes,
    }
