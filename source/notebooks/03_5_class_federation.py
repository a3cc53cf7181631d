# %% [markdown]
# # 3.5 · A class trains together (班级联邦学习)
#
# *A lab. The article has no section of its own for it: it belongs to 3.2.3 and 9.3.*
#
# **The question.** Thirty people with thirty laptops want one model, and nobody hands
# over data. The mathematics is in 3.3 and 4.3. What else is needed before a stranger's
# program may run on your machine, and your numbers on theirs?
#
# **Afterwards you can** run one Flower app in a notebook, in simulation and on real
# machines with the same result; say who proves what to whom, and what nobody proves;
# tell what the server's operator reads; and keep a class going when nodes vanish, the
# server dies or somebody cheats.
#
# **You need** lesson 3.3. One person with one machine is enough for all of it. **Time:**
# 45 minutes, and 65 for the exercises.

# %%
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.experiments.class_lab import here, on_loopback
from privlab.widgets import (
    choice,
    explore,
    explore_on_run,
    log_slider,
    slider,
)

# %% [markdown]
# ## One app, three stages
#
# In Flower an app (应用) has two halves. The *ServerApp* asks and averages; the
# *ClientApp* trains on the data of the machine where it runs. Neither knows what lies
# between them: that is the *grid* (通信网格). This is what a student's machine does with
# the data that it holds:

# %%
from privlab.fl.class_app import my_share, server, trainer
from privlab.fl.class_client import client

source(my_share, trainer, client)

# %% [markdown]
# And this is the teacher's half: rounds, a note of each in a *journal* (日志), the model
# of each finished round on disk.

# %%
source(server)

# %% [markdown]
# The first stage is this notebook: the grid calls the clients one after the other, and a
# round takes milliseconds. α says how unlike the nodes' digits are: small means that each
# node has seen few kinds of digit.

# %%
from privlab.plots.class_run import draw_class_run


def class_run(nodes, alpha):
    return here(nodes=nodes, alpha=alpha, rounds=4, epochs=1).run


explore_on_run(
    class_run,
    draw_class_run,
    nodes=slider("nodes", 2, 6, 4),
    alpha=log_slider("α", 0.1, 100, 1),
)

# %% [markdown]
# *Left: the share of right digits after each round, rising. Right: how many nodes
# answered in each exchange of messages; all of them did.*
#
# The second stage is Flower's simulation: in `flwr run` a few worker processes play all
# nodes in turn, with Ray beneath. The third is a real federation. The *SuperLink*
# (中心节点) runs on the teacher's machine; a *SuperNode* (客户端节点) on each student's asks it
# for work, starts the ClientApp in a process of its own, and sends back the answer.
#
# Will the model be the same? It should be, and it is worth a thought why it is not
# always. The clients' randomness must come from the run's seed, the node's number and
# the round, not from a clock. And sums of floating-point numbers depend on their order,
# which on a network is the order of arrival. In float64 that costs about 1e-16.
#
# The next cell can start the third stage here: one SuperLink and two SuperNodes on
# 127.0.0.1, with certificates and keys, ended again before the cell is done. Set `REAL`
# to `True` and run it; it takes half a minute. (Where a notebook server forbids new
# processes, leave it.)

# %%
REAL = False
notebook = here(nodes=2, rounds=2)
if REAL:
    machines = on_loopback(nodes=2, rounds=2)
    print(*machines.run.lines, sep="\n")
    claim("real nodes make the same model", machines.apart(notebook) < 1e-12)
again = here(nodes=2, rounds=2)
claim("the notebook's run can be repeated", again.apart(notebook) < 1e-12)

# %% [markdown]
# The course's tests do this with four nodes on every change, and hold the weights within
# 1e-12 of the notebook's; also `flwr run` on Ray.
#
# ## Who proves what to whom
#
# The teacher's SuperLink listens in the classroom's network. So can anybody's laptop.

# %%
predict(
    "who-runs-code",
    "The SuperLink lets in registered nodes only. Who can start a program on "
    "all students' machines?",
    options=[
        "the teacher alone",
        "every registered student",
        "whoever reaches the SuperLink's port",
    ],
)

