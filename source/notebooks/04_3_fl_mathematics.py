# %% [markdown]
# # 4.3 · The mathematics of federated learning (联邦学习的数学)
#
# *The article's sections 4.1.3, 4.2.3 and 4.3.3.*
#
# **The question.** Ten clinics train apart and a server averages. When is the mean what
# all their data together would have taught, and when is it something else?
#
# **Afterwards you can** say by how much a plain mean is off; prove that one federated
# step is one step on the pooled data; compute by hand where federated averaging
# settles; run the article's ten clients and repair them one mistake at a time; choose
# the number of local steps; and draw some of the clients without a bias.
#
# **You need** derivatives and means. Lesson 3.3 helps and is not needed. **Time:** 80
# minutes, and 80 more for the exercises.

# %%
import numpy as np

from privlab.core.datasets import diabetes
from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import choice, explore, log_slider, show, slider

SEED = 43
rng = np.random.default_rng(SEED)

# %% [markdown]
# ## Ten clinics, one mean
#
# 442 people with diabetes go to ten clinics. A score says how far their illness went in
# a year. No clinic may give away a score, but each may tell its mean. The model to be
# learned is one number: the mean score of all the people.
#
# The article's core formula for federated learning (联邦学习, 4.1.3) lets the server add
# the clients' models and divide by their number:
#
# $$\theta_{t+1}=\frac1N\sum_{i=1}^N\theta_i^t .$$
#
# The largest clinic here is four times as large as the smallest.

# %%
predict(
    "plain-mean",
    "When is the plain mean of the clinics' means off on average?",
    options=[
        "whenever the clinics differ in size",
        "when size and illness go together",
        "never",
    ],
)

# %%
from privlab.experiments.weighted_mean import plain_deviation, weighted_mean
from privlab.plots.weighted_mean import draw_weighted_mean

explore(
    weighted_mean,
    draw_weighted_mean,
    ratio=log_slider("largest clinic (times the smallest)", 1, 20, 4),
    link=slider("sent to a clinic by illness (share)", 0, 1, 0.5, 0.1),
    seed=SEED,
)

# %% [markdown]
# *Left: each clinic's mean score against its size, and two lines, the weighted mean,
# which is the pooled one, and the plain mean below it. Right: how far the plain mean is
# off in 300 splits; its bars lie left of 0, where the weighted mean stands.*
#
# **Why.** Let clinic $k$ have $n_k$ people and the mean $m_k$. All $n$ scores add up to
# $\sum_k n_km_k$, so the pooled mean is
#
# $$\bar m=\sum_k w_k\,m_k,\qquad w_k=\frac{n_k}{n}.$$
#
# In this *weighted mean* (加权平均) every *person* counts once. In the plain mean every
# *clinic* counts once. The difference is $\sum_k(\frac1N-w_k)\,m_k$. The brackets add
# up to 0, so that any constant may be taken off $m_k$. That is a covariance (协方差) over
# the clinics:
#
# $$\frac1N\sum_k m_k-\bar m=-N\operatorname{cov}(w,m).$$

# %%
split = weighted_mean(ratio=4, link=0.5, seed=SEED)
print(f"plain mean {split.plain:.1f}, weighted {split.weighted:.1f}")
claim(
    "the weighted mean is the pooled one",
    np.isclose(split.weighted, split.pooled),
)
claim(
    "the plain mean is off by -N times a covariance",
    np.isclose(split.plain - split.pooled, split.by_covariance),
)
claim("C12: the plain mean is over 10 points off", split.errors.mean() < -10)
equal = weighted_mean(ratio=1, link=0.5, seed=SEED)
claim("with clinics of one size it is not", np.abs(equal.errors).max() < 0.1)

# %% [markdown]
# So unequal sizes alone do no harm on average. Pull the second slider to 0, where people
# choose a clinic by chance: the bars spread around 0. But they do spread. A clinic of 20
# has as much to say as one of 80, and more noise. With $S^2$ the variance of the scores,
#
# $$\text{variance of the error}=S^2\Bigl(\frac1{N^2}\sum_k\frac1{n_k}-\frac1n\Bigr),$$
#
# which is 0 for equal sizes only (Cochran 1977, section 2.6).

