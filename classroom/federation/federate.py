"""Federated learning across the machines of a class, with Flower.

The teacher:       certificates, teacher, register, start, watch
Each student:      key, student, mischief
Under encryption:  class_key (one student), open_model
One person alone:  all of them at 127.0.0.1, or simulate

``python classroom/federation/federate.py COMMAND --help`` explains one command; the
guide is README.md beside this file.
"""

import argparse
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from privlab.course.paths import home
from privlab.experiments import class_encryption
from privlab.experiments.class_run import ClassRun
from privlab.fl import deployment
from privlab.fl.certificates import Certificates, make_certificates, make_node_key
from privlab.fl.class_rules import AGGREGATIONS, ENCRYPTED
from privlab.fl.journal import Journal
from privlab.fl.mischief import MISCHIEF
from privlab.fl.processes import (
    LOOPBACK,
    Processes,
    end,
    environment,
    free_ports,
    listening,
    wait_for,
)

APP = Path(__file__).resolve().parent


def certificates(args: argparse.Namespace) -> None:
    """Make the class's certificate authority and the SuperLink's certificate."""
    made = make_certificates(args.folder, args.host, days=args.days)
    print(f"for {', '.join(made.hosts)}, until {made.expiry:%Y-%m-%d %H:%M} UTC")
    print(f"give everyone {made.authority}")
    print(f"keep {made.server_key} to yourself")


def teacher(args: argparse.Namespace) -> None:
    """Run the SuperLink until Ctrl-C."""
    files = Certificates.within(args.folder)
    if not files.server.exists():
        raise SystemExit("no certificate yet: run the command `certificates` first")
    if args.host not in files.hosts:
        raise SystemExit(
            f"the certificate is for {', '.join(files.hosts)}, not for {args.host}: "
            "make another with `certificates --host`, and give everyone the new "
            "authority.crt"
        )
    if files.expiry < datetime.now(UTC):
        raise SystemExit("the certificate has expired: run `certificates` again")
    deployment.connect(args.folder, host=args.host, port=args.port)
    print(f"SuperLink at {args.host}:{args.port}; Ctrl-C ends it")
    run(deployment.superlink(args.folder, host=args.host, port=args.port), args.folder)


def register(args: argparse.Namespace) -> None:
    """Let nodes in by their public keys (files NAME.pub)."""
    _superlink_is_known(args.folder)
    new = deployment.register(args.folder, args.keys)
    print(f"let in: {', '.join(new) or 'nobody new'}")


def _superlink_is_known(folder: Path) -> None:
    if not (folder / "config.toml").exists():
        raise SystemExit(
            f"no SuperLink in {folder} yet: run the command `teacher` first"
        )


def start(args: argparse.Namespace) -> None:
    """Train: submit the app to the SuperLink."""
    _superlink_is_known(args.folder)
    given = ("aggregation", "rounds", "nodes", "timeout", "alpha", "seed")
    told = {n: getattr(args, n) for n in given if getattr(args, n) is not None}
    number = deployment.start_run(args.folder, APP, told | {"resume": args.resume})
    print(f"run {number} is on; see it with the command `watch`")


def watch(args: argparse.Namespace) -> None:
    """Show rounds, nodes and accuracy as they come, on a page of this machine."""
    from watch_page import serve

    serve(deployment.journal_of(args.folder), port=args.port)


def simulate(args: argparse.Namespace) -> None:
    """The same app with simulated nodes on this machine (needs flwr[simulation])."""
    folder, (port,) = args.folder / "simulation", free_ports(1)
    journal = deployment.journal_of(folder)
    journal.clear()
    deployment.connect_to_simulation(folder, port=port)
    with Processes(folder / "logs") as processes:
        link = processes.start("log", deployment.simulation(port=port), home=folder)
        wait_for("it listens", lambda: listening(LOOPBACK, port), by=[link])
        told = {"nodes": args.nodes, "rounds": args.rounds}
        deployment.start_run(folder, APP, told, simulated_nodes=args.nodes)
        wait_for("the run ends", journal.ended, by=[link], seconds=args.seconds)
    print(*ClassRun(events=journal.events()).lines, sep="\n")


def key(args: argparse.Namespace) -> None:
    """Make a node's key pair; the public half goes to the teacher."""
    public = make_node_key(args.folder / f"{args.name}.key")
    print(f"give the teacher {public}; keep {public.with_suffix('.key')} to yourself")


