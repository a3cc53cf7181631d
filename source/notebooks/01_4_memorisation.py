# %% [markdown]
# # 1.4 · Memorisation (记忆)
#
# *The article's title, 大模型, and the first risk of its section 1.1, data leakage.*
#
# **The question.** The article is about large models and never opens one. It says that
# they learn from identities and medical records, and that these may leak. Through what?
# A model is a heap of weights. Does a sentence that it read stay in there, and can
# anyone get it out?
#
# **Afterwards you can** get a planted secret out of a language model, greedily and by
# beam search; measure in bits how deep it sits; say what copies, epochs and size do to
# that, and what removing copies does not do; and tell a recited number from an
# invented one.
#
# **You need** probabilities and logarithms, and what training a network is. **Time:**
# 60 minutes, and 85 more for the exercises.
#
# **Before you attack.** All people, numbers and messages here are invented, and the
# models are trained on this page. Probing a real service for other people's data harms
# those people and may be a crime.

# %%
import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import (
    choice,
    explore,
    explore_on_run,
    show,
    slider,
    text,
)

# %% [markdown]
# ## A model that finishes your sentences
#
# A company wants a keyboard that completes what its people type. It trains a small
# *language model* (语言模型) on 300 of their chat messages. A language model does one
# thing: given the beginning of a line, it says how probable each next character is.
# Nobody thought about what else is in the chat.

# %%
from privlab.experiments.chat_model import chat

data = chat(seed=14)
for line in data.lines[:8]:
    print(line)

# %% [markdown]
# Sixteen doors have their code in the chat. We planted them (a planted secret is called
# a *canary*, 金丝雀): four stand there once, four twice, four 4 times, four 8 times. Four
# more doors have a code that was *never* in the chat. They are the control.
#
# The model is a transformer, as in the large ones, with one layer instead of a
# hundred. Here is its heart: each character looks back at those before it.

# %%
from privlab.lm.transformer import Block, attention

source(attention, Block)

# %% [markdown]
# Twenty times the model reads the whole chat (twenty *epochs*, 轮). Then somebody types
# "the red lab opens with ". Before you run it, commit yourself.