# %%
chance = weighted_mean(ratio=4, link=0, seed=SEED)
spread = plain_deviation(diabetes().target, chance.sizes)
print(f"deviation {chance.errors.std():.1f}, by the formula {spread:.1f}")
claim("split by chance, no bias", abs(chance.errors.mean()) < 0.5)
claim(
    "but a spread, as the formula says",
    abs(chance.errors.std() / spread - 1) < 0.25,
)
reveal("plain-mean", "when size and illness go together")

# %% [markdown]
# Which patients go to a large clinic is seldom chance. Weigh by $n_k/n$.
#
# **Attack it.** Who tells the server the $n_k$? The clients do. Suppose that the clinic
# with the mildest cases claims to have 100,000 people.

# %%
claimed = split.sizes.copy()
mildest = split.means.argmin()
claimed[mildest] = 100_000
stolen = claimed @ split.means / claimed.sum()
print(f"the server finds {stolen:.1f}, that clinic's own mean is", end=" ")
print(f"{split.means[mildest]:.1f}")
claim(
    "one false size takes over the mean", abs(stolen - split.means[mildest]) < 1
)

# %% [markdown]
# Flower's server believes the number, too. The cure is a bound: sizes above a limit
# count as the limit.
#
# **Your turn** → `fl-11` in `exercises/04_3_fl_mathematics.ipynb`.
#
# ## One step is exact
#
# Now a model with 31 weights, which tells malignant tumours from benign ones: logistic
# regression on the breast cancer data. Ten clinics again, as far apart as can be: the
# tumours are sorted by diagnosis, so that most clinics know one kind only. That is
# *label skew* (标签偏斜). The loss of clinic $k$ is $L_k(\theta)$, a mean over its $n_k$
# tumours. The loss on all tumours is the weighted mean of these, by the same counting
# as before. And the derivative of a sum is the sum of the derivatives:
#
# $$L(\theta)=\sum_kw_kL_k(\theta)\quad\Rightarrow\quad
# \nabla L(\theta)=\sum_kw_k\nabla L_k(\theta).$$

# %%
from privlab.experiments.tumour_clinics import Clinics, tumour_clinics

source(Clinics.gradients, Clinics.local)

# %%
clinics = tumour_clinics(skew=1, ratio=4, seed=SEED)
theta = rng.normal(size=31)
pooled = clinics.together.gradients(theta)[0]
gradients = clinics.gradients(theta)


def off(found):
    return np.linalg.norm(found - pooled) / np.linalg.norm(pooled)


exact, plain = clinics.weights @ gradients, gradients.mean(axis=0)
claim(
    "C15: weighted gradients make the pooled one, to 1e-12", off(exact) < 1e-12
)
claim("C15: with 1/N they are 5 % off or more", off(plain) > 0.05)

# %% [markdown]
# A client may as well take the step itself, with the learning rate (学习率) η, and send
# its model. Since the weights add up to 1,
#
# $$\sum_kw_k\bigl(\theta-\eta\nabla L_k(\theta)\bigr)=\theta-\eta\nabla L(\theta).$$
#
# This is **FedSGD** (McMahan, Moore, Ramage, Hampson and Agüera y Arcas 2017). No skew
# can hurt it: it *is* gradient descent (梯度下降) on the pooled data, with rate η.
#
# The article derives federated learning (4.2.3) from
# $\nabla L(\theta;\mathcal D)=\frac1N\sum_i\nabla L(\theta_i;\mathcal D_i)$. On the
# left stands one θ, on the right every client's own $\theta_i$. For equal sizes and one
# step from a common θ it holds: all $\theta_i$ are θ. Let each client go five steps.

# %%
models = clinics.local(theta, steps=5, rate=0.1)
by_article = clinics.weights @ clinics.gradients(models)
mean_model = clinics.weights @ models
at_mean = clinics.together.gradients(mean_model)[0]
apart = np.linalg.norm(by_article - at_mean) / np.linalg.norm(at_mean)
print(f"{off(by_article):.0%} off the gradient at the start, and", end=" ")
print(f"{apart:.1%} off that at the mean model")
claim("C15: at models of their own it is false", off(by_article) > 0.1)
claim("even at the mean of these models", apart > 0.02)

# %% [markdown]
# The same through Flower: ten clients with handwritten digits, whose labels and sizes
# are skewed, against one client that has all digits. One round each.

# %%
from privlab.experiments.sorted_digits import fedsgd_gap