# %% [markdown]
# Three questions have to be answered at a door, and each has an own proof.
#
# *Is this the teacher's SuperLink?* The student's node asks for a *certificate* (证书): a
# public key and an address, signed by an *authority* (认证机构) that the class made for
# itself. The node has the authority's certificate from the teacher, by hand. Then TLS
# (传输层安全) encrypts all that follows. Here are real handshakes, with no network
# between the two ends.

# %%
from privlab.experiments.handshake import handshake
from privlab.fl.certificates import make_certificates

TEACHER = "192.168.1.5"
room = tempfile.TemporaryDirectory()
folder = Path(room.name)
own = make_certificates(folder / "own", [TEACHER])
other = make_certificates(folder / "other", [TEACHER])
last_year = datetime.now(UTC) - timedelta(days=365)
old = make_certificates(folder / "old", [TEACHER], now=last_year)

# %%
refusals = {
    "somebody else's authority": handshake(own.authority, other, TEACHER),
    "another address": handshake(own.authority, own, "192.168.1.6"),
    "last year's certificate": handshake(old.authority, old, TEACHER),
}
claim("TLS accepts the teacher", handshake(own.authority, own, TEACHER) == "")
for what, why in refusals.items():
    claim(f"TLS refuses {what}", why != "")

# %% [markdown]
# *Is this one of my students' nodes?* Each node has a key pair (密钥对). The public half
# was registered; with the private half it signs the time of day, with each request. The
# SuperLink wants the signature to be younger than 305 seconds and at most 5 seconds from
# the future. Nothing else is signed, not the message: who could copy such a signature
# might use it for five minutes. It travels inside TLS, where nobody can.
#
# So two clocks (时钟) take part. Set the student's clock wrong.

# %%
from privlab.experiments.handshake import clocks
from privlab.plots.class_lab import draw_clocks

explore(
    clocks,
    draw_clocks,
    ahead=slider("student's clock ahead (min)", -120, 120, -6),
    age=slider("age of the certificate (days)", 0, 35, 0),
)

# %% [markdown]
# *Two bars on an axis of minutes: clocks for which the certificate is accepted, from an
# hour behind to 30 days ahead, and clocks for which the signature is, from five minutes
# behind to five seconds ahead. A dashed line marks the student's clock.*
#
# At six minutes behind, TLS is content and the SuperLink refuses. The message names
# neither reason; the guide in `classroom/federation/README.md` does.

# %%
slow, fast = clocks(ahead=-6, age=0), clocks(ahead=1, age=0)
claim("six minutes behind: only TLS agrees", slow.certificate_accepted)
claim("the SuperLink does not", not slow.signature_accepted)
claim("one minute ahead is too much", not fast.signature_accepted)

# %% [markdown]
# *Who may start a run?* A run is a program: every node fetches it and executes it. One
# would expect a password here. Flower's SuperLink answers nodes (`/v1/fleet/`) and
# operators (`/v1/control/`) at the same port, and its free edition asks the operators
# for nothing. Node keys do not help: the same door registers new ones. So the course's
# SuperLink is Flower's with one more check in front, by the caller's address.

# %%
from privlab.fl.superlink import FleetOnly

source(FleetOnly)

# %%
reveal("who-runs-code", "whoever reaches the SuperLink's port")
door = FleetOnly(app=None, own=frozenset({"127.0.0.1"}))


def opens(caller, path):
    return door.open_to({"client": (caller, 50_000), "path": path})


claim("a student's node gets work", opens("192.168.1.9", "/v1/fleet/pull"))
claim("a student starts no run", not opens("192.168.1.9", "/v1/control/x"))
claim("the teacher's machine does", opens("127.0.0.1", "/v1/control/x"))

# %% [markdown]
# That answer is for Flower as it comes. With the door it is the teacher alone, and
# whoever sits at the teacher's machine. One trust is left that no key removes: a student
# runs what the teacher sends. Read it first; it is three pages.
#
# **Your turn** → `fl-21` in `exercises/03_5_class_federation.ipynb`.
#
# ## What the operator sees
#
# TLS ends at the SuperLink. Whoever operates it holds every update in the open. The data
# never left the students' machines; what can be read in the update?
#
# Our model is a softmax regression (softmax 回归) that starts at zero. In its first step
# it moves the bias of digit $c$ by rate × (the node's share of $c$ − 1/10). That can be
# solved for the share. (In the picture each node takes one step on all its rows; after
# several the result is an estimate.)

# %%
from privlab.experiments.operator_view import label_shares, labels_read

