# %% [markdown]
# # 3.3 · Federated learning (联邦学习)
#
# *The article's sections 3.1, 3.2.3 and 3.3.3.*
#
# **The question.** Eight post offices want one program that reads handwritten digits.
# No office may hand over its envelopes. Can they train it together, and does keeping
# the envelopes at home keep what is on them secret?
#
# **Afterwards you can** write a Flower app and run it in a notebook; say what skewed
# labels do to it; rebuild an image from what a client sends; hide it by secure
# aggregation, and say what the sum still tells; promise each client an ε; and read a
# price list of all this.
#
# **You need** lesson 3.1 for ε, and the last section of lesson 1.3 for the attack.
# **Time:** 70 minutes, and 65 more for the exercises.

# %%
import math

import numpy as np
from flwr.serverapp.strategy import FedAvg

from privlab.course.lesson import claim, predict, reveal, source
from privlab.experiments.federation import CLIENTS, CONFIG, averaging
from privlab.fl.apps import client_app, digits_task
from privlab.fl.local import run
from privlab.fl.partition import iid
from privlab.fl.training import local_sgd
from privlab.widgets import choice, explore, explore_on_run, log_slider, show
from privlab.widgets import slider

# %% [markdown]
# ## Three steps
#
# The article's recipe (3.2.3) has three steps. Leave the data where they are, divided
# among *clients* (客户端). Let each client train the model on its own rows and send the
# *model* up. Let a *server* (服务器) average the models, send the average down, and begin
# again. This is *federated averaging*, FedAvg (联邦平均; McMahan et al. 2017). What a
# client does in a round is ordinary training:

# %%
source(local_sgd)

# %% [markdown]
# The rest is who talks to whom, and that is what Flower is for: a library that real
# federations run on. A `ClientApp` answers messages with a model in them. A *strategy*
# (策略) is the server's side: whom to ask, and what to do with the answers. Here both
# run in this notebook, and a round takes milliseconds. In lesson 3.5 the same app runs
# on the machines of a class, and gives the same weights.

# %%
digits = digits_task()
offices = iid(len(digits.labels), CLIENTS, rng=np.random.default_rng(33))
app = client_app(digits, offices)
server = averaging(CLIENTS, FedAvg)
setting = {"clients": CLIENTS, "rounds": 10, "config": CONFIG, "seed": 33}
history = run(server, app, digits, **setting)
print(offices.summary)
print(history.summary)

# %%
sent = {exchange.kind for exchange in history.exchanges}
claim("ten rounds read nine test digits in ten", history.accuracies[-1] > 0.9)
claim("what travelled were models, in training messages", sent == {"train"})

# %% [markdown]
# What did the server do with unequal offices? Keep what it is sent, and look.

# %%
from privlab.experiments.seen_by_server import Watching
from privlab.fl.partition import quantity
from privlab.fl.vectors import flat

rng = np.random.default_rng(33)
uneven = quantity(len(digits.labels), CLIENTS, alpha=1.0, rng=rng)
looking = averaging(CLIENTS, Watching)
once = setting | {"rounds": 1}
first = run(looking, client_app(digits, uneven), digits, **once)
sent = np.array([flat(arrays) for arrays in looking.kept])
weighed = uneven.sizes / uneven.sizes.sum() @ sent
off = np.abs(flat(first.arrays) - [weighed, sent.mean(0)]).max(1)
claim("FedAvg weighs each client by its share of the rows", off[0] < 1e-6)
claim("C12: the plain mean is another model", off[1] > 1e-3)

# %% [markdown]
# The article's formula gives every client the same weight, which is right for equal
# sizes only. Lesson 4.3 measures what it costs.
#
# ## When nobody is typical
#
# One office serves a street of sevens, another a quarter of zeros. Such *label skew*
# (标签偏斜) is the rule, not the exception. The number α deals each digit out to the
# offices: a large α evenly, a small one to few of them (a Dirichlet distribution, 狄利克雷
# 分布). Offices can also be of unequal size, or differ in how they write.

