# %% [markdown]
# # 1.3 · Adversarial attacks (对抗攻击)
#
# *The article's section 1.1, third risk.*
#
# **The question.** A change too small to notice makes a model answer something else.
# The article says that private information leaks this way. Does it?
#
# **Afterwards you can** make a model err on purpose and say why it works; train one
# that errs less; tell an attack on *answers* from an attack on *secrets*, by measuring
# both; say where the two really meet; and rebuild an image from a model's update.
#
# **You need** gradients, and lesson 1.2 for membership. **Time:** 60 minutes, and 65
# more for the exercises.

# %%
import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.experiments.trained_digits import NOISE, PLAIN, ROBUST
from privlab.widgets import (
    choice,
    explore,
    explore_on_run,
    log_slider,
    show,
    slider,
)

# %% [markdown]
# ## A 1 becomes a 2
#
# A post office lets a network read postcodes. It learned from 300 people's handwritten
# digits and reads 94 % of unseen ones correctly. Somebody at the counter has a pencil, a
# rubber, and a copy of the network. They may change each pixel of their own digit by a
# tenth of full ink, no more.

# %%
predict(
    "who-trained",
    "What does their success tell them about the 300 people who trained it?",
    options=["whose images they were", "a good guess", "nothing new"],
)

# %%
from privlab.experiments.nudges import METHODS, nudge
from privlab.plots.nudges import draw_nudge

explore(
    nudge,
    draw_nudge,
    method=choice("method", list(METHODS), "PGD"),
    radius=slider("change allowed (share of full ink)", 0, 0.3, 0.1, 0.02),
    image=slider("image (number)", 0, 30, 0, 1),
    training=PLAIN,
    seed=13,
)

# %% [markdown]
# *Three small images: a digit, the change, the digit after it. Beside them the network's
# chances for the ten digits, before and after. The 1 is read as a 2.*
#
# Now choose "random", with the same allowance. Nothing happens; raise it to 0.3 and still
# hardly anything does. So it is not the size of the change. It is the aim.
#
# Such an input is an *adversarial example* (对抗样本). The simplest way to make one fits
# in a line. Ask for the gradient of the loss $L$, not in the weights as in training, but
# in the *pixels*. Then move every pixel by the full allowance ε, in the direction that
# raises the loss:
#
# $$x' = x+\varepsilon\,\mathrm{sign}\,\nabla_x L(x,y),$$
#
# cut to [0, 1] so that it is an image. This is the *fast gradient sign method* (快速梯度
# 符号法), FGSM (Goodfellow, Shlens and Szegedy 2015).

# %%
from privlab.attacks.adversarial import fgsm

source(fgsm)

# %% [markdown]
# **Why so little is enough.** Take a linear model and two classes, with $w$ the
# difference of their weights. A change $d$ moves the margin between them by $w\cdot d$.
# If every pixel may change by ε, the best is $d=-\varepsilon\,\mathrm{sign}(w)$, and it
# takes off
#
# $$\varepsilon\sum_i |w_i|=\varepsilon\,\|w\|_1 .$$
#
# Every pixel pulls the same way. With random signs the pulls cancel, and about
# $\varepsilon\|w\|_2$ is left. With $n$ similar pixels the first grows like $n$, the
# second like $\sqrt n$. Many imperceptible changes add up to a large one. Choose an
# image: where does its margin end?

# %%
from privlab.experiments.nudges import adding_up
from privlab.plots.nudges import draw_adding_up

explore(
    adding_up,
    draw_adding_up,
    image=slider("image (number)", 0, 30, 0, 1),
    seed=13,
)

# %% [markdown]
# *What is left of the margin against the change of every pixel. The aimed line falls to
# zero at 0.064; the random line has lost a sixth there.*

# %%
from privlab.experiments.nudges import linear_model
from privlab.experiments.trained_digits import others

case, linear, people = adding_up(image=0, seed=13), linear_model(13), others(13)
weights = linear[0].weight.detach()
direction = (weights[case.other] - weights[case.read_as]).sign()
just_before, just_after = (
    int(linear(people.x[:1] + share * case.border * direction).argmax())
    for share in (0.999, 1.001)
)
claim(
    "the decision changes exactly at margin / ||w||_1",
    (just_before, just_after) == (case.read_as, case.other),
)