one, five = (fedsgd_gap(epochs=steps, seed=SEED) for steps in (1, 5))
claim("Flower's round of one step is the pooled step, to 1e-12", one < 1e-12)
claim("a round of five steps is not", five > 1e-3)

# %% [markdown]
# ## Several steps drift
#
# One step per round means that the model travels for every step. That is slow: a message
# takes longer than a step. **FedAvg** (联邦平均) saves messages. In each round
#
# 1. the server sends $\theta$ to the clients, or to some of them;
# 2. client $k$ makes $E$ local epochs (本地轮次) of descent on its own data, from $\theta$;
# 3. the server takes the mean of their models, with the weights $n_k/n$.
#
# That is Algorithm 1 of McMahan et al. 2017. Here an epoch is one step on all rows, so
# $E$ counts steps.

# %%
predict(
    "local-steps",
    "Clinics with one kind of tumour each take 20 local steps. Is the mean of "
    "their models the model after 20 pooled steps?",
    options=[
        "yes, exactly",
        "nearly, about ten per cent off",
        "no, not even close",
    ],
)

# %%
from privlab.experiments.client_drift import client_drift
from privlab.plots.client_drift import draw_client_drift

explore(
    client_drift,
    draw_client_drift,
    skew=slider("label skew: tumours sorted (share)", 0, 1, 1, 0.1),
    steps=slider("local steps E (count)", 1, 50, 20),
    seed=SEED,
)

# %% [markdown]
# *Left: the ways of ten models from the same start, in the plane of the pooled way and
# of the largest spread. Ten grey lines fan out; their mean stays behind the open square,
# the pooled model. Right: the gap between the two, 0 at one step, and rising.*

# %%
sorted_, mixed = (
    client_drift(skew=skew, steps=20, seed=SEED) for skew in (1, 0)
)
print(f"gap after 20 steps: {sorted_.gap:.0%} sorted, {mixed.gap:.0%} mixed")
claim("C15: at one step there is no gap", sorted_.gaps[0] < 1e-12)
claim("it grows with the local steps", np.all(np.diff(sorted_.gaps) > 0))
claim("and with the label skew", sorted_.gap > mixed.gap)
claim("mixed clinics drift as well", mixed.gap > 0.01)
reveal("local-steps", "nearly, about ten per cent off")

# %% [markdown]
# This is **client drift** (客户端漂移). Each client walks towards what *its* data want.
# Why does the mean not undo it, when for one step it did? Look at two steps. Let $H_k$
# be the second derivative of $L_k$, and $g_k$ its gradient at the start. The second step
# is taken at $\theta-\eta g_k$, where the gradient is $g_k-\eta H_kg_k+\dots$, so
#
# $$\theta_k=\theta-2\eta g_k+\eta^2H_kg_k+\dots$$
#
# Average. The pooled model has $Hg$ in the last term, with $H=\sum_k w_kH_k$ and
# $g=\sum_k w_kg_k$. The clients' mean has $\sum_k w_kH_kg_k$. The difference is
#
# $$\eta^2\Bigl(\sum_kw_kH_kg_k-Hg\Bigr)=\eta^2\operatorname{cov}_w(H_k,g_k):$$
#
# a covariance again. A mean of products is not the product of the means. Clients drift
# where steepness and curvature (曲率) go together.
#
# ## Two valleys, by hand
#
# Where does it end, after many rounds? Take the smallest federation: two clients of
# equal size and a model of one number. Client $k$'s loss is a valley with its lowest
# point at $c_k$ and the curvature $a_k$:
#
# $$L_k(\theta)=\tfrac12a_k(\theta-c_k)^2,\qquad c=(0,1),\quad a=(1,9),\quad\eta=0.1.$$
#
# The mean of the two is lowest at $\sum w_ka_kc_k/\sum w_ka_k=0.9$. One local step
# multiplies the distance to $c_k$ by $\rho_k=1-\eta a_k$, here 0.9 and 0.1. After $E$
# steps client $k$ is at $c_k+\rho_k^E(\theta-c_k)$. FedAvg stays where the mean of these
# is θ, that is where $\sum_kw_k(1-\rho_k^E)(c_k-\theta)=0$:
#
# $$\theta^*_E=\frac{\sum_kw_k(1-\rho_k^E)\,c_k}{\sum_kw_k(1-\rho_k^E)}.$$
#
# For two steps: $1-0.9^2=0.19$ and $1-0.1^2=0.99$, so $0.99/1.18=0.839$. Not 0.9.