def class_key(args: argparse.Namespace) -> None:
    """Make the class's keys for runs under encryption: a student, not the teacher."""
    secret, public = class_encryption.make_class_keys(args.folder)
    print(f"give every student, by hand, and never the teacher: {secret}")
    print(f"give the teacher {public}, who puts it into the folder of the SuperLink")


def open_model(args: argparse.Namespace) -> None:
    """Open the model of a run under encryption, from the teacher's folder `rounds`."""
    keys = class_encryption.secret_keys(args.class_key)
    number, right = class_encryption.opened(Journal(args.rounds), keys)
    print(f"round {number}: {right:.0%} of the test digits are right")


def student(args: argparse.Namespace) -> None:
    """Run a SuperNode until Ctrl-C."""
    own = args.folder / args.name
    (port,) = free_ports(1)
    command = deployment.supernode(
        args.superlink,
        authority=args.authority,
        key=args.folder / f"{args.name}.key",
        partition=args.partition,
        partitions=args.of,
        port=port,
        only_masked=args.only_masked,
        class_key=args.class_key,
    )
    run(command, own)


def mischief(args: argparse.Namespace) -> None:
    """What your node sends from now on; `none` makes it honest again."""
    told = args.folder / args.name / "mischief"
    told.parent.mkdir(parents=True, exist_ok=True)
    told.write_text("" if args.what == "none" else args.what, "utf-8")


def run(command: list[str], folder: Path) -> None:
    """``command`` in this terminal, ended with all its children by Ctrl-C."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(command, env=environment(folder))
    try:
        raise SystemExit(process.wait())
    except KeyboardInterrupt:
        print("ending ...")
    finally:
        end(process)


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    whole.add_argument(
        "--folder",
        type=Path,
        default=home() / "federation",
        help="where keys, certificates, the database and the journal are (%(default)s)",
    )
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    def command(function):
        told = function.__doc__
        own = commands.add_parser(function.__name__, help=told, description=told)
        own.set_defaults(function=function)
        return own

    host = "this machine's address in the class's network (default: %(default)s)"
    own = command(certificates)
    own.add_argument("--host", action="append", default=[], help="name or IP address")
    own.add_argument("--days", type=int, default=30)
    own = command(teacher)
    own.add_argument("--host", default=LOOPBACK, help=host)
    own.add_argument("--port", type=int, default=deployment.PORT)
    own = command(register)
    own.add_argument("keys", type=Path, nargs="+", metavar="NAME.pub")
    own = command(start)
    own.add_argument("--aggregation", choices=[*AGGREGATIONS, ENCRYPTED])
    own.add_argument("--rounds", type=int)
    own.add_argument("--nodes", type=int, help="a round waits for as many")
    own.add_argument("--timeout", type=float, help="seconds for the nodes to answer")
    own.add_argument("--alpha", type=float, help="label skew: small is strong")
    own.add_argument("--seed", type=int)
    own.add_argument("--resume", action="store_true", help="after the last round")
    own = command(watch)
    own.add_argument("--port", type=int, default=8010)
    own = command(simulate)
    own.add_argument("--nodes", type=int, default=2)
    own.add_argument("--rounds", type=int, default=2)
    own.add_argument("--seconds", type=float, default=600, help="the most it may take")
    own = command(key)
    own.add_argument("name", help="your node's name, which the class will see")
    command(class_key)
    own = command(open_model)
    own.add_argument("rounds", type=Path, help="a copy of the teacher's folder")
    own.add_argument("--class-key", type=Path, required=True, metavar="class.secret")
    own = command(student)
    own.add_argument("name", help="the name you gave to the command `key`")
    own.add_argument("--superlink", required=True, metavar="HOST:PORT")
    own.add_argument("--authority", type=Path, required=True, metavar="authority.crt")
    own.add_argument("--partition", type=int, required=True, help="your share: 0, 1, …")
    own.add_argument("--of", type=int, required=True, help="the number of shares")
    own.add_argument(
        "--only-masked",
        action="store_true",
        help="refuse to train unless updates are masked or encrypted",
    )
    own.add_argument(
        "--class-key",
        type=Path,
        metavar="class.secret",
        help="for runs under encryption",
    )
    own = command(mischief)
    own.add_argument("name")
    own.add_argument("what", choices=["none", *MISCHIEF])
    return whole


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    args = parser().parse_args()
    args.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    args.function(args)


if __name__ == "__main__":
    main()