# %% [markdown]
# **Your turn** → `at-21`, `at-22` in `exercises/01_3_adversarial_attacks.ipynb`.
#
# ## Many small steps
#
# A network is not linear, so one long step may miss. *Projected gradient descent* (投影梯度
# 下降), PGD, takes many short ones. After each it returns to what is allowed: to the
# nearest point of the *ball* of permitted changes (Madry et al. 2018). Two balls are
# common. In the $L_\infty$ ball every pixel may change by ε. In the $L_2$ ball the
# change as a whole has a bounded length.

# %%
from privlab.attacks.adversarial import climbed

source(climbed)

# %%
from privlab.experiments.nudges import NORMS, accuracy_by_radius
from privlab.plots.nudges import draw_accuracy_by_radius

explore(
    accuracy_by_radius,
    draw_accuracy_by_radius,
    training=choice("training", [PLAIN, NOISE, ROBUST]),
    norm=choice("allowed", list(NORMS)),
    seed=13,
)

# %% [markdown]
# *The share of 300 unseen digits read right, against the size of the change. Random
# changes: a flat line. FGSM and PGD: down to zero at a fifth of full ink.*

# %%
plain = accuracy_by_radius(training=PLAIN, norm="every pixel", seed=13)
claim(
    "PGD leaves fewer than 3 in 100 right at 0.2", plain.at("PGD", 0.2) < 0.03
)
claim("random changes of 0.2 leave 9 in 10", plain.at("random", 0.2) > 0.9)
claim(
    "PGD is never weaker than FGSM here, by more than 2 points",
    bool((plain.accuracy["PGD"] <= plain.accuracy["FGSM"] + 0.02).all()),
)

# %% [markdown]
# ## The defence: train on the worst case
#
# If these images are the trouble, learn from them. In every step of *adversarial
# training* (对抗训练) the batch is first attacked by PGD, and the network learns from the
# result (Madry et al. 2018, equation 2.1):
#
# $$\min_\theta\;\mathbb{E}\,\max_{\|d\|\le\varepsilon} L_\theta(x+d,\,y).$$
#
# Go back to the widget and choose "adversarial". Then "random changes": training on
# those is the control, the same allowance without the aim.

# %%
robust = accuracy_by_radius(training=ROBUST, norm="every pixel", seed=13)
noise = accuracy_by_radius(training=NOISE, norm="every pixel", seed=13)
for result in (plain, noise, robust):
    clean, attacked = (result.at("PGD", radius) for radius in (0, 0.1))
    print(f"{result.training:>15}: {clean:.0%}, attacked {attacked:.0%}")

# %%
claim(
    "training against PGD wins back 20 points at 0.1",
    robust.at("PGD", 0.1) > plain.at("PGD", 0.1) + 0.2,
)
claim("training on random changes does not", noise.at("PGD", 0.1) < 0.6)
claim(
    "at 0.2, twice what it trained for, it fails", robust.at("PGD", 0.2) < 0.4
)

# %%
length = accuracy_by_radius(training=ROBUST, norm="whole image", seed=13)
claim("so it does against changes of length 1", length.at("PGD", 1) < 0.2)

# %% [markdown]
# The defence holds for what it has seen and not far beyond: not for larger changes, and
# not for the other ball ("whole image" in the widget). Beware also of defences that
# merely hide the gradient. The attack then stands still and looks beaten; another one
# walks through (Athalye, Carlini and Wagner 2018).
#
# **Your turn** → `at-23`.
#
# ## What has leaked?
#
# So half of the answers can be made wrong with a tenth of full ink, nine in ten with
# 0.15. Whose privacy was lost? Look at what the person
# at the counter started with: their own digit, and the network. The adversarial image
# is computed from these two and some coin flips. Whatever it could reveal about the 300
# people, the network had revealed already; computing with what you know is
# *post-processing*, and adds nothing.
#
# That is an argument. Here is the measurement. Train two networks, on 300 people each.
# Attack all 600 images under both. So every image plays member once and outsider once,
# and what it looks like cannot help. Then try to tell members from others: by the change
# alone, learned by a classifier from half of the images; by the network's loss, as in
# lesson 1.2; and by PGD used as a *ruler*: how large a change does it take?

# %%
from privlab.experiments.two_harms import CHANGE, LOSS, RULER, two_harms
from privlab.plots.two_harms import draw_two_harms