# %%
from privlab.experiments.holdings import WAYS, holdings
from privlab.plots.partition import draw_holdings

explore(
    holdings,
    draw_holdings,
    way=choice("way to divide", list(WAYS), WAYS[1]),
    clients=slider("clients (number)", 2, 20, CLIENTS, 1),
    alpha=log_slider("skew α (no unit)", 0.05, 100, 0.1),
    seed=33,
)

# %% [markdown]
# *A dot for each office and digit; its area is the number of images, and the office's
# total stands on top. With label skew at α = 0.1 most dots are missing.*

# %%
chosen = {"clients": CLIENTS, "alpha": 0.1, "seed": 33}
main = {way: holdings(way, **chosen).commonest for way in WAYS}
skewed_share = main.pop("label skew")
claim(
    "label skew alone gives the offices a main digit",
    skewed_share > 0.4 and max(main.values()) < 0.2,
)

# %% [markdown]
# Before you move the next one: with α = 0.1, will five rounds together still beat every
# office alone?

# %%
predict(
    "skew",
    "With very skewed labels (α = 0.1), which reads test digits best?",
    options=["the best office alone", "all together", "no difference"],
)

# %%
from privlab.experiments.federation import skewed_federation
from privlab.plots.federation import draw_skewed_federation

explore_on_run(
    skewed_federation,
    draw_skewed_federation,
    alpha=log_slider("skew α (no unit)", 0.05, 100, 100.0),
    seed=33,
)

# %% [markdown]
# *Left: how many images of each digit each office holds. Right: the share of test
# digits read right after each round together, a dashed line for one model trained on
# all rows in one place, and a cross for each office that trains alone, as long. At
# α = 100 all are near 90 %. At α = 0.1 the crosses fall below a half, and the common
# model climbs, but more slowly.*

# %%
even = skewed_federation(alpha=100.0, seed=33)
skew = skewed_federation(alpha=0.1, seed=33)
claim("with even labels a federation loses little", even.together > 0.87)
claim(
    "with skewed labels it beats every office alone",
    skew.together > skew.alone.max() + 0.1,
)
claim("where nobody alone reads half", skew.alone.max() < 0.5)
claim("and learns more slowly than in one place", skew.together < skew.pooled)
reveal("skew", "all together")

# %% [markdown]
# An office without sevens cannot learn to read one. It gets them from the others,
# without their envelopes: that is what federation is for. It pays in rounds. Why the
# average is slow when offices pull in different directions, and what helps, is lesson
# 4.3.
#
# ## "Reduces the risk of leakage"
#
# The article says (3.1) that spreading the training over clients reduces the reliance
# on a central server and so the risk of leakage. The envelopes did stay. But an update
# left the house. Lesson 1.3 divided one gradient and got an image back. There it was a
# single step. A Flower client takes many steps, on several images, before it says a
# word. Does that hide them?

# %%
predict(
    "epochs",
    "A client with one image trains 20 epochs. What does its update show?",
    options=["the image", "a blur", "nothing"],
)

# %%
from privlab.experiments.seen_by_server import local_epochs
from privlab.plots.federation import draw_seen_images

explore(
    local_epochs,
    draw_seen_images,
    images=slider("images of the client (number)", 1, 64, 4, 1),
    epochs=slider("local epochs (number)", 1, 20, 20, 1),
    seed=33,
)

# %% [markdown]
# *Above, the client's first images; below, the best that the server finds by dividing
# the change of the first layer, row by row. 30 dB is an error of 0.03 per pixel: the eye
# sees none. With 4 images most are exact, however many epochs. With 64 nearly all are
# blurred mixtures.*
#
# **Why.** Row $i$ of the first layer changes in each step by
# $-\eta\,\delta_i\,x$, and its bias by $-\eta\,\delta_i$. Over all the steps of a client
# with one image the change is $-\eta\big(\sum_t\delta_i^{(t)}\big)\,x$ and
# $-\eta\sum_t\delta_i^{(t)}$. Divide: the steps cancel, $x$ stays. With several images
# each row mixes those that switch it on, and a row that only one image switches on
# still gives that image. Epochs hide nothing. Company does.

