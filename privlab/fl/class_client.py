"""The student's half of a class federation.

Each message starts a fresh process. Three of the four messages of a masked round need
no training, and so this module loads neither PyTorch nor data until one does.
"""

from flwr.app import Context, Message
from flwr.clientapp import ClientApp
from flwr.clientapp.typing import Mod

from privlab.fl.class_rules import hiding, keyless
from privlab.fl.mischief import Choose, misbehaving, nobody


def client(mischief: Choose = nobody, encrypting: Mod = keyless) -> ClientApp:
    """The app of a node that trains; ``mischief`` says which nodes do not play fair.

    ``encrypting`` is what it does where the run says ``encrypted``.
    """
    app = ClientApp()

    @app.train(mods=[hiding(encrypting), misbehaving(mischief)])
    def train(message: Message, context: Context) -> Message:
        from privlab.fl.class_app import trainer

        return trainer()(message, context)

    return app
