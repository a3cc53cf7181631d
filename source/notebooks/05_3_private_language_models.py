# %% [markdown]
# # 5.3 · Private language models (私有的大模型)
#
# *The article's title, 大模型, and its section 5, code practice.*
#
# **The question.** Lesson 1.4 trained a language model that recites door codes. Lesson
# 5.2 trained classifiers with a promise to each person. Can the two be put together? Is
# there a language model that has learned a clinic's way of writing, and not its codes?
#
# **Afterwards you can** fine-tune a language model under differential privacy; build
# low-rank adapters and say what they buy; put perplexity, exposure and ε side by side;
# say whom an ε covers, a line or a person; and fine-tune among several clinics.
#
# **You need** lessons 1.4 (exposure), 5.2 (DP-SGD) and 3.3 (federated averaging).
# **Time:** 60 minutes, and 55 more for the exercises.

# %%
import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import choice, explore, explore_on_run, show, slider

# %% [markdown]
# ## The public and the private
#
# Nobody trains a large model on a clinic's files alone. One takes a model that has read
# a great deal of *public* text, and goes on training on the private text: *pre-training*
# (预训练), then *fine-tuning* (微调). Ours has read 800 lines of shops and chat. The
# clinic has about 450 lines. Among them are door codes that we planted: six codes in
# one line each, six in eight lines each. Six more are in no line; they are the control.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.clinic_model import clinic

data = clinic(seed=53)
print("public:", *data.public[::200], sep="\n  ")
print("private:", *data.lines[:6], sep="\n  ")
before = data.base.perplexity(data.fresh)
print(f"perplexity of the public model on fresh clinic lines: {before:.0f}")

# %%
claim(
    "the public model has not learned to write as the clinic does",
    before > 15,
)

# %% [markdown]
# The *perplexity* (困惑度) is 2 to the mean bits of a character: 1 is perfect foresight.
#
# ## A few narrow matrices
#
# Fine-tuning need not move all weights. Hu et al. (2022) freeze each matrix $W$ and add
# a product of two narrow ones, their equation 3:
#
# $$h = Wx + \tfrac{\alpha}{r}\,BAx,\qquad A\in\mathbb R^{r\times k},\;
#   B\in\mathbb R^{d\times r}.$$
#
# The *rank* (秩) $r$ is small. $B$ begins at zero, so training begins at the public
# model. This is LoRA (低秩适配); $A$ and $B$ are the *adapter* (适配器).

# %%
from privlab.lm.lora import LowRank, adapted, adapters, merged

source(LowRank.forward, adapted, merged)

# %%
import torch

model = adapted(data.base, rank=8, rng=torch.Generator().manual_seed(53))
count = sum(part.numel() for part in adapters(model).values())
print(f"{count:,} of {data.base.weights:,} weights are trained")
claim("adapters of rank 8 are under a quarter", count < data.base.weights / 4)
claim(
    "they begin at the public model",
    np.isclose(model.perplexity(data.fresh), before),
)

# %% [markdown]
# Why should that help privacy? The noise of DP-SGD goes onto *every* trained weight. On
# the mean of $B$ lines its length is about $\sigma C\sqrt d/B$ for $d$ weights, and the
# clipped mean gradient is never longer than $C$. A quarter of the weights, so half the
# noise. That is the theory.
#
# ## Six models, one picture
#
# Three ways: the whole model *from scratch*, as if no public text existed; the *whole
# model*, from the public one; the *adapters*. Each is trained twice. In the open:
# 20 epochs with Adam. Privately: 50 steps of DP-SGD with ε = 8, δ = 10⁻⁵, where one
# *line* is one example, C = 0.5, and each line is in a step with probability 1/4. The
# accountant of lesson 4.1 gives σ = 1.4. What do you expect?