harms = two_harms(radius=0.15, seeds=tuple(range(5)))
show(harms, draw_two_harms)

# %% [markdown]
# *Area under the ROC curve, a dot for each of five seeds and a bar at the mean. By the
# changed image: around 0.5, guessing. By the loss: 0.56. By the ruler: 0.56.*

# %%
changed = np.mean(harms.changed)
claim("C03: PGD changes more than four decisions in five", changed > 0.8)
claim(
    "C03: the changed image tells members no better than guessing",
    abs(harms.auc(CHANGE) - 0.5) < 0.04,
)
claim(
    "on average the nearest training image is farther away than before",
    min(np.subtract(harms.nearest_after, harms.nearest_before)) > 0.1,
)

# %%
claim("asking the model tells more", harms.auc(LOSS) > 0.54)
claim(
    "PGD as a ruler tells what the loss tells, and no more",
    abs(harms.auc(RULER) - harms.auc(LOSS)) < 0.02,
)
reveal("who-trained", "nothing new")

# %% [markdown]
# Look at the line about the ruler twice. A member's image tends to lie a little farther
# from the border, because the network has learned it. Whoever measures that distance
# learns something about membership, even from a service that answers with bare labels
# (Choquette-Choo, Tramèr, Carlini and Papernot 2021). But then it is the network's
# *answers* that leak, and the tool is only one way to read them. The damage to the
# decision and the leak are two different things:
#
# | | wants | here | measured by |
# |---|---|---|---|
# | **confidentiality** (机密性) | to learn a secret | membership, gradient inversion | what the adversary guesses beyond chance |
# | **integrity** (完整性) | to make the answer wrong | FGSM, PGD, poisoning | decisions changed |
# | **availability** (可用性) | to make the service useless | many flipped labels | accuracy lost |
#
# A *threat model* (威胁模型) names the goal, what the adversary sees, and what it may
# change. Who mixes up the goals buys the wrong defence.
#
# **Your turn** → `at-24`.
#
# ## Where the two meet
#
# There is a true link, and it is not the one in the article. The *defence* against
# adversarial examples changes how much the model leaks. It asks for the right answer
# not only at each training image but in a whole ball around it, so each image shapes
# more of the model. Song, Shokri and Mittal (2019) found that members are then easier
# to tell, with larger networks on faces, clothes and photos. Does it show on our
# digits? The same people, three trainings, five seeds. The adversary compares the loss
# of an image as it is, or after PGD, with a threshold.

# %%
predict(
    "robust-leak",
    "Against members being found, the adversarially trained network is",
    options=["safer", "the same", "less safe"],
)

# %%
from privlab.experiments.robust_membership import (
    AS_IS,
    WORST,
    leak_by_radius,
    robust_membership,
)
from privlab.plots.two_harms import draw_leak_by_radius, draw_robust_membership

link = robust_membership(seeds=tuple(range(5)))
show(link, draw_robust_membership)

# %% [markdown]
# *Area under the ROC curve for three trainings and two losses, five dots each. Plain and
# random: 0.55 to 0.57. Adversarial: 0.60 by the loss as it is, 0.63 by the loss after
# PGD.*

# %%
low, high = link.rise_interval
print(f"area up by {link.rise.mean():.2f} ({low:.2f} to {high:.2f}, 95 %)")
claim(
    "adversarial training raises the leak on each of five seeds",
    bool((link.rise > 0).all()) and low > 0,
)
claim(
    "random changes of the same size do not, by more than 0.02",
    link.aucs(NOISE, AS_IS).mean() < link.aucs(PLAIN, AS_IS).mean() + 0.02,
)
few = link.hits_at(ROBUST, WORST, 0.01)
claim(
    "at 1 % false alarms it finds hardly more than 1 % of members", few < 0.03
)
reveal("robust-leak", "less safe")

# %% [markdown]
# So it shows, and it is small: the area rises by 0.06 from 0.57. At one false alarm in a
# hundred, the attack finds about one member in a hundred, which is guessing. It is a
# weak attack; lesson 1.2 has stronger ones. On this little data the robust network even
# reads *untouched* unseen digits better. The gap that matters is another: it resists PGD
# on nearly all members and on far fewer others. What it has learned by heart is its
# robustness.