# %%
predict(
    "codes",
    "16 codes, 60 of 360 lines, 62,464 weights. How many come out"
    " if you take the likeliest character four times?",
    options=["none", "only those with 8 copies", "more than half"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.chat_model import study
from privlab.experiments.recitation import knows

trained = study(width=64, seed=14)
model = trained.model
right = knows(model, data)
planted = data.repeats > 0
print(f"{right[planted].sum()} of {planted.sum()} planted codes,", end=" ")
print(f"{right[~planted].sum()} of {(~planted).sum()} never planted")

# %%
claim(
    "C01: a language model recites secrets from its training text",
    right[planted].sum() > 8,
)
claim("it recites no code that it never read", not right[~planted].any())
reveal("codes", "more than half")

# %% [markdown]
# ## The dial called temperature
#
# A keyboard does not always take the likeliest character. It *samples*: it draws the
# next one from $\mathrm{softmax}(z/T)$, where $z$ are the model's scores (*logits*) and
# $T$ is the *temperature* (温度). Small T: the likely ones gain. Large T: anything goes.
# Could one set T so that no secret comes out?

# %%
from privlab.experiments.recitation import DOORS, written
from privlab.plots.memorisation import draw_written

explore(
    written,
    draw_written,
    door=choice("planted", list(DOORS)),
    temperature=slider("temperature (no unit)", 0.1, 3.0, 1.0, 0.1),
    seed=14,
)

# %% [markdown]
# *Left the commonest of 200 answers, the true one hatched. Right the exact chance of
# the code against the temperature: for a code with 8 copies it falls from nearly 100 %
# to almost nothing at T = 3.*
#
# At T = 3 the secret is gone, and so is the language: look at the answers. Now choose
# "once" or "4 times". There the chance first *rises* with T. The best character at some
# place is a wrong one, so greedy writing never gets there; a little chance helps.

# %%
from privlab.lm.extract import tempered

chance = np.array(
    [tempered(model, canary, (0.02, 0.5, 2.0)) for canary in data.canaries]
)
cold, mild, hot = chance[right & planted].mean(axis=0)
print(f"recited codes: {cold:.0%} at T = 0.02, {hot:.0%} at T = 2")
claim("heat hides what greedy writing recites", hot < 0.3 < 0.9 < cold)
cold, mild, hot = chance[~right & planted].sum(axis=0)
claim("what greedy writing misses, T = 0.5 says more often", mild > cold)

# %% [markdown]
# Whoever may ask often needs no high chance: at 1 % a code is expected after a hundred
# questions. Temperature is no protection, only a price.
#
# **Your turn** → `lm-01` in `exercises/01_4_memorisation.ipynb`.
#
# ## How deep does it sit?
#
# "Comes out" or "does not" is a coarse measure. Carlini et al. (2019) ask instead: if
# you tried all 10,000 codes in the order in which the model likes them, when would
# yours come up? The model's cost of a text is its *log-perplexity* (对数困惑度;
# Definition 1), in bits:
#
# $$\mathrm{Px}(x_1\dots x_n)=\sum_i-\log_2\Pr(x_i\mid x_1\dots x_{i-1}).$$
#
# The *rank* of a secret (Definition 2) is the number of candidates that cost no more,
# and its **exposure** (暴露度; Definition 4) is
#
# $$\mathrm{exposure}=\log_2|R|-\log_2\mathrm{rank},$$
#
# the bits of guessing that the model saves you. Here $|R|=10^4$. Rank 1 gives 13.3 bits,
# all there is. A code that the model never saw has a uniform rank: the chance of
# exposure $x$ or more is $2^{-x}$, on average 1.44 bits. So three bits prove nothing.

# %%
from privlab.lm.extract import exposure, rank, secret_bits

source(rank, exposure, secret_bits)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.chat_model import EPOCHS
from privlab.experiments.recitation import ranked
from privlab.plots.memorisation import draw_ranked

explore(
    ranked,
    draw_ranked,
    door=choice("planted", list(DOORS), "once"),
    epoch=choice("epochs", [str(epoch) for epoch in EPOCHS], "10"),
    seed=14,
)

# %% [markdown]
# *A heap of 10,000 codes by log-perplexity, with a dashed line at the true one. With
# more epochs the line walks left, out of the heap, to rank 1.*
#
# Take "once" and go through the epochs. Long before the code comes out, it has left the
# heap. That is what exposure is for: it warns early.

# %%
by_copies = trained.by_repeats  # (epochs, copies)
print(
    "never, once, twice, 4 times, 8 times:", by_copies[-1].round().astype(int)
)
claim("a code that stood there once is exposed", by_copies[-1, 1] > 10)
claim("the control is not", by_copies[-1, 0] < 5)
claim(
    "the likeliest of 10,000 codes has 13.3 bits",
    np.isclose(exposure(np.arange(10_000.0), 0.0), 13.29, atol=0.01),
)

# %% [markdown]
# **Your turn** → `lm-02`, `lm-06`.
#
# ## Copies, epochs, and the comfort of a validation curve
#
# A careful engineer watches the *perplexity* (困惑度) on fresh messages: 2 to the mean
# bits of a character. When it rises, the model overfits (过拟合), and one stops. So: if
# you stop while fresh perplexity is still falling, is a code that stood there once safe?

# %%
predict(
    "early",
    "Fresh perplexity is best at the end. When is a single copy exposed?",
    options=[
        "only after overfitting sets in",
        "while the model still improves",
    ],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.chat_model import ACROSS, WIDTHS, growth, sizes
from privlab.plots.memorisation import draw_growth, draw_sizes

all_sizes = sizes(seed=14)  # trains two more models

explore(
    growth,
    draw_growth,
    across=choice("across", list(ACROSS)),
    width=choice("width", [str(width) for width in WIDTHS], "64"),
    seed=14,
)

# %% [markdown]
# *Left exposure by epoch, one line for each number of copies: the more copies, the
# sooner it reaches the cap; the control stays at the bottom. Right the perplexity of
# learned and of fresh chat: both lowest at the end; the fresh one stands still from
# epoch 10 to 15.*

# %%
tenth, last = EPOCHS.index(10), EPOCHS.index(20)
claim(
    "from epoch 10 to 20 the model still gets better on fresh messages",
    trained.fresh[last] < trained.fresh[tenth],
)
claim(
    "in that time a code with one copy goes from under 9 bits to over 10",
    by_copies[tenth, 1] < 9 and by_copies[last, 1] > 10,
)
reveal("early", "while the model still improves")

# %% [markdown]
# Memorisation is not overfitting. A model may learn the language and four digits in the
# same hour, and the four digits do not show in an average over thousands of characters.
# Who stops at epoch 10, where the fresh perplexity first stands still, has given away
# 7 bits of a single copy.
#
# Does it matter *how* the model came to read a code so often? Choose "times read": copies
# times epochs. Roughly the points fall on one curve. But 8 copies in 2 epochs are 16
# readings too, and they are worth less than one copy in 15: in the first epochs the
# model does not know the language yet, and takes small steps.

# %%
early = by_copies[EPOCHS.index(2), 4]
late = by_copies[EPOCHS.index(15), 1]
print(f"8 copies, 2 epochs: {early:.0f} bits; one copy, 15: {late:.0f}")
claim("late readings teach more than early ones", late > early)
show(all_sizes, draw_sizes)

# %% [markdown]
# *Exposure against copies for three sizes. At 8 copies all are at the cap or close to
# it. At one copy
# the smallest stays near the control, the largest is near the cap.*

# %%
small, _, large = all_sizes.mean[:, 1]
claim("the larger model remembers what it read once", large > small + 5)
claim(
    "it is also the better model of the language",
    all_sizes.fresh[2] < all_sizes.fresh[0],
)

# %% [markdown]
# These are the three laws that Carlini et al. (2023) measured on models up to 6 billion
# weights: memorisation grows with size, with copies, and with what the adversary
# already knows of the text. A tenth of the weights is a cure of a kind: it costs
# quality, and codes with 8 copies still sit at the cap.
#
# ## Remove the copies?
#
# If copies are the trouble, remove them (去重, *deduplication*; Lee et al. 2022, Kandpal,
# Wallace and Raffel 2022). We train again, ten epochs, on the chat without exact copies.
# And once more on a chat in which every copy was *forwarded* with a name behind it, as
# people do: "the red lab opens with 8380, Mei".

# %% tags=["nbval-ignore-output"]
from privlab.experiments.known_lines import deduplicated
from privlab.plots.memorisation import draw_deduplicated

cleaned = deduplicated(seed=14)
show(cleaned, draw_deduplicated)

# %% [markdown]
# *Exposure of codes with 8 copies: at the cap as it is; far below without copies; close
# to the cap again when the copies were forwarded.*

# %%
as_it_is, removed, forwarded = (
    each.mean() for each in cleaned.exposures.values()
)
claim("without copies the codes sit far less deep", removed < as_it_is - 4)
claim("a name behind each copy undoes that", forwarded > as_it_is - 2)

# %% [markdown]
# Deduplication works, and it is the cheapest thing to do. Two things it cannot do: see
# copies that differ a little (`lm-05`), and help the one who was there only once. Ten
# more epochs, and one copy is enough, as you saw above.
#
# ## Getting it out
#
# Greedy writing takes the best character each time, and can be led astray by the first.
# A *beam search* (束搜索) keeps the ten best beginnings instead.

# %%
from privlab.lm.extract import beam

source(beam)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.recitation import extracted
from privlab.plots.memorisation import draw_extracted

searches = extracted(seed=14)
show(searches, draw_extracted)
claim(
    "ten answers hold nearly every planted code, greed finds fewer",
    14 <= searches.beam[planted].sum() > searches.greedy[planted].sum(),
)

# %% [markdown]
# *Bars for each number of copies: codes that are the greedy answer, among the ten of a
# beam, and the likeliest of all 10,000. The ten hold more than greedy writing gives. At
# 0 copies all are zero.*
#
# Who may try ten answers needs no luck. A door that locks after three wrong codes is
# worth more than a model that hesitates.
#
# Must one know the prefix? No. Let the model write a thousand lines from nothing, and
# look which of them are true. Of each true code we count the training lines that hold
# it. What can be extracted and stands in at most k lines is *k-eidetically memorised*
# (Carlini et al. 2021, Definition 2): the smaller k, the more it was somebody's own.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.known_lines import unprompted

found = unprompted(seed=14)
print(f"{found.codes} lines give a code; {len(found.true_codes)} true ones")
print("by number of training lines:", dict(sorted(found.eidetic.items())))
print(f"{found.cards} card numbers, {found.valid_cards} pass the Luhn check,")
print(f"{found.true_cards} stood in the chat")

# %%
claim("unprompted, the model gives true codes away", len(found.true_codes) >= 6)
claim("some of them stood in two lines of 360, or one", min(found.eidetic) <= 2)
claim("no card number that it writes is true", found.true_cards == 0)

# %% [markdown]
# Look at the cards. The model writes them by the hundred, sixteen digits from 9999, and
# not one is real. About one in ten passes the *Luhn check* (校验码), as of random digits:
# the model has learned the form and no arithmetic. A number that looks private is no
# evidence. The true codes can be proved; so ask for proof, here and in the news.
#
# The same doubt in the other direction. Give the model the first part of a learned line
# and let it finish. If it gives the rest word for word, was that memory?

# %%
predict(
    "recited",
    "The first 8 characters of 'hi Mei, are you free on Friday?' are shown."
    " The model completes some learned ones exactly. And unseen questions?",
    options=["as many", "some, by luck", "none"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.recitation import recited
from privlab.plots.memorisation import draw_recited

words = recited(seed=14)
show(words, draw_recited)

# %% [markdown]
# *Share of lines completed word for word, learned against unseen. Questions: some of
# each, more of the learned. Phone and card numbers: none. Door codes: most of the
# learned, none of the unseen.*

# %%
claim("some unseen questions come out too", words.unseen["a question"] > 0.02)
claim(
    "more of the learned ones do, so there is memory in it",
    words.learned["a question"] > words.unseen["a question"],
)
claim("no card number is completed", words.learned["a card number"] == 0)
reveal("recited", "some, by luck")

# %% [markdown]
# Only the difference is memory. A rate without its unseen twin says nothing.
#
# **Your turn** → `lm-03`, `lm-04`.
#
# ## Nothing comes out, and still it shows
#
# No card number was recited. Are the cards safe, then? Ask a smaller question, that of
# lesson 1.2: was this line in the training text? Three scores: the *loss*, the mean bits
# of a character; *Min-K%* (Shi et al. 2024), the mean of the worst fifth; and the *ratio*
# to the loss of another model (Carlini et al. 2021), here the small one. An AUC of 0.5
# is guessing.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.known_lines import members
from privlab.experiments.recitation import KINDS
from privlab.plots.memorisation import draw_members

explore(
    members,
    draw_members,
    kind=choice("lines with", list(KINDS), "a card number"),
    seed=14,
)

# %% [markdown]
# *AUC by epoch. Loss and Min-K% rise together from little above guessing to about 0.9.
# The ratio stays below them.*

# %%
cards = members(kind="a card number", seed=14)
loss, worst, ratio = (auc[-1] for auc in cards.auc.values())
print(f"loss {loss:.1f}, Min-K% {worst:.1f}, ratio {ratio:.1f}")
claim("who paid with which card shows in the loss", loss > 0.8)
claim("the ratio to a model that read the same chat is worse", ratio < loss)

# %% [markdown]
# So a card number can be *confirmed* long before it can be *extracted*. Whoever has a
# list of stolen cards may learn which of them the shop has seen.
#
# And the ratio, said to be the better score? It corrects for what any model finds easy,
# *if* the reference has not read the line. Ours has read the same chat. It forgives
# exactly what it should have accused.
#
# ## Your own secret
#
# Now you. Type a sentence whose last word is the secret, in any language; it never
# leaves this machine. The trained model reads the chat for a few more epochs, with your
# sentence in it. Then we ask.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.own_secret import ANOTHER, SENTENCE, own_secret
from privlab.plots.memorisation import draw_own_secret

explore_on_run(
    own_secret,
    draw_own_secret,
    sentence=text("sentence", SENTENCE, ANOTHER),
    copies=slider("copies in the chat", 1, 8, 1),
    epochs=slider("more epochs", 1, 10, 5),
    seed=14,
)

# %% [markdown]
# *Left the five likeliest completions, the true one hatched. Right the exposure before
# and after: from a few bits to nearly all.*
#
# A short bar on the left beside a full one on the right is no contradiction. The model
# gives your secret a small probability, and gives every other one a smaller.
#
# Try one epoch, then eight copies. Try a password with letters: of so many candidates
# only a sample is weighed, and the exposure is extrapolated (Carlini et al. 2019,
# Section 4.4). A secret with a character that the model has never met works too.

# %% tags=["nbval-ignore-output"]
mine = own_secret(sentence=SENTENCE, copies=1, epochs=5, seed=14)
print(f"from {mine.before:.0f} to {mine.after:.0f} bits")
claim(
    "one line of 361, read five times, exposes a secret",
    mine.before < 6 and mine.after > 9,
)

# %% [markdown]
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C01 | large models are trained on identities and medical records, which may leak (1.1) | holds | a model recited codes that it had read a few times; one copy sat near the cap (12.5 of 13.3 bits) after 20 epochs; what it did not recite, membership still showed. Numbers that look private may be invented |
#
# The article names three remedies. Which of them touches this? Encryption and federated
# learning protect the text on its way *into* the model; what the model says afterwards
# is the same. Differential privacy in training bounds what one line can do to it, and
# lesson 5.3 shows it at work on these very codes. Lesson 5.4 tries the others.
#
# ## What to remember
#
# - A model keeps some of what it reads, word for word. No attack on a server is needed.
# - Exposure measures it in bits, against a control that was never there. Few bits
#   prove nothing; the cap proves all.
# - Copies, epochs and size drive it. A falling validation curve says nothing about it.
# - Deduplicate, with care for near-copies; it does not help who was there once.
# - Ask for the twin: unseen lines, never-planted codes, check digits. Without it one
#   cannot tell reciting from inventing.
#
# **Next:** the exercises in `exercises/01_4_memorisation.ipynb`; then lesson 2.
#
# *Sources.* Vaswani et al. 2017, NeurIPS. Yeom, Giacomelli, Fredrikson and Jha 2018,
# CSF. Carlini, Liu, Erlingsson, Kos and Song 2019, USENIX Security. Carlini, Tramèr,
# Wallace et al. 2021, USENIX Security. Kandpal, Wallace and Raffel 2022, ICML. Lee et
# al. 2022, ACL. Carlini, Ippolito, Jagielski, Lee, Tramèr and Zhang 2023, ICLR. Shi et
# al. 2024, ICLR. Card numbers: ISO/IEC 7812-1. Corpus: `privlab.lm.corpus`.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("1.4")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