# %%
lone = local_epochs(images=1, epochs=20, seed=33)
some = [local_epochs(images=4, epochs=20, seed=s) for s in range(5)]
crowd = [local_epochs(images=64, epochs=20, seed=s) for s in range(5)]
claim("C08: one update gives the client's image away", lone.rebuilt == 1)
claim(
    "of four images most come back",
    np.mean([seen.rebuilt for seen in some]) > 0.6,
)
claim(
    "of 64 images one in five at most",
    np.mean([seen.rebuilt for seen in crowd]) < 0.2,
)
reveal("epochs", "the image")

# %% [markdown]
# The labels leave the house as well: the bias of the last layer counts them (`fl-01`).
# And this server kept to the rules. It computed what it should, and only looked. One
# calls it *honest but curious* (诚实但好奇).
#
# **Your turn** → `fl-01`, `fl-02` in `exercises/03_3_federated_learning.ipynb`.
#
# ## Masks
#
# The server needs the sum, not the summands. So hide each summand. Offices 1 and 2 agree
# on a random vector $r$. Office 1 sends $x_1+r$, office 2 sends $x_2-r$. Each message by
# itself is noise; in the sum $r$ is gone. With a secret vector for every pair of clients
# this is *secure aggregation* (安全聚合; Bonawitz et al. 2017). The vectors come from keys
# that each pair agrees on through the server without telling it (Diffie–Hellman, 迪菲－
# 赫尔曼), and all arithmetic is modulo $2^k$, so that a masked number is uniform: it fits
# every update equally well.
#
# Offices drop out, and the masks they share with the others stay behind in the sum. So
# every client deals out shares of its key beforehand (Shamir's secret sharing, 秘密共享):
# a threshold of the others can give a lost client's masks back, fewer learn nothing.

# %%
from privlab.experiments.masked_sums import server_view
from privlab.plots.masked_sums import draw_server_view

explore(
    server_view,
    draw_server_view,
    clients=slider("clients (number)", 3, 20, 10, 1),
    lost=slider("lost on the way (number)", 0, 1, 0, 1),
    client=slider("whose image (client)", 1, 2, 1, 1),
    seed=33,
)

# %% [markdown]
# *From left: one client's image; what the server divides out of its bare update, the
# same image; out of its masked update, speckle; out of the sum, a mixture of the clients'
# images, those of the same digit ahead.*

# %%
view = server_view(clients=10, lost=2, client=1, seed=33)
claim("the bare update is the image", view.likeness(view.from_update) > 0.99)
claim(
    "under the mask nothing is left of it",
    view.likeness(view.from_masked) < 0.2,
)
whole = server_view(clients=10, lost=0, client=1, seed=33)
claim(
    "the sum is right, two clients lost or not",
    view.error <= view.bound and whole.error <= whole.bound,
)

# %% [markdown]
# **Your turn** → `fl-03`.
#
# ## Attack it again: the sum
#
# The server sees one vector now: the sum. Think before you trust it. After one local step
# each, the sum of ten clients' updates is, but for a factor, the update of *one* client
# who has all ten images in a batch. You have just divided batches.

# %%
predict(
    "sum",
    "Four clients with one image each, masks on. How many images are rebuilt?",
    options=["none", "a mixture only", "most of the four"],
)

# %%
from privlab.experiments.seen_by_server import crowds
from privlab.plots.federation import draw_crowds

sizes = (1, 2, 4, 8, 16, 32, 64, 128)
sums = crowds(clients=sizes, images=1, seeds=(31, 32))
show(sums, draw_crowds)

# %% [markdown]
# *The share of all clients' images that the server rebuilds from the opened sum falls
# from all, with up to four clients, to hardly any with 128.*

# %%
rebuilt = dict(zip(sums.clients, sums.rebuilt.mean(0), strict=True))
claim("from the sum of four clients most images return", rebuilt[4] > 0.6)
claim("from the sum of 128 hardly any", rebuilt[128] < 0.1)
reveal("sum", "most of the four")