# %%
predict(
    "best",
    "Which private model writes best (lowest perplexity on fresh lines)?",
    options=[
        "from scratch",
        "fine-tuned from the public model",
        "all the same",
    ],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.private_tuning import compared
from privlab.plots.private_language_models import draw_compared

explore_on_run(
    compared,
    draw_compared,
    epsilon=slider("ε of a line", 2, 8, 8, 6),
    seed=53,
)

# %% [markdown]
# *Left perplexity, logarithmic; dotted: the public model before. Private bars are higher
# than open ones everywhere, highest from scratch. Right exposure of codes that stood in
# one line; diamonds: in eight lines. In the open the diamonds of two ways are at the
# cap, 13.3 bits. Privately all are low. Dashed: what chance gives, 1.44 bits.*

# %%
result = compared(epsilon=8.0, seed=53)
scratch, whole, low = result.private
open_scratch, open_whole, open_low = result.twins

# %%
claim(
    "under ε = 8 a public beginning saves a fifth and more",
    max(whole.perplexity, low.perplexity) < 0.8 * scratch.perplexity,
)
claim(
    "privacy costs: each private model is far behind its twin",
    all(
        own.perplexity > 1.8 * twin.perplexity
        for own, twin in zip(result.private, result.twins, strict=True)
    ),
)
claim("but it has learned", low.perplexity < before / 4)
reveal("best", "fine-tuned from the public model")

# %% [markdown]
# In the open the public beginning hardly matters: 20 epochs are enough from nothing. It
# is privacy that makes it precious, because each private step is dear. Li et al. (2022)
# and Yu et al. (2022) found the same for models with a hundred million weights.
#
# And the adapters? They are *not* the better private model here, with the settings that
# we tried: the whole model does as well or a little better. The theory counted noise
# only. An adapter can also do less in fifty steps: it only bends what is there, and
# even in the open it stays behind. Li et al. and Yu et al. saw adapters come level at
# millions of weights. A smaller $d$ has two other merits, which you will see: fewer
# bytes, and less learned by heart even in the open.

# %%
claim(
    "here adapters do not write better than the whole model",
    low.perplexity > 0.95 * whole.perplexity,
)
claim(
    "in the open, whole models know codes they read in eight lines",
    min(open_scratch.exposure(8), open_whole.exposure(8)) > 11,
)
claim("adapters know them less well", open_low.exposure(8) < 11)
claim(
    "under ε = 8 a code in one line is no more exposed than chance allows",
    max(each.exposure(1) for each in result.private) < 4,
)

# %% [markdown]
# ## Attack it
#
# Take one door, and let a model rank all 10,000 codes for it.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.clinic_model import WAYS
from privlab.experiments.private_tuning import COPIES, TRAINING, standing
from privlab.plots.private_language_models import draw_standing

explore(
    standing,
    draw_standing,
    way=choice("trained", list(WAYS), "whole model"),
    training=choice("privacy", list(TRAINING)),
    copies=choice("planted", list(COPIES), "8 times"),
    seed=53,
)

# %% [markdown]
# *A heap of 10,000 codes by log-perplexity. In the open the dashed line of a code planted
# eight times stands alone at the left, rank 1; under ε = 8 it is somewhere in the heap.*
#
# A weak attack that fails proves nothing (lesson 5.2). What protects is the theorem, and
# six doors cannot prove ε = 8. They can only catch a gross mistake.
#
# **Your turn** → `lm-11`, `lm-12` in `exercises/05_3_private_language_models.ipynb`.
#
# ## Whom does ε cover?
#
# We said: one *line* is one example. But people write more than one line. A nurse who
# types the same code into eight lines is not one line. What does ε = 8 promise to *her*?

# %%
predict(
    "eight",
    "Each line has epsilon 8, delta 1e-5. What has a nurse with 8 lines?",
    options=[
        "epsilon 8 as well",
        "epsilon 64, delta 8e-5",
        "no promise at all",
    ],
)

# %%
from privlab.experiments.private_tuning import group
from privlab.plots.private_language_models import draw_group

explore(
    group,
    draw_group,
    epsilon=slider("ε of a line", 0.5, 8, 8, 0.5),
    lines=slider("lines of one user", 1, 8, 8),
)

# %% [markdown]
# *Left ε climbs in a straight line with the number of lines. Right δ, logarithmic,
# climbs much faster: at ε = 8 it passes 1 at the third line.*
#
# **Why.** Take her lines out one by one: k steps, each between neighbours. From
# $P_0(S)\le e^{\varepsilon}P_1(S)+\delta$, used k times, comes $k\varepsilon$ and
# $\delta(1+e^{\varepsilon}+\dots+e^{(k-1)\varepsilon})$: *group privacy* (群组隐私;
# Vadhan 2017, Lemma 2.2). A δ of 1 or more is no promise.

# %%
eight = group(epsilon=8.0, lines=8)
claim("at ε = 8 nothing is left for three lines", eight.deltas[2] > 1)
claim("two lines still have something", eight.deltas[1] < 0.1)
reveal("eight", "no promise at all")

# %% [markdown]
# The remedy is to clip what a *person* does to the sum, not what a line does. Make one
# user one example: the mean over all their lines, one gradient, clipped to C. This is
# *user-level* privacy (用户级隐私; McMahan, Ramage, Talwar and Zhang 2018), against
# *example-level* (样本级). Nothing else changes, only what a row of the data is.

# %%
from privlab.experiments.private_tuning import Together, user_losses

source(Together.forward, user_losses)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.private_tuning import levels
from privlab.plots.private_language_models import draw_levels

covered = levels(epsilon=8.0, seed=53)
show(covered, draw_levels)

# %% [markdown]
# *Left perplexity: lowest in the open, higher if ε covers a line, highest if it covers a
# user. Right exposure of codes that fill eight lines of one user; dots are doors.*

# %%
in_the_open, line, user = covered.models.values()
print(f"{line.perplexity:.1f} for a line, {user.perplexity:.1f} for a user")
claim(
    "the same ε for a user costs more than for a line",
    user.perplexity > 1.2 * line.perplexity,
)

# %%
claim(
    "at ε = 8 of a line, from scratch, eight lines still show",
    scratch.exposure(8) > scratch.exposure(1) + 1,
)
claim(
    "in the open the codes in eight lines are exposed",
    in_the_open.exposure(8) > 4,
)
claim(
    "clipped by user they are less exposed than clipped by line from scratch",
    user.exposure(8) < scratch.exposure(8),
)

# %% [markdown]
# Clipped by line, codes in eight lines are not at the cap either, but look back at the
# diamonds of the six models: from scratch they stand above chance, even at ε = 8. That
# it is not more is luck of this small model; no theorem stands behind it. Clipped by
# user, one does. The price is that 450 lines are only 56 users, and the noise is the
# same for each step: eight times as much for the mean. User-level privacy wants
# thousands of users.
#
# **Your turn** → `lm-13`, `lm-14`.
#
# ## Fine-tune together, send little
#
# Eight clinics hold 56 lines each and share none of them (lesson 3.3). Each trains on
# its own lines; a server averages. What must travel: all weights, or the adapters?

# %% tags=["nbval-ignore-output"]
from privlab.experiments.shared_adapters import SENT, shared
from privlab.plots.private_language_models import draw_shared

explore_on_run(
    shared,
    draw_shared,
    sent=choice("what travels", list(SENT)),
    rounds=slider("rounds", 1, 6, 3),
    seed=53,
)

# %% [markdown]
# *Perplexity of the shared model by round, logarithmic, from the public model's
# downwards.*

# %%
together = shared(sent="adapters", rounds=3, seed=53)
all_bytes = 4 * data.base.weights
print(f"{together.bytes_up:,} bytes a clinic and round, not {all_bytes:,}")
claim(
    "eight clinics teach the model without sharing a line",
    together.perplexities[-1] < before / 4,
)
claim(
    "adapters are under a quarter of the bytes",
    together.bytes_up < all_bytes / 4,
)

# %% [markdown]
# At the size of GPT-3 Hu et al. report a ten-thousandth. Choose "whole model": it gets
# further in the same rounds, for more than four times the bytes.
#
# Does federation make it private? No: nothing was clipped, nothing noised. The average
# of the clinics' updates is trained on the codes just the same (lesson 3.3). What a
# federation offers is a natural *user*: the client. Clip each client's update, add
# noise to the sum, and you have client-level privacy. With eight clients the noise
# would drown everything; telephones have millions.
#
# **Your turn** → `lm-15`.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | title | privacy protection for *large models* (大模型) | **incomplete** | it names DP, HE and FL, and tries none on a language model. DP does stop the recitation; federation alone does not clip or noise anything |
# | C20 | tune the noise until privacy is best (5.4) | holds **if** the unit is named | for a language model one must first say what ε covers, a line or a user |
#
# ## What to remember
#
# - Pre-train in public, fine-tune in private. Public text is the cheapest budget.
# - "Public" means that those who wrote it agreed. Text found on the web holds private
#   lines too (Tramèr, Kamath and Carlini 2024).
# - Adapters are few weights: less noise, fewer bytes, less learned by heart. At this
#   size they do not write better.
# - ε belongs to a unit. Ask "ε of what?" A line's ε = 8 promises nothing to three lines.
# - Always show the twin: perplexity without its open twin, exposure without its
#   control, ε without δ and unit say nothing.
#
# **Next:** the exercises in `exercises/05_3_private_language_models.ipynb`.
#
# *Sources.* Abadi et al. 2016, CCS. Vadhan 2017, The Complexity of Differential Privacy.
# McMahan, Ramage, Talwar and Zhang 2018, ICLR. Carlini et al. 2019, USENIX Security. Hu
# et al. 2022, ICLR. Li, Tramèr, Liang and Hashimoto 2022, ICLR. Yu et al. 2022, ICLR.
# Tramèr, Kamath and Carlini 2024, ICML.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("5.3")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