# %%
from privlab.experiments.two_valleys import two_valleys
from privlab.plots.two_valleys import draw_two_valleys

explore(
    two_valleys,
    draw_two_valleys,
    curvature=slider("curvature of client 2 (that of client 1 is 1)", 1, 10, 9),
    steps=slider("local steps E (count)", 1, 50, 2),
)

# %% [markdown]
# *Left: two valleys and their mean; a circle at its lowest point, a square where FedAvg
# settles, to the left of it. Right: the place where it settles against the number of
# local steps, from 0.9 down to 0.5.*
#
# At $E=1$ the brackets are $\eta a_k$, and the best model comes out. As $E$ grows each
# client finishes its own job, the brackets go to 1, and FedAvg settles at the mean of
# the clients' own best models, whatever the curvatures. In between it settles in
# between. More rounds do not help: it has arrived, at the wrong place.

# %%
from functools import partial

from privlab.experiments.two_valleys import CURVATURES, MINIMA, RATE, WEIGHTS
from privlab.experiments.two_valleys import fedavg_limit, fedavg_round
from privlab.experiments.two_valleys import optimum, settled

valleys = {"curvatures": CURVATURES, "minima": MINIMA, "weights": WEIGHTS}
for steps in (1, 2, 5, 50):
    run = {**valleys, "rate": RATE, "steps": steps}
    limit = fedavg_limit(**run)
    reached = settled(partial(fedavg_round, **run), 0.0)
    claim(f"E = {steps}: it settles at {limit:.3f}", np.isclose(reached, limit))
claim("the best model is 0.9", np.isclose(optimum(**valleys), 0.9))

# %%
same = {**valleys, "curvatures": np.array([4.0, 4.0])}
claim(
    "equal curvatures: no bias, however many steps",
    np.isclose(fedavg_limit(**same, rate=RATE, steps=50), optimum(**same)),
)
slow = fedavg_limit(**valleys, rate=RATE / 1000, steps=5)
claim("a tiny rate heals it, at a price in time", abs(slow - 0.9) < 1e-3)
two = fedavg_round(0, **valleys, rate=RATE, steps=2)
drift, slopes = two - 0.9 * (1 - 0.5**2), CURVATURES * (0 - MINIMA)
covariance = np.cov(CURVATURES, slopes, bias=True)[0, 1]
claim(
    "two steps: η² times a covariance", np.isclose(drift, RATE**2 * covariance)
)

# %% [markdown]
# The last claim checks the drift of the section before: the pooled valley has curvature
# 5, so that two steps take θ from 0 to $0.9\,(1-0.5^2)$.
#
# **Your turn** → `fl-12`.
#
# ## Two remedies
#
# **FedProx** (Li, Sahu, Zaheer, Sanjabi, Talwalkar and Smith 2020) ties each client to
# the model it got: it minimises $L_k(\theta')+\frac\mu2\lVert\theta'-\theta\rVert^2$.
# In a valley that gives $\theta_k=(a_kc_k+\mu\theta)/(a_k+\mu)$, and the mean stays
# where $\sum_kw_k\frac{a_k}{a_k+\mu}(c_k-\theta)=0$. For small μ this is FedAvg with
# endless local steps. For large μ the fraction goes to $a_k/\mu$, and the best model
# comes out, at a snail's pace. In between: in between. FedProx shrinks the bias.
#
# **SCAFFOLD** (Karimireddy, Kale, Mohri, Reddi, Stich and Suresh 2020) corrects each
# step. Client $k$ remembers its own mean gradient of the last round, $c_k$, and learns
# everybody's, $c=\sum_kw_kc_k$ (the paper's letters: no lowest point of a valley this
# time); it steps along $\nabla L_k-c_k+c$. Suppose that all
# stand at the best model and know their gradients there. Then
# $\nabla L_k-c_k+c=c=\nabla L=0$: nobody moves, for any number of steps. (The authors
# average over clients, each counted once. With unequal sizes that aims at another loss:
# C12 again.)

# %%
from privlab.experiments.two_valleys import fedprox_limit, scaffold_round

for mu in (0.001, 9, 10_000):
    print(f"FedProx, μ = {mu:g}: {fedprox_limit(**valleys, mu=mu):.3f}")
