"""A class federation under encryption: the nodes hold the key, the teacher adds.

One of the nodes' owners makes the key pair and hands ``class.secret`` to the others;
the teacher gets ``class.public``, which encrypts and adds and opens nothing.
"""

from collections.abc import Callable
from pathlib import Path

from flwr.app import Context, Message
from flwr.clientapp.typing import ClientAppCallable
from flwr.serverapp.strategy import Strategy

from privlab.experiments.encrypted_updates import adding, decrypting, encrypting
from privlab.fl.class_rules import MOST_EXAMPLES, waiting_for
from privlab.fl.he_aggregation import EncryptedFedAvg, encrypted_mod, opened_model
from privlab.fl.journal import Journal
from privlab.fl.secagg import Refused
from privlab.he import wire
from privlab.he.context import SCORE
from privlab.he.keyholder import SecretKeys, new_keys

SECRET, PUBLIC = "class.secret", "class.public"


def make_class_keys(folder: Path) -> tuple[Path, Path]:
    """A new key pair in ``folder``; only its owner may read the secret half.

    ``FileExistsError`` where there is one: a second pair would shut half the class out.
    """
    keys, secret, public = new_keys(SCORE), folder / SECRET, folder / PUBLIC
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret.touch(mode=0o600, exist_ok=False)
    secret.write_bytes(wire.secret_bytes(keys))
    public.write_bytes(wire.public_bytes(keys.public))
    return secret, public


def encrypted(public: Path) -> Callable[[int, float], Strategy]:
    """The choice ``encrypted`` of ``aggregation``, with the key in the file ``public``.

    A node that encrypts with another key ends the run, by name of the key.
    """

    def strategy(nodes: int, timeout: float) -> Strategy:
        if not public.exists():
            raise FileNotFoundError(
                f"{public} is missing: whoever made the class's keys has it"
            )
        keys = wire.public_from(public.read_bytes())
        return EncryptedFedAvg(adding(keys), **waiting_for(nodes))

    return strategy


def with_class_key(
    message: Message, context: Context, train: ClientAppCallable
) -> Message:
    """A Flower mod: the model is opened, and the update sealed, with the class's key.

    The key is in the file that the node's owner named, ``class-key`` of the node's own
    configuration; ``Refused`` without it.
    """
    file = context.node_config.get("class-key", "")
    if not file:
        raise Refused("this node has no class key: start it with --class-key")
    keys = secret_keys(Path(str(file)))
    mod = encrypted_mod(
        encrypting(keys.public, clients=int(context.node_config["num-partitions"])),
        decrypting(keys),
        like=_like(),
        most_examples=MOST_EXAMPLES,
    )
    return mod(message, context, train)


def secret_keys(file: Path) -> SecretKeys:
    """The class's key pair; ``ValueError`` for a file that is something else."""
    return wire.secret_from(file.read_bytes())


def opened(journal: Journal, keys: SecretKeys) -> tuple[int, float]:
    """The last finished round, and the share of test digits that its model gets right.

    For those who hold the key; ``ValueError`` if no round has been kept.
    """
    from privlab.fl.apps import evaluation
    from privlab.fl.class_app import class_task

    kept = journal.kept()
    if kept is None:
        raise ValueError(f"no finished round in {journal.folder}")
    number, arrays = kept
    model = opened_model(arrays, decrypting(keys), like=_like())
    return number, float(evaluation(class_task())(number, model)["accuracy"])


def _like():
    # a message that must be refused shall not wait for PyTorch
    from privlab.fl.apps import arrays_of
    from privlab.fl.class_app import class_task

    return arrays_of(class_task().model())