source(label_shares)

# %%
from privlab.plots.class_lab import draw_labels_read

explore(
    labels_read,
    draw_labels_read,
    aggregation=choice("aggregation", ["plain", "guarded", "masked"]),
    node=slider("node", 0, 3, 1),
    alpha=slider("α", 0.2, 2, 0.4, 0.2),
    seed=35,
)

# %% [markdown]
# *Left: the digits that the node holds beside the operator's guess. Plain: equal.
# Masked: the guess is the mix of the whole class. Right: the ten numbers that came from
# the node.*
#
# Put diagnoses in place of digits: this is how often a hospital saw each. With "masked"
# the node adds masks that cancel in the sum only (*secure aggregation*, 安全聚合, lesson
# 3.3). The operator receives words that look random, and reads the class's mix, no
# node's.

# %%
plain = labels_read(aggregation="plain", node=1, alpha=0.4, seed=35)
masked = labels_read(aggregation="masked", node=1, alpha=0.4, seed=35)
claim(
    "C08: the data stayed, and one plain step gives all label shares away",
    plain.error < 1e-6,
)
claim(
    "under masks the guess is wrong for a quarter or more", masked.error > 0.25
)

# %% [markdown]
# Who decides that masks are used? The run says so, and the operator writes the run. A
# student who cares starts the node with `--only-masked`: then it refuses to train in the
# open, whatever it is told.
#
# **Your turn** → `fl-22`.
#
# ## Nodes that vanish
#
# Lids close, batteries end. The ServerApp waits `timeout` seconds and goes on with those
# who answered. Plain averages need one; masks need more than two thirds of the class, or
# the sum stays shut and the round is lost.

# %%
from privlab.experiments.class_lab import lost_nodes

explore_on_run(
    lost_nodes,
    draw_class_run,
    chance=slider("nodes away in a round (share)", 0, 0.6, 0.2, 0.1),
    aggregation=choice("aggregation", ["guarded", "masked"]),
    seed=35,
)

# %% [markdown]
# *Left: accuracy by round. Right: who answered. With masks there are four exchanges a
# round, and a round with fewer than five of six nodes leaves the model as it was.*

# %%
kept = lost_nodes(chance=0.2, aggregation="guarded", seed=35)
shut = lost_nodes(chance=0.2, aggregation="masked", seed=35)
stuck = np.diff(shut.accuracies) == 0
print(
    f"plain {kept.accuracies[-1]:.0%}, masked {shut.accuracies[-1]:.0%} right"
)
claim("with a fifth away plain averaging learns", kept.accuracies[-1] > 0.5)
claim("under masks some rounds are lost", stuck.any())

# %% [markdown]
# And if the SuperLink dies? Its database remembers the registered keys, so the nodes come
# back by themselves. It does *not* resume the run: that process is gone, and what the
# nodes still send for it is dropped. Nothing is lost all the same, for the ServerApp kept
# the model of each finished round. The teacher starts again with `--resume`, and counts
# on from there, since the round's number seeds the clients.

# %%
from privlab.fl.grid import LocalGrid
from privlab.fl.journal import Journal


def part(rounds, resume):
    told = {"nodes": 3, "rounds": rounds, "resume": resume}
    grid = LocalGrid(client(), clients=3, run_config=told)
    return grid.serve(server(Journal(folder))).state["arrays"]


part(rounds=2, resume=False)  # and here the power goes
resumed, whole = part(rounds=4, resume=True), here(nodes=3, rounds=4).arrays
gap = max(np.abs(resumed[n].numpy() - whole[n].numpy()).max() for n in whole)
claim("a resumed run ends at the model of an unbroken one", gap < 1e-12)

# %% [markdown]
# **Your turn** → `fl-23`, `fl-24`.
#
# ## Somebody cheats
#
# A registered node with a valid key may still answer anything. Who of you volunteers?
# (`federate.py mischief NAME thousandfold`, any time, in the middle of a run.)

# %%
predict(
    "one-nan",
    "One node of five sends NaN (not a number). What does the plain mean do?",
    options=["it is a little worse", "it waits", "the model is lost"],
)

# %%
from privlab.experiments.class_lab import cheated
from privlab.plots.class_lab import draw_cheated