by_hand = (0.5 * 1) / (0.1 + 0.5)
claim("μ = 9: 5/6", np.isclose(fedprox_limit(**valleys, mu=9), by_hand))
start = (0.0, np.zeros(2))
for steps in (2, 50):
    run = {**valleys, "rate": RATE, "steps": steps}
    theta, _ = settled(partial(scaffold_round, **run), start)
    claim(f"SCAFFOLD, E = {steps}: the best model", np.isclose(theta, 0.9))

# %% [markdown]
# **Your turn** → `fl-13`.
#
# ## The article's ten clients
#
# Section 4.3.3 trains with ten clients. Client $i$ does
#
# $$\theta_i^t=\theta_{i-1}^t+\nabla L(\theta_i^t;\mathcal D_i),\qquad
# \theta_{t+1}=\frac1N\sum_{i=1}^{10}\theta_i^t .$$
#
# Read it as written. There is a plus. And the index of the start is $i-1$: client 2
# starts from client 1's model, client 3 from client 2's, and so on. (On the right
# stands the model that is being computed; take the gradient at its start. There is no
# rate; that is a rate of 1.) Ten clinics, sorted by diagnosis, the last four times as
# large as the first. What happens to the loss?

# %%
predict(
    "article-loss",
    "Thirty rounds of the article's ten clients: the loss on all tumours …",
    options=["falls to the best", "falls, and stops above the best", "rises"],
)

# %%
from privlab.experiments.ten_clients import MEANS, SIGNS, STARTS, ten_clients
from privlab.plots.ten_clients import draw_ten_clients

explore(
    ten_clients,
    draw_ten_clients,
    sign=choice("step", list(SIGNS)),
    start=choice("a client starts from", list(STARTS)),
    mean=choice("weights of the mean", list(MEANS)),
    rate=log_slider("rate η (no unit)", 0.01, 1, 1),
    seed=SEED,
)

# %% [markdown]
# *Left: the loss above the least that any model has, on a logarithmic axis; as written
# it climbs in a straight line. Right: how often each client's gradient counts in one
# round, from once for the first client down to a tenth for the last.*
#
# Repair one thing at a time.

# %%
(plus, minus), (chain, common), (plain, weighted) = SIGNS, STARTS, MEANS
repairs = {
    "as written": (plus, chain, plain),
    "sign": (minus, chain, plain),
    "start": (plus, common, plain),
    "sign and start": (minus, common, plain),
    "all three": (minus, common, weighted),
}
runs = {
    name: ten_clients(sign=s, start=f, mean=m, rate=1, seed=SEED)
    for name, (s, f, m) in repairs.items()
}
for name, result in runs.items():
    print(f"{name:15} ends {result.excess:.1e} above the least loss")

# %%
excess = {name: result.excess for name, result in runs.items()}
claim(
    "C18: as written, the loss rises in every round",
    np.all(np.diff(runs["as written"].losses) > 0),
)
claim("the start alone repaired, it still rises", excess["start"] > 1)
claim("the sign alone repaired, it falls", 0.01 < excess["sign"] < 0.1)
both = excess["sign and start"]
claim("with both it falls further", 0.001 < both < excess["sign"] / 2)
claim("with the weights too, to the least loss", excess["all three"] < 1e-5)
reveal("article-loss", "rises")

# %% [markdown]
# **Why.** The plus climbs the loss: $\nabla L$ points uphill. The chain is quieter. Write
# the models out with the right sign: $\theta_1=\theta-\eta g_1$,
# $\theta_2=\theta-\eta g_1-\eta g_2$, and so on. Client 1's gradient is in all ten
# models, client 10's in one. So in their mean
#
# $$\theta_{t+1}=\theta-\eta\sum_{i=1}^N\frac{N-i+1}{N}\,g_i ,$$
#
# and the order in which the clients stand decides how much they count. The brackets add
# up to $(N+1)/2=5.5$: each round goes 5.5 times as far as it should. At a small rate the
# chain even looks *faster*, until it stops, above the least loss.

# %%
from privlab.experiments.ten_clients import gradient_shares, local_models

zero, eta = np.zeros(31), 1e-7
shares = gradient_shares(np.full(10, 0.1), chain)
models = local_models(clinics, zero, sign=minus, start=chain, rate=eta)
moved = (zero - models.mean(axis=0)) / eta
expected = shares @ clinics.gradients(zero)
falling = np.arange(10, 0, -1) / 10
claim("the shares are 10/10, 9/10, … 1/10", np.allclose(shares, falling))
claim("the chain moves by them", np.allclose(moved, expected, atol=1e-5))