# %% [markdown]
# Secure aggregation hides *who* sent what. It does not hide what everybody sent
# together. "Hardly any" is not a promise either: it is the luck of one attack on one
# model. And a server that breaks the rules has better ones. It can tell each client
# another story of who is left, and so open the masks of some:

# %%
from privlab.experiments.lying_server import checked_lie, unchecked_lie

rng = np.random.default_rng(33)
values = rng.integers(0, 1000, (5, 4))
claim(
    "five clients, threshold three: a lying server has the sum of two",
    unchecked_lie(values, rng=rng).succeeded,
)
claim(
    "clients who sign and compare what they were told give it nothing",
    not checked_lie(values, rng=rng).succeeded,
)

# %% [markdown]
# It can plant weights that sort the images into separate rows (Fowl et al. 2022;
# Boenisch et al. 2023). It can send all clients but one a model that is switched off;
# their updates are then 0, and the sum is the victim's (Pasquini, Francati and Ateniese
# 2022). You build that attack in `fl-04`.
#
# **Your turn** → `fl-04`.
#
# ## A promise to each client
#
# What bounds *every* attack, and every reader of the finished model, is differential
# privacy (lesson 3.1). The person to protect is a whole client: neighbours are
# federations with and without it. The recipe is the old one, bound first. Clip each
# update to the length $S$. Add them up with equal weights; a weight of $n_k$ would let a
# large client move the sum further than $S$. Add Gaussian noise of $zS$ to each number,
# and divide by the *expected* number of clients:

# %%
from privlab.fl.private import ClientLevel, clipped

source(clipped, ClientLevel.draw, ClientLevel.release)

# %% [markdown]
# This is DP-FedAvg (McMahan et al. 2018). The *noise multiplier* (噪声乘数) $z$, the
# sampling rate and the number of rounds give ε (lesson 4.1). Flower has wrappers for it,
# too. Read before you use one: in version 1.41 their noise is that of equal weights,
# while the FedAvg inside weighs clients by rows (`fl-05`), unless an accountant is
# passed along, which forbids it. Now the attack on the sum once more, with noise in it:

# %%
from privlab.experiments.seen_by_server import noisy_sum

explore(
    noisy_sum,
    draw_seen_images,
    clients=slider("clients (number)", 1, 32, 4, 1),
    noise_multiplier=log_slider("noise multiplier z (no unit)", 1e-4, 10, 0.01),
    images=1,
    seed=33,
)

# %% [markdown]
# *At z = 0.01 the four digits have become grey stains, at z = 0.1 speckle. The title
# gives the ε of the round: 5,500 at z = 0.01.*
#
# This attack dies at an ε that promises nothing. Do not tune the noise until the picture
# looks grey: the next attack may be better. The promise is what holds against it, and a
# promise worth having needs $z$ near 1.

# %%
faint = noisy_sum(clients=4, noise_multiplier=1e-4, images=1, seed=33)
strong = noisy_sum(clients=4, noise_multiplier=1.0, images=1, seed=33)
claim("a trace of noise leaves most images readable", faint.rebuilt > 0.6)
claim("a promise hides every image here", strong.decibels.max() < 15)

# %% [markdown]
# ## What a promise costs
#
# Noise of $zS$ in the *sum* is divided by the number of clients asked. And where only a
# few, drawn at random, are asked, a smaller $z$ gives the same ε (lesson 4.1). So crowds
# pay less. The same 1,438 digits are dealt out to 10, 60 or 300 clients. All of the 10
# and of the 60 are asked in each of eight rounds, of the 300 about 60, drawn anew: at
# ε = 1, at ε = 4, and clipped without noise (ε = ∞). The 300 have four or five images
# each. Who pays most for ε = 1?

# %%
from privlab.experiments.federated_privacy import crowd_privacy, example_level
from privlab.plots.federation import draw_crowd_privacy

epsilons = (1.0, 4.0, math.inf)
crowd = crowd_privacy(clients=(10, 60, 300), epsilons=epsilons, seed=33)
show(crowd, draw_crowd_privacy)

