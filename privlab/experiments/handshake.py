"""Who proves what to whom when a node calls the SuperLink: TLS and signatures."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flwr.common.constant import SYSTEM_TIME_TOLERANCE, TIMESTAMP_TOLERANCE

from privlab.fl.certificates import EARLIER, Certificates

MINUTE = 60


def handshake(trusted: Path, served: Certificates, host: str) -> str:
    """A TLS handshake without a network: why the student hangs up, or "" if not.

    The student trusts the authority in ``trusted`` and calls ``host``; the SuperLink
    shows ``served``.
    """
    student = ssl.create_default_context(cafile=str(trusted))
    link = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    link.load_cert_chain(served.server, served.server_key)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        student.wrap_bio(back, there, server_hostname=host),
        link.wrap_bio(there, back, server_side=True),
    )
    try:
        while sum(_further(end) for end in ends) < len(ends):  # both, each time
            pass
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    return ""


def _further(end: ssl.SSLObject) -> bool:
    """Whether this end has finished; ``SSLError`` where it gives up."""
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """Two clocks that differ: when does whom believe what?

    ``ahead``: minutes by which the student's clock is ahead of the teacher's; ``age``:
    days since the certificate was made, ``days`` its life.
    """

    ahead: float
    age: float
    days: int

    @property
    def certificate_accepted(self) -> bool:
        """By the student, whose own clock decides."""
        shown = self.age + self.ahead * MINUTE / 86_400
        return -EARLIER / timedelta(days=1) <= shown <= self.days

    @property
    def signature_accepted(self) -> bool:
        """By the SuperLink: signed less than 305 s ago, and not over 5 s from now."""
        late = -self.ahead * MINUTE
        return (
            -SYSTEM_TIME_TOLERANCE < late < TIMESTAMP_TOLERANCE + SYSTEM_TIME_TOLERANCE
        )

    @property
    def summary(self) -> str:
        words = {True: "accepted", False: "refused"}
        side = "ahead" if self.ahead > 0 else "behind"
        return (
            f"A clock {abs(self.ahead):g} min {side}, a certificate {self.age:g} days "
            f"old: the certificate is {words[self.certificate_accepted]}, the "
            f"signature {words[self.signature_accepted]}."
        )


def clocks(*, ahead: float, age: float, days: int = 30) -> Clocks:
    """What a wrong clock does."""
    return Clocks(ahead=ahead, age=age, days=days)