# %%
fast, right = (
    ten_clients(sign=minus, start=f, mean=m, rate=0.01, seed=SEED)
    for f, m in ((chain, plain), (common, weighted))
)
claim("at a small rate the chain is ahead, so far", fast.excess < right.excess)

# %% [markdown]
# **Attack it.** The chain has a second fault. Client 2 receives client 1's model, and
# subtracts. What is left is client 1's gradient. At the zero model the gradient of the
# constant term is the share of malignant tumours minus a half. So the neighbour, no
# server needed, reads off how many of the first clinic's patients have cancer.

# %%
mixed = tumour_clinics(skew=0.4, ratio=4, seed=SEED)
sent = local_models(mixed, zero, sign=minus, start=chain, rate=0.1)
read = 0.5 + (zero - sent[0])[-1] / 0.1
labels = mixed.signed[0, : mixed.sizes[0], -1]
print(f"the neighbour reads {read:.1%} malignant of {mixed.sizes[0]}")
claim(
    "the second client knows the first one's share",
    np.isclose(read, (labels < 0).mean()),
)

# %% [markdown]
# With a common start only the server can do this. Lesson 3.3 takes it from the server
# as well: with secure aggregation it sees the sum alone.
#
# **Your turn** → `fl-14`.
#
# ## How many local steps?
#
# Now all three methods on ten clinics of equal size. They differ in one term of the
# local step: nothing, $\mu(\theta_k-\theta)$, or $c-c_k$. The rate is 0.1, and μ is 1.

# %%
from privlab.experiments.fl_convergence import fedavg, fedprox, scaffold

source(fedavg, fedprox, scaffold)

# %%
from privlab.experiments.fl_convergence import convergence, rounds_needed
from privlab.plots.fl_convergence import draw_convergence, draw_rounds_needed

explore(
    convergence,
    draw_convergence,
    skew=slider("label skew: tumours sorted (share)", 0, 1, 1, 0.1),
    steps=slider("local steps E (count)", 1, 20, 10),
    seed=SEED,
)

# %% [markdown]
# *Loss above the least possible over 40 rounds, on a logarithmic axis. FedAvg falls fast
# and levels off; FedProx falls more slowly to about the same level; SCAFFOLD goes on
# falling in a straight line.*
#
# At one local step the three lines are one. With more steps the start is faster, and the
# level at which FedAvg stops is higher. So the right number of steps depends on how good
# the model has to be, and on how dear a message is.

# %%
needed = rounds_needed(skew=1, seed=SEED)
show(needed, draw_rounds_needed)

# %% [markdown]
# *Left: rounds until the loss is within 0.0001 of the least, against the local steps.
# The lines of FedAvg and FedProx end where they do not get there in 150 rounds;
# SCAFFOLD's goes on falling. Right: the same in time, where sending a model takes as
# long as ten steps, and SCAFFOLD sends two. It wins only where many local steps save
# many rounds.*

# %%
e1, e5, e20 = (list(needed.steps).index(steps) for steps in (1, 5, 20))
avg, prox, scaf = needed.rounds.values()
claim("five steps save two thirds of the rounds", avg[e5] < avg[e1] / 3)
claim("with 20 FedAvg never gets there", np.isnan(avg[e20]))
claim("SCAFFOLD does, in 20 rounds", scaf[e20] <= 20)
claim("FedProx is slower at five steps", prox[e5] > avg[e5])
times = {name: needed.total(name, message=10) for name in needed.rounds}
dearer = times["SCAFFOLD"][e5] > times["FedAvg"][e5]
claim("in time SCAFFOLD does not pay at five steps", dearer)
curves = convergence(skew=1, steps=20, seed=SEED).excess
lower = curves["FedProx"][-1] < curves["FedAvg"][-1]
claim("with 20 it stops lower than FedAvg", lower)

# %% [markdown]
# Is that a peculiarity of small valleys? The same three methods as Flower strategies,
# with ten clients that hold digits sorted by label, so that most know one or two of the
# ten. Five local epochs in batches of 72; rate 0.2, μ is 1.

# %%
from privlab.experiments.sorted_digits import sorted_digits
from privlab.plots.fl_convergence import draw_sorted_digits