# %% [markdown]
# *Bars of test accuracy. Ten clients: near guessing at ε = 1. Sixty: good at ε = 4.
# Three hundred: good at ε = 1.*

# %%
each_image = example_level(clients=10, epsilon=4.0, seed=33)
claim("ten clients cannot afford ε = 4", crowd.at(10, 4.0) < 0.6)
claim("sixty can", crowd.at(60, 4.0) > 0.7)
claim("three hundred can afford ε = 1", crowd.at(300, 1.0) > 0.6)
claim("a promise to each image alone is cheaper", each_image > 0.6)

# %% [markdown]
# The last line protects something smaller. There each of ten clients runs DP-SGD on its
# own 144 images, and the promise is to one *image*, not to the office. Which is right
# depends on who the person is: in a hospital a person is a row, on a telephone the
# person is the client. Say it next to the ε.
#
# **Who adds the noise?** If the server does, you trust the server again: with masks off
# it has seen every update. Under masks nobody holds the bare sum, so each client adds a
# *share* of the noise, and the shares add up inside the sum (Kairouz, Liu and Steinke
# 2021). The shares are whole numbers, drawn exactly. And a client that drops out takes
# its share along: size the shares for those who will surely stay, and never open a sum
# of fewer (`fl-06`).

# %%
from privlab.experiments.price_list import price_list

prices = price_list(epsilon=8.0, seed=33)
print("way             messages  right  ε for server  ε for the world")
for p in prices.prices:
    server_sees, world_sees = f"{p.to_server:g}", f"{p.to_world:g}"
    print(
        f"{p.way:<15} {p.messages:>8}  {p.accuracy:>5.1f}"
        f"  {server_sees:>12}  {world_sees:>15}"
    )

# %%
claim(
    "masks cost no accuracy",
    abs(prices.of("masks").accuracy - prices.of("plain").accuracy) < 0.01,
)
claim("and four messages a round", prices.of("masks").messages == 4)
claim(
    "only masks and noise together promise something against the server",
    [p.way for p in prices.prices if p.to_server < math.inf]
    == ["masks + noise"],
)

# %% [markdown]
# Twenty clients, five rounds, ε = 8 where it is finite. "Masks" alone stand at ∞: the
# sum has no noise in it. "Masks + noise" keeps its ε as long as sixteen honest clients
# stay, and the threshold of the masks is sixteen: a sum of fewer cannot be opened.
#
# **Your turn** → `fl-05`, `fl-06`.
#
# ## The bill in bytes
#
# The article's disadvantages (3.3.3) are communication and the server's load. Count
# them. A client of the digit model sends 650 numbers a round. Bare they are four bytes
# each. Masks add keys and shares for every other client. Encryption (lesson 3.2) makes a
# ciphertext of them.

# %%
from privlab.experiments.hidden_sum_costs import hidden_sum_costs
from privlab.plots.hidden_sum_costs import draw_hidden_sum_costs

costs = hidden_sum_costs(clients=20, numbers=650, seed=33)
show(costs, draw_hidden_sum_costs)

# %% [markdown]
# *Bars of a client's kilobytes in a round, on a logarithmic axis: bare, masked, and
# encrypted, which is the highest by far.*

# %%
bare, masked, encrypted = (cost.up for cost in costs.costs)
pixels = digits.train[0].numel() / CLIENTS
models = history.bytes_up.sum() / CLIENTS
claim("masks cost less than encryption", bare < masked < encrypted / 5)
claim(
    "ten rounds of models weigh more than the client's images, a byte a pixel",
    models > 2 * pixels,
)

# %% [markdown]
# (For the seconds on your machine run `show(costs, draw_hidden_sum_seconds)`, from the
# same module.) Sending the images would have been cheaper: the article's disadvantage
# is real, and it grows with the model. It is cut by more local steps a round, at the
# price of drift (lesson 4.3), and by sending less precise numbers:

# %%
from privlab.fl.compression import Quantised, Unpacking, compressed