# %%
member, other = (
    link.right(ROBUST, who, "attacked") for who in ("members", "others")
)
print(f"right after PGD: members {member:.0%}, others {other:.0%}")
claim("robust on members, far less on others", member > other + 0.15)
claim(
    "of untouched unseen digits it reads more than the plain one",
    link.right(ROBUST, "others", "untouched")
    > link.right(PLAIN, "others", "untouched"),
)

# %% [markdown]
# Train against smaller and larger changes. Where the network cannot fit its training
# images any more, the leak falls again, and so does everything else.

# %%
explore_on_run(
    leak_by_radius,
    draw_leak_by_radius,
    radius=slider("training radius (share of full ink)", 0.05, 0.3, 0.1, 0.05),
    seed=13,
)

# %% [markdown]
# *ROC curves of the attack on the plain and on the robust network, for one seed. The
# robust one bulges upwards in the middle; at the left edge both lie on the diagonal.*

# %%
fits, strains = (leak_by_radius(radius=r, seed=13).robust for r in (0.1, 0.3))
claim(
    "trained against changes of 0.3 it leaks less again",
    strains.attacks[WORST].auc < fits.attacks[WORST].auc,
)
claim(
    "and reads fewer digits, untouched ones too",
    strains.right["others", "untouched"]
    < fits.right["others", "untouched"] - 0.05,
)

# %% [markdown]
# ## Before training: poison
#
# An adversary who writes some of the training images need not wait. *Label flipping*
# (标签翻转) spoils the lot. A *backdoor* (后门) is quieter: stamp a black patch in the
# corner of a few images and call them all 0 (Gu, Dolan-Gavitt and Garg 2017). The
# network reads clean digits as before, and whatever carries the patch as 0. The defence:
# ask the 15 nearest images, and throw out whoever most of them contradict.

# %%
from privlab.experiments.poisoned_digits import ATTACKS, poisoned_training
from privlab.plots.poisoned_digits import draw_poisoned_training

explore_on_run(
    poisoned_training,
    draw_poisoned_training,
    attack=choice("attack", list(ATTACKS)),
    share=log_slider("poisoned images (share)", 0.005, 0.3, 0.01),
    seed=13,
)

# %% [markdown]
# *Bars for a network trained on clean, on poisoned and on filtered images: how many
# unseen digits are read right, and how many stamped ones are read as 0. Only the poisoned
# one obeys the stamp.*

# %%
few = poisoned_training(attack="backdoor", share=0.01, seed=13).outcomes
many = poisoned_training(attack="backdoor", share=0.1, seed=13).outcomes
claim(
    "12 stamped images of 1 200 open the door", few["poisoned"].hijacked > 0.7
)
claim(
    "clean digits are read as well as before",
    few["poisoned"].right > few["clean"].right - 0.02,
)
claim("the filter shuts it", few["filtered"].hijacked < 0.3)
claim(
    "120 stamped ones are each other's neighbours",
    many["filtered"].hijacked > 0.9,
)

# %%
flips = poisoned_training(attack="flipped labels", share=0.3, seed=13).outcomes
lost, lost_after = (
    flips["clean"].right - flips[how].right for how in ("poisoned", "filtered")
)
claim(
    "flipped labels cost accuracy; the filter wins half of it back",
    lost > 0.05 and lost_after < lost / 2,
)

# %% [markdown]
# Integrity again: nobody's image came out. But an adversary who may both write into the
# training set and ask the model can use the one for the other: poison can make others'
# records easier to find (Tramèr et al. 2022).
#
# ## What an update reveals
#
# For contrast, an attack that is about nothing but secrets. In federated learning (联邦
# 学习; lesson 3.3) people keep their images and send the server the gradient of the
# loss in the *weights*. The first layer computes $a=Wx+b$. By the chain rule
#
# $$\frac{\partial L}{\partial W_i}=\frac{\partial L}{\partial a_i}\,x,
# \qquad \frac{\partial L}{\partial b_i}=\frac{\partial L}{\partial a_i},$$
#
# so row $i$ of one divided by entry $i$ of the other *is* the image (Phong et al. 2018).
# No search, no guess. Clip the update to any length: the division cancels it. With
# several images a row mixes them; but a hidden unit that only one image switches on
# holds that image alone. Add noise, and more images, and see when the digits blur.