digits = sorted_digits(skew=1, epochs=5, rounds=12, seed=SEED)
show(digits, draw_sorted_digits)

# %% [markdown]
# *Right answers on unseen digits over 12 rounds. SCAFFOLD passes 80 % after four or
# so; FedAvg needs all twelve to come near; FedProx runs a little below it.*

# %%
avg, prox, scaf = digits.accuracies.values()
claim("SCAFFOLD passes 80 % by round six", scaf[6] > 0.8)
claim("FedAvg does not by round ten", avg[10] < 0.8)
claim("SCAFFOLD ends 5 points ahead or more", scaf[-1] > avg[-1] + 0.05)
claim("FedProx is not ahead of FedAvg here", prox[-1] < avg[-1] + 0.01)

# %% [markdown]
# SCAFFOLD is not free. Each message carries the correction as well, so it is twice as
# long; each client must remember $c_k$ from round to round, which a telephone that is
# drawn once in its life cannot do. And FedProx was made for another trouble: clients
# that stop after different numbers of steps.
#
# **Your turn** → `fl-15`.
#
# ## Some of the clients
#
# A server with a million clients asks a few in each round. From the numbers that come
# back it wants the mean $\bar u=\sum_kw_ku_k$ of all *updates* (更新量)
# $u_k=\theta_k-\theta$. An estimate is *unbiased* (无偏) if it is right on average over
# the draws. Four ways to draw $m$ of $N$ clients and to average them:
#
# 1. **by size:** draw with replacement, client $k$ with chance $n_k/n$; plain mean;
# 2. **ratio:** draw without replacement, all alike; weigh by $n_k$ over the sum of the
#    sizes *drawn*. This is Flower's FedAvg, and Algorithm 1 as its authors corrected it;
# 3. **plain:** draw like that; plain mean;
# 4. **scaled:** draw like that; weigh by $\frac{n_k}{n}\cdot\frac Nm$.

# %%
predict(
    "sampling",
    "Which of the four is unbiased?",
    options=["all four", "1, 2 and 4", "1 and 4", "only 1"],
)

# %%
from privlab.experiments.client_sampling import client_sampling
from privlab.plots.client_sampling import draw_client_sampling

explore(
    client_sampling,
    draw_client_sampling,
    drawn=slider("clinics drawn (count)", 1, 10, 3),
    ratio=log_slider("largest clinic (times the smallest)", 1, 20, 4),
    model=slider("model θ that the server sent (points)", 0, 300, 150, 10),
    seed=SEED,
)

# %% [markdown]
# *The diabetes clinics again, the larger the more ill. Left: the bias against the number
# drawn; two lines on 0, the plain mean far below, the ratio rising from the plain mean's
# bias to 0. Right: the standard deviations, which fall; three of them to 0 at ten.*
#
# **Why.** By size: each draw is $u_k$ with chance $w_k$, so its mean is $\bar u$, and
# that of $m$ draws as well. Their variance is $\frac1m\sum_kw_k(u_k-\bar u)^2$.
# Scaled: client $k$ is drawn with chance $m/N$, which the factor $N/m$ undoes (Horvitz
# and Thompson 1952). Plain: its mean is that of all clinics, each counted once: C12.
#
# The ratio is $R=\bar y/\bar x$, where $\bar y$ and $\bar x$ are the drawn clients'
# means of $n_ku_k$ and of $n_k$. Both are right on average; their ratio is not. Since
# $R\bar x=\bar y$, with E for the mean over all draws,
#
# $$\operatorname{cov}(R,\bar x)=\mathrm E\bar y-\mathrm ER\;\mathrm E\bar x
# \quad\Rightarrow\quad
# \mathrm ER-\bar u=-\frac{\operatorname{cov}(R,\bar x)}{\mathrm E\bar x}$$
#
# (Hartley and Ross 1954). A covariance, for the third time. For $m=1$ the sizes cancel,
# $R=u_k$, and the ratio *is* the plain mean. There are 120 ways to draw three of ten; the
# machine goes through them all, so these claims are exact.

# %%
from privlab.experiments.client_sampling import BY_SIZE, PLAIN, RATIO, SCALED
from privlab.experiments.client_sampling import subsets, weights_of_drawn