codec = Quantised(levels=15)
packing = client_app(digits, offices, mods=[compressed(codec)])
packed = run(Unpacking(averaging(CLIENTS), codec), packing, digits, **setting)
saved = history.bytes_up.sum() / packed.bytes_up.sum()
print(f"{saved:.0f} times fewer bytes up")
claim("five bits a number save a factor of 4 at least", saved > 4)
claim(
    "and cost less than five points of accuracy",
    packed.accuracies[-1] > history.accuracies[-1] - 0.05,
)

# %% [markdown]
# ## What the masks hide from you
#
# Nobody can look into a masked update, so nobody can see that it is poison. Two of
# fifteen clients send their update backwards, and far too long. Choose the server's
# rule, the attack, and how many clients are hostile.

# %%
from privlab.experiments.poisoned_clients import ATTACKS, BACKWARDS, RULES
from privlab.experiments.poisoned_clients import poisoned_run
from privlab.plots.poisoned_clients import draw_poisoned_run

explore_on_run(
    poisoned_run,
    draw_poisoned_run,
    rule=choice("rule", list(RULES)),
    hostile=slider("hostile clients (of 15)", 0, 8, 2, 1),
    attack=choice("attack", list(ATTACKS)),
    seed=33,
)

# %% [markdown]
# *The share of test digits read right after each round. With two hostile clients the
# mean falls far below guessing: it walks backwards. The median climbs past 80 %.*

# %%
ruined = poisoned_run(rule="mean", attack=BACKWARDS, hostile=2, seed=33)
robust = poisoned_run(rule="median", attack=BACKWARDS, hostile=2, seed=33)
claim("two of fifteen turn a mean around", ruined.accuracies[-1] < 0.1)
claim("a median withstands them", robust.accuracies[-1] > 0.8)

# %% [markdown]
# A median needs to see the updates one by one. Secure aggregation opens the sum and
# nothing else. So the two defences exclude each other, unless each client also proves,
# without showing it, that its update is short (Bell et al. 2023). Clipping bounds honest
# clients only: a liar does not clip. Confidentiality (机密性) and integrity (完整性) are
# two goals, here as in lesson 1.3.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C08 | federated learning distributes, updates, aggregates, and so reduces the leakage (3.1, 3.2.3) | holds **if** updates are hidden and noised | the rows stay; one update gave its image back, also after 20 epochs; the sum of four did; the server is still central |
# | C12 | the global model is the plain mean of the clients' (4.1.3) | holds for equal sizes | FedAvg weighs by rows; lesson 4.3 measures it |
# | 3.3.3 | costs communication and a strong server | holds, measured | masks: four messages a round; encryption: the most bytes |
#
# The steps, repaired: train at home, **clip**, add a **share of noise**, **mask**, send;
# open only the sum of enough clients, average, repeat, and say what ε it all adds up to.
#
# ## What to remember
#
# - Federated learning moves models instead of rows. An update is made of rows.
# - Local epochs hide nothing. Company does, and without a promise.
# - Masks hide who sent what. Noise bounds what the sum tells. You need both.
# - Per client or per example: say whom the ε protects.
# - Dropped clients take their noise along. Masks hide poison, too.
#
# **Next:** the exercises in `exercises/03_3_federated_learning.ipynb`. Lesson 3.5 trains
# this app with a whole class over the network; lesson 4.3 does the mathematics of the
# average.
#
# *Sources.* Bonawitz et al. 2017, CCS. McMahan, Moore, Ramage, Hampson and Agüera y
# Arcas 2017, AISTATS. Phong, Aono, Hayashi, Wang and Moriai 2018, IEEE TIFS. McMahan,
# Ramage, Talwar and Zhang 2018, ICLR. Geiping, Bauermeister, Dröge and Moeller 2020,
# NeurIPS. Kairouz, Liu and Steinke 2021, ICML. Fowl, Geiping, Czaja, Goldblum and
# Goldstein 2022, ICLR. Pasquini, Francati and Ateniese 2022, CCS. Boenisch et al. 2023,
# EuroS&P. Bell et al. 2023, USENIX Security. Digits: Alpaydin and Kaynak 1998, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("3.3")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