# %%
from privlab.attacks.gradients import linear_inputs
from privlab.experiments.sent_updates import failure_cases, rebuilt_batch
from privlab.plots.sent_updates import draw_failure_cases, draw_rebuilt_batch

source(linear_inputs)

# %%
explore(
    rebuilt_batch,
    draw_rebuilt_batch,
    batch=slider("images in the update", 1, 64, 4, 1),
    noise=slider("noise per number (of the clipped length)", 0, 0.02, 0, 0.001),
    seed=13,
)

# %% [markdown]
# *Above four digits of the client; below, for each, the row of the server's that is most
# like it: the same digits, SSIM 1.00. With noise 0.02 on every number, together twice
# as long as the update, the lower row is speckle.*
#
# *SSIM* (结构相似性) compares two images in brightness, contrast and pattern; 1 means equal
# (Wang et al. 2004). Where a layer has no bias, or comes later, one can search: for
# images whose gradient equals the update (DLG, Zhu, Liu and Han 2019), or points the same
# way and is smooth (cosine, Geiping et al. 2020). Each on five updates, easy and hard
# ones:

# %%
failures = failure_cases(seeds=tuple(range(5)))
show(failures, draw_failure_cases)

# %% [markdown]
# *Bars of SSIM for three attacks and five kinds of update. One image, clipped or not:
# near 1, but for the search that gets stuck once in a while. Sixteen images and several
# local steps: lower. Clipped and noised: no better than a guess.*

# %%
claim(
    "one clipped image comes back", failures.mean("clipped", "division") > 0.99
)

# %%
blind = failures.unseen.mean()
claim(
    "16 images and 10 steps make every attack worse, and stop none",
    all(
        blind + 0.05 < failures.mean("16, 10 local steps", search) < 0.97
        for search in ("division", "DLG", "cosine")
    ),
)
claim(
    "noise stops all three",
    max(c.mean() for c in failures.similarity["clipped and noised"].values())
    < blind + 0.1,
)

# %% [markdown]
# Here a person's own image leaves the house, and no decision is changed: the mirror
# image of the adversarial example. Both are gradients. One is taken in the pixels, by
# somebody who holds the image; the other in the weights, by somebody who does not, and
# it carries the image along. How much noise is *enough* is what differential privacy
# answers (lessons 3.1 and 5.2).
#
# **Your turn** → `at-25`.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C03 | small perturbations change the output and so leak private information (1.1) | **wrong as put** | PGD changed nine decisions in ten (at 0.15); the changed images told members from others no better than a coin. The *defence* raised the leak from 0.57 to 0.63 |
#
# The correct form: adversarial perturbation is an attack on integrity. Keep it apart
# from confidentiality in the threat model, and measure each in its own unit. Then look
# for where one defence pays with the other's money.
#
# ## What to remember
#
# - A small change in every pixel, aimed by the gradient, adds up: $\varepsilon\|w\|_1$.
# - Adversarial training helps, inside the ball it has seen.
# - An adversarial image is computed from what the adversary has. It tells nothing new.
# - A robust model may be the leakier one. Measure both before you choose.
# - An update does reveal: one image comes back exactly. Clipping alone hides nothing.
#
# **Next:** the exercises in `exercises/01_3_adversarial_attacks.ipynb`.
#
# *Sources.* Wang, Bovik, Sheikh and Simoncelli 2004, IEEE Trans. Image Process. 13.
# Goodfellow, Shlens and Szegedy 2015, ICLR. Gu, Dolan-Gavitt and Garg 2017,
# arXiv:1708.06733. Athalye, Carlini and Wagner 2018, ICML. Madry, Makelov, Schmidt,
# Tsipras and Vladu 2018, ICLR. Paudice, Muñoz-González and Lupu 2018, ECML PKDD
# Workshops. Phong, Aono, Hayashi, Wang and Moriai 2018, IEEE Trans. Inf. Forensics
# Secur. 13. Song, Shokri and Mittal 2019, CCS. Zhu, Liu and Han 2019, NeurIPS. Geiping,
# Bauermeister, Dröge and Moeller 2020, NeurIPS. Choquette-Choo, Tramèr, Carlini and
# Papernot 2021, ICML. Tramèr, Shokri, San Joaquin, Le, Jagielski, Hong and Carlini
# 2022, CCS. Digits: Alpaydin and Kaynak 1998, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("1.3")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