world = client_sampling(drawn=3, ratio=4, model=150, seed=SEED)
draws = subsets(10, 3)
ratios = weights_of_drawn(world.sizes, draws, RATIO) @ world.updates
mean_size = draws @ world.sizes / 3
predicted = -np.cov(ratios, mean_size, bias=True)[0, 1] / world.sizes.mean()
ratio, plain = world.bias[RATIO], world.bias[PLAIN]
bias, spread = predicted, world.deviation[RATIO][2]
print(f"ratio: {bias:.1f} points of bias, {spread:.0f} of spread")
claim("the ratio's bias is that covariance", np.isclose(ratio[2], predicted))
claim("for one client it is the plain mean's", np.isclose(ratio[0], plain[0]))
claim("scaled is unbiased", np.abs(world.bias[SCALED]).max() < 1e-9)

# %%
weights = world.sizes / world.sizes.sum()
picks = rng.choice(10, p=weights, size=(20_000, 3))
means = world.updates[picks].mean(axis=1)
spread = world.deviation[BY_SIZE][2]
error = abs(means.mean() - weights @ world.updates) / spread * np.sqrt(20_000)
claim("by size is unbiased, in 20,000 draws", error < 5)
claim("with the variance of the formula", abs(means.std() / spread - 1) < 0.05)
far = client_sampling(drawn=3, ratio=4, model=0, seed=SEED)
widest = far.deviation[SCALED][2] > 1.5 * far.deviation[BY_SIZE][2]
claim("far from the mean, scaled spreads widest", widest)
claim(
    "the ratio does not mind", np.isclose(far.error(RATIO), world.error(RATIO))
)
reveal("sampling", "1 and 4")

# %% [markdown]
# Move the third slider to 0. The scaled mean suffers, because its weights do not add up
# to 1: with large clinics drawn it goes too far, with small ones not far enough. So apply
# it to updates, never to models. The ratio's error here is 9 points of bias beside 45 of
# spread: in one round nobody sees it. But a spread averages out over many rounds, and a
# bias stays.
#
# **Your turn** → `fl-16`.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C12 | θ = (1/N) Σ θᵢ (4.1.3) | holds **if** sizes are equal, or have nothing to do with what the clients found | off by −N·cov(w, m): over 10 points; weigh by n_k/n |
# | C15 | ∇L(θ; D) = (1/N) Σ ∇L(θᵢ; Dᵢ) (4.2.3) | holds **if** sizes are equal and all θᵢ are one θ | with n_k/n exact to 1e-12 for one step; then the drift grows with steps and skew |
# | C18 | ten clients: θᵢ = θᵢ₋₁ + ∇L, then the mean (4.3.3) | **wrong** sign and index | the loss rises; each repair brings it down; with all three it is the least |
#
# The correct forms: $\theta_k\leftarrow\theta-\eta\nabla L_k(\theta)$ from the server's
# θ, once or $E$ times; then $\theta\leftarrow\sum_k\frac{n_k}{n}\theta_k$.
#
# ## What to remember
#
# - Count people, not clients: $\sum_k\frac{n_k}{n}\theta_k$. And bound the $n_k$ that a
#   client may claim.
# - One step from a common model is exact, whatever the skew. Every further local step
#   is cheaper than a message, and drifts.
# - FedAvg settles off the best model; with endless local steps, in these valleys, at
#   the mean of the clients' own best models. FedProx moves that place; SCAFFOLD removes
#   the bias and doubles the messages.
# - Minus, not plus; from the server's model, not the neighbour's.
# - Three biases, one reason: a mean of products is not the product of the means. Look
#   for the covariance.
#
# **Next:** the exercises in `exercises/04_3_fl_mathematics.ipynb`.
#
# *Sources.* Horvitz and Thompson 1952, J. Am. Stat. Assoc. 47. Hartley and Ross 1954,
# Nature 174. Cochran 1977, *Sampling Techniques*. McMahan, Moore, Ramage, Hampson and
# Agüera y Arcas 2017, AISTATS. Li, Sahu, Zaheer, Sanjabi, Talwalkar and Smith 2020,
# MLSys. Karimireddy, Kale, Mohri, Reddi, Stich and Suresh 2020, ICML. Beutel et al.
# 2020, *Flower*, arXiv 2007.14390. Diabetes: Efron, Hastie, Johnstone and Tibshirani
# 2004, Ann. Statist. 32. Breast cancer: Wolberg et al. 1995, UCI. Digits: Alpaydin and
# Kaynak 1998, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("4.3")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