explore(
    cheated,
    draw_cheated,
    mischief=choice(
        "mischief", ["nan", "shape", "thousandfold", "heavy", "backwards"]
    ),
    aggregation=choice("aggregation", ["plain", "guarded", "median"]),
    cheats=slider("cheats among five", 1, 2, 1),
)

# %% [markdown]
# *Accuracy by round with all honest and with the cheats. Plain: NaN leaves the model at
# guessing, a wrong shape ends the run (a cross). Guarded: the cheats cost their own data
# and little else.*
#
# The *guard* (防护) looks at each reply before it counts. Not finite, not of the model's
# shape, a claim to too many examples: rejected. Longer than three times the median
# update: shortened. Walk through all of it; then choose `backwards`.

# %%
nan = cheated(mischief="nan", aggregation="plain", cheats=1)
wild = cheated(mischief="thousandfold", aggregation="plain", cheats=1)
held = cheated(mischief="thousandfold", aggregation="guarded", cheats=1)
sly = cheated(mischief="backwards", aggregation="guarded", cheats=2)
reveal("one-nan", "the model is lost")
claim("one NaN leaves the plain mean at guessing", nan.cheated[-1] < 0.2)
claim("a thousandfold update ruins it", wild.cheated[-1] < held.cheated[-1])
claim("an update backwards passes the guard", sly.noted == "nothing was noted")
claim("and two such nodes cost dearly", sly.honest[-1] - sly.cheated[-1] > 0.2)

# %% [markdown]
# `backwards` has the right form and length, and so it counts. The median (中位数) resists
# it in theory. Look at what it costs here: with digits this unlike, honest nodes disagree
# so much that their median learns far less than their mean. Robustness assumes that
# honest nodes are alike.

# %%
middle = cheated(mischief="backwards", aggregation="median", cheats=1)
claim(
    "with skewed nodes the median costs more than ten points, all honest",
    sly.honest[-1] - middle.honest[-1] > 0.1,
)

# %% [markdown]
# And a guard must *look*. Under masks the server sees no single update, so there is
# nothing to guard; a node's own mask code refuses what is out of range, but a cheat
# writes its own code. Hiding updates and inspecting them are at odds. Proofs about hidden
# numbers can join them (Bell and others 2023); this class has to choose.
#
# **Your turn** → `fl-25`.
#
# ## In class
#
# The guide is `classroom/federation/README.md`. In short, each on the own machine:
#
# ```
# teacher   python classroom/federation/federate.py certificates --host 192.168.1.5
#           python classroom/federation/federate.py teacher --host 192.168.1.5
# student   python classroom/federation/federate.py key li
# teacher   python classroom/federation/federate.py register li.pub mei.pub
# student   python classroom/federation/federate.py student li --superlink
#           192.168.1.5:8000 --authority authority.crt --partition 0 --of 2
# teacher   python classroom/federation/federate.py start --nodes 2
#           python classroom/federation/federate.py watch
# ```
#
# Alone you play all roles in a terminal each, at 127.0.0.1.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C08 | less reliance on a central server, and so less leakage (3.2.3, and the steps of 9.3) | holds **if** more is done | the data stay; the server is still central, decides what runs, and reads label shares in an update (exactly, after a single step) until updates are masked |
#
# ## What to remember
#
# - One app, three grids: the same weights, if randomness is seeded by run, node and
#   round.
# - A certificate shows the node the server, a key shows the server the node, and neither
#   says who may start programs. Ask that third question first.
# - The operator reads updates. Masks end that, and end the guard as well.
# - A timeout and a model on disk turn lost nodes and a dead server into lost minutes.
# - A valid key says who sent an update, never that it is honest.
#
# **Next:** the exercises in `exercises/03_5_class_federation.ipynb`.
#
# *Sources.* McMahan, Moore, Ramage, Hampson and Agüera y Arcas 2017, AISTATS. Bonawitz
# and others 2017, CCS. Blanchard, El Mhamdi, Guerraoui and Stainer 2017, NeurIPS. Yin,
# Chen, Ramchandran and Bartlett 2018, ICML. Sun, Kairouz, Suresh and McMahan 2019,
# arXiv:1911.07963. Wainakh and others 2022, PoPETs (labels from gradients). Bell and
# others 2023, USENIX Security (ACORN). Beutel and others 2020, arXiv:2007.14390
# (Flower); version 1.41, read on 23 November 2026.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("3.5")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
