# %% [markdown]
# # 5.4 · Living with large models (与大模型共处)
#
# *The article's title, 大模型, and its section 5, code practice.*
#
# **The question.** Lesson 1.4 showed that a language model recites what it read, and
# lesson 5.3 that training with differential privacy stops it. But most people who use a
# large model do not train it. They clean a text, fill a store, type a prompt, or ask to
# be forgotten. What does care at each of these places really stop?
#
# **Afterwards you can** scrub a text, and say what scrubbing cannot see; remove near
# copies; attack a store that answers questions, and filter it in the right order;
# disguise the words of a prompt, and guess them again; judge whether a line is forgotten;
# let a model write in place of people; encrypt a layer; and choose.
#
# **You need** lessons 1.4 (exposure), 3.1 (ε), 3.2 and 5.3. **Time:** 90 minutes, and
# 90 for the exercises.

# %%
import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import choice, explore, show, slider

# %% [markdown]
# ## What still leaks
#
# An office chat of 222 lines. Nine doors have a secret of four digits, and each secret
# stands in eight lines: people forward messages, with a name behind. Three secrets end a
# card number, written in one piece. Three end a card number written in groups of four.
# Three are door codes. Three more doors have a code that is in no line, the control.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.cleaned_chat import learned, office
from privlab.lm.extract import greedy

data = office(seed=54)
for canary in data.canaries[::3]:
    print(next(line for line in data.lines if canary.text in line))
raw = learned(way="as it is", seed=54)
asked = [canary.prefix for canary in data.canaries]
answers = greedy(raw.model, asked, length=4)
right = sum(a == c.secret for a, c in zip(answers, data.canaries, strict=True))
print(f"a small model recites {right} of {len(asked)}")

# %%
claim(
    "in all three forms the secrets are known to the model",
    raw.by_form.min() > 10,
)
claim("the control is not", raw.control.mean() < 6)

# %% [markdown]
# As in lesson 1.4, the *exposure* (暴露度) counts the bits of guessing that the model
# saves; 13.3 is all of it. Differential privacy would stop this, at the price that you
# saw in lesson 5.3. Here are the cheaper ways.
#
# ## Scrubbing
#
# Take out what is private before the model reads it. *Scrubbing* (脱敏) knows two
# tricks: a *pattern* (模式), as sixteen digits in a row, and a *list* (词表), as all
# names. What is found is replaced by its kind.

# %%
from privlab.lm.scrub import PRINTED, Scrubber, scored

source(Scrubber.scrub, scored)
names = ["Ada", "Ben", "Abel", "Berg"]
own = Scrubber(patterns=PRINTED, lists={"name": names})
print(own.scrub("call Ada Berg at 555-0123"))
print(own.scrub("call ada berg at 555 0123"))

# %% [markdown]
# Because the text is invented, we know every private value in it. So two numbers can be
# counted. *Recall* (召回率): of the private values, how many are gone? *Precision*
# (精确率): of what was taken away, how much was private?

# %%
predict(
    "list",
    "Six in ten names are in the list. How many full names are gone?",
    options=["six in ten", "more", "fewer"],
)

# %%
from privlab.experiments.scrubbed_lines import CAREFUL, TEXTS, scrubbed
from privlab.plots.large_models import draw_scrubbed

explore(
    scrubbed,
    draw_scrubbed,
    text=choice("text", list(TEXTS)),
    style=choice("scrubber", list(CAREFUL)),
    names=slider("names in the list (%)", 0, 100, 60, 10),
    careless=slider("lines typed in a hurry (%)", 0, 100, 30, 10),
    seed=54,
)

# %% [markdown]
# *Left the share of each kind that is caught: names worst. Right what was taken away:
# nearly all of it private.*

# %%
about_names = {"text": "customers", "names": 60, "careless": 0, "seed": 54}
listed = scrubbed(style="strict", **about_names).scores["name"]
print(f"{listed.recall:.0%} of the full names are gone")
claim("a full name needs both halves in the list", listed.recall < 0.5)
reveal("list", "fewer")
hurry = {"text": "customers", "names": 100, "careless": 30, "seed": 54}
strict, tolerant = (scrubbed(style=style, **hurry) for style in CAREFUL)
claim(
    "what is typed in a hurry slips through patterns for print",
    strict.recall < 0.85 and tolerant.recall == 1,
)
claim(
    "tolerant patterns take more that is harmless",
    tolerant.precision < strict.precision,
)

# %%
chinese = scrubbed(style="strict", **hurry | {"text": TEXTS[3]})
claim(
    f"{TEXTS[3]}: more of what goes is harmless",
    chinese.precision < strict.precision,
)

# %% [markdown]
# Why? "A young park ranger" loses two words to the tolerant scrubber. An order number
# of sixteen digits goes with either. In Chinese, choose "customers in Chinese": 周 is a
# family name and a week. Who wants all of the private values pays with text that was
# not private.
#
# **Your turn** → `lm-21` in `exercises/05_4_living_with_large_models.ipynb`.
#
# ## The limits of scrubbing
#
# Say that the list is complete and every number in print. Is the text safe? Two attacks.
#
# **Who is it?** "tea for [NAME] go to Corran on Tuesday". The name is gone. A neighbour
# knows who lives in Corran, and when the van came. Words that are private for nobody
# name a person together: *quasi-identifiers* (准标识符; Sweeney 2002, lesson 1.1).

# %%
from privlab.experiments.scrubbed_lines import KNOWN, linked
from privlab.plots.large_models import draw_linked

explore(
    linked,
    draw_linked,
    known=choice("the neighbour knows", list(KNOWN), list(KNOWN)[2]),
    people=slider("people", 50, 400, 100, 50),
    seed=54,
)

# %% [markdown]
# *Scrubbed lines by how many people each may be about. Of 100 people most lines fit one
# person alone; with the city only, none does.*

# %%
shares = [linked(known=k, people=100, seed=54).named for k in KNOWN]
claim(
    "three harmless words name most people, although all names are gone",
    shares[2] > 0.5 and shares[0] == 0,
)
claim(
    "the one who fits is the right one",
    linked(known=list(KNOWN)[2], people=100, seed=54).right.all(),
)

# %% [markdown]
# **What does a model of the scrubbed text still give away?** We train it again, on the
# scrubbed chat; and, for the next section, on the chat without near copies.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.cleaned_chat import all_ways
from privlab.plots.large_models import draw_cleaned

ways = all_ways(seed=54)
show(ways, draw_cleaned)

# %% [markdown]
# *Exposure for three forms of the secret. As it is: all near the cap. Scrubbed: only the
# card in print falls. Without near copies: all are far from the cap.*

# %%
as_it_is, hidden, single = ways.by_form
claim("a card as printed is gone", hidden[0] < 6)
claim("a card in groups and a door code are not", hidden[1:].min() > 11)

# %% [markdown]
# A better pattern finds the card in groups. No pattern finds the door code: four digits
# are a year, a price, a room. What is private depends on who says it to whom (Brown et
# al. 2022). Scrubbing lowers the risk and does not end it, since what it misses must be
# weighed against what it spoils (Lukas et al. 2023).
#
# ## Deduplication
#
# The secrets stood in eight lines each, but each line had another name behind it.
# Removing exact copies (去重), as in lesson 1.4, leaves most of them. So compare pieces:
# cut each line into all its runs of four characters, a set $A$, and take the share that
# two lines have in common, the *Jaccard index* (Broder 1997):
#
# $$J(A,B)=\frac{|A\cap B|}{|A\cup B|}.$$

# %%
from privlab.experiments.cleaned_chat import near_copies
from privlab.lm.deduplicate import similarities, without_near_copies
from privlab.plots.large_models import draw_near_copies

source(similarities, without_near_copies)
explore(
    near_copies,
    draw_near_copies,
    threshold=slider("threshold (Jaccard)", 0.3, 0.95, 0.7, 0.05),
    seed=54,
)

# %% [markdown]
# *Left each line's similarity to its nearest line: forwarded secrets stand above most
# others, but they overlap. Right what is kept at the threshold: one copy in eight of the
# secrets, most ordinary lines.*

# %%
chosen = near_copies(threshold=0.7, seed=54)
loose = near_copies(threshold=0.9, seed=54)
once = list(dict.fromkeys(data.lines))
exact = [sum(c.text in line for line in once) for c in data.canaries]
claim("removing exact copies leaves most of eight", np.mean(exact) > 5)
claim("one copy of each secret is left", chosen.copies.mean() < 1.2)
claim("ordinary lines that only look alike go too", chosen.ordinary < 0.9)
claim("a high threshold misses the copies", loose.copies.mean() > 4)
claim(
    "read once in an epoch, the secrets are known far less well",
    single.mean() < 8 < as_it_is.min(),
)

# %% [markdown]
# This helps where scrubbing was blind, because it asks nothing of the secret's form. It
# does not help the one who was there once: at lesson 1.4's twenty epochs, in a larger
# model, one copy was enough.
#
# **Your turn** → `lm-22`.
#
# ## A store that answers
#
# Many assistants learn nothing. They *look up*: the records most similar to the question
# are fetched and laid before the model, which answers from them (检索增强生成, RAG). Then
# nothing is memorised. Is anything safer?
#
# A clinic has 240 records, 30 of each of eight doctors. Doctor 0 is curious. Similarity
# is the cosine between counts of three characters in a row.

# %%
from privlab.experiments.answering_store import clinic_store
from privlab.lm.retrieve import Store

source(Store.nearest, Store.answer)
store = clinic_store(seed=54)
print(*store.answer("who has gout?", k=3), sep="\n")

# %% [markdown]
# Word for word. No training, no exposure, no beam: the store recites by design (Zeng et
# al. 2024). So filter (访问控制): a doctor gets only their own. There are two orders.
# *Rank, then filter*: fetch the k best, drop the others'. *Filter, then rank*: search
# only in one's own.

# %%
predict(
    "order",
    "Doctor 0 gets own records only. Does the order matter for the others?",
    options=["no, both are safe", "rank first leaks", "filter first leaks"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.answering_store import ACCESS, asked
from privlab.plots.large_models import draw_asked

explore(
    asked,
    draw_asked,
    access=choice("who may read", list(ACCESS)),
    k=slider("records an answer (k)", 1, 8, 4),
    seed=54,
)

# %% [markdown]
# *Left the share of the others' records that came out, rising with each question; flat
# at zero with either filter. Right how often a probe says that a record is there: always
# if it is, never if it is not; with "filter, then rank" never.*
#
# **Why.** The probe: doctor 0 writes a record of their own, "… too", and asks for the
# text without "too", one answer. If doctor 0's record comes back, there was nothing
# better. If the answer is empty, another's record stood before it, and was dropped.

# %%
from privlab.experiments.answering_store import is_there

source(is_there)
open_to_all, late, early = (
    asked(access=access, k=4, seed=54) for access in ACCESS
)
claim("open to all, a third comes out", open_to_all.shares[-1] > 0.3)
claim("either filter keeps the words in", late.shares[-1] == 0)
claim(
    "ranked first, an empty answer says that a record exists",
    late.told[0] > 0.9 and late.told[1] < 0.1,
)
claim("filtered first, nothing does", not early.told.any())
reveal("order", "rank first leaks")

# %% [markdown]
# **Your turn** → `lm-24`.
#
# ### An answer from all, with ε
#
# Sometimes the answer should use everybody's records: "what do people take for asthma?"
# Then no record may be shown. Let the 20 nearest *vote* (投票) on a public list of
# drugs, and name one by the exponential mechanism (指数机制; lesson 4.1). One record more
# pushes one out, so each count moves by at most 1:
#
# $$\Pr[i]\propto e^{\varepsilon u_i/2},\qquad \Delta u=1.$$
#
# One patient has gout. Nobody else does. Can the answer give her drug away?

# %%
from privlab.experiments.answering_store import COMMON, RARE, voted
from privlab.plots.large_models import draw_voted
from privlab.widgets import log_slider

explore(
    voted,
    draw_voted,
    illness=choice("illness", [RARE, COMMON]),
    epsilon=log_slider("ε of an answer", 0.1, 10, 1.0),
    seed=54,
)

# %% [markdown]
# *The chance of each drug, with the patient and without. For gout her drug, Uratin, is
# unlikely in both worlds, and the bars are nearly the same. For asthma the usual drug
# is nearly sure.*

# %%
from privlab.experiments.answering_store import patients

rare, common = (voted(illness=i, epsilon=1.0, seed=54) for i in (RARE, COMMON))
plain = patients(seed=54).answer("has gout and takes", k=1)[0]
print(f"without a vote: {plain}")
claim(
    "no chance changes by more than the factor e",
    max(rare.ratio, common.ratio) <= np.e + 1e-9,
)
claim("the store itself would have named her", "Uratin" in plain)
claim("what many take is answered", common.chances[0, common.usual] > 0.5)
claim("what one takes is not", rare.chances[0, rare.usual] < 0.1)

# %% [markdown]
# That is no defect. An answer about one person is what ε forbids. Koga, Wu and Chaudhuri
# (2024) let a large model's next words be voted on in this way.
#
# The k best drugs? Choose one, take it off, choose again: k answers, $k\varepsilon$.
# And see what the store does *not* do: weigh rare words more (tf-idf). Such weights are
# counted over all records; one patient would move everyone's score, and 1 would no
# longer bound it.

# %%
from functools import partial

from privlab.dp.selection import Exponential
from privlab.lm.retrieve import peeled

source(peeled)
one = Exponential(epsilon=1.0, sensitivity=1)
rng = np.random.default_rng(54)
two = peeled(common.votes[0], k=2, choose=partial(one.release, rng=rng))
claim("two different answers come out", len(set(two)) == 2)
claim("they cost 2 ε", one.privacy.repeated(2).epsilon == 2.0)

# %% [markdown]
# **Your turn** → `lm-23`.
#
# ## Words that leave the device
#
# The prompt itself goes to a stranger's machine. Disguise it first, word by word, on the
# device: local differential privacy (本地差分隐私; lesson 4.4). The crude way is to send
# *any word* now and then: k-ary randomised response over all k words. The finer way
# prefers a *near word* (Yue et al. 2021, after Feyisetan et al. 2020):
#
# $$\Pr[v\mid w]\propto e^{-\varepsilon d(w,v)/2}.$$
#
# The ratio for two words is at most $e^{\varepsilon d(w,w')}$: *metric differential
# privacy* (度量差分隐私; Chatzikokolakis et al. 2013). Ours takes d from public text: two
# words are near if the same words stand before and after them. The farthest pair has
# d = 1.

# %%
from privlab.experiments.disguised_prompts import distances, language
from privlab.lm.prompts import any_word, near_word

source(any_word, near_word)
tongue, d = language(seed=54), distances(seed=54)
gout, asthma, ada = tongue.numbers("gout asthma Ada")
print(f"gout–asthma {d[gout, asthma]:.1f}, gout–Ada {d[gout, ada]:.1f}")
claim("one illness is near another", d[gout, asthma] < d[gout, ada] / 2)
claim(
    "neither spends more than its ε on a word",
    max(any_word(9, epsilon=8).epsilon, near_word(d, epsilon=8).epsilon)
    <= 8 + 1e-9,
)

# %% [markdown]
# A conversation sends its whole history with each message. If the words are disguised
# anew each time, the adversary sees many disguises of one word. Three adversaries: one
# takes the commonest; one takes the likeliest word (后验, *posterior*); one knows the
# language, and takes the likeliest *sentence*.

# %%
predict(
    "again",
    "Near words, ε = 16: a quarter is sent as it is. After 16 messages"
    " how many of the words does an adversary have?",
    options=["a quarter still", "about a half or more", "all"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.disguised_prompts import MECHANISMS, disguised
from privlab.plots.large_models import draw_disguised

explore(
    disguised,
    draw_disguised,
    mechanism=choice("send", list(MECHANISMS), "near word"),
    epsilon=choice("ε of a word", ["2", "4", "8", "16", "24"], "16"),
    seed=54,
)

# %% [markdown]
# *Left what is sent, by ε: near words keep the kind long before they keep the word.
# Right what is guessed, by number of messages: from two on all three adversaries climb.*

# %% tags=["nbval-ignore-output"]
crude, fine = (disguised(mechanism=m, epsilon="8", seed=54) for m in MECHANISMS)
again = disguised(mechanism="near word", epsilon="16", seed=54).guessed
names = ("meant", "sent", "guessed after 16")
print(*map(": ".join, zip(names, again.example, strict=True)), sep="\n")

# %%
claim(
    "at ε = 8 any word tells nearly all, near words a tenth",
    crude.own > 0.9 and fine.own < 0.2,
)
claim("and keep the kind of most", fine.kind > 0.7)
once, often = again.right[2, [0, -1]]
claim(
    "sixteen messages undo much of the disguise",
    often > once + 0.2 and often > 0.45,
)
reveal("again", "about a half or more")

# %% [markdown]
# Two remarks. Two illnesses are so near that *which* one hides well even at a large ε;
# that it *is* an illness hides badly. And ε adds up: sixteen messages of seven words at
# ε = 16 are 1,792. The remedy is the one of RAPPOR (lesson 4.4): draw once,
# keep the disguise, send the same each time. Then the leftmost points on the right are
# all there is.
#
# **Your turn** → `lm-25`.

# %% [markdown]
# ## Please forget me
#
# Mei leaves the office and asks that her lines be forgotten. The law may be on her side
# (GDPR Article 17, applied since 25 May 2018; China's PIPL Article 47, since 1 November
# 2021). Deleting them from the file is easy. But a model has read them: six door codes,
# four lines each, and six messages, among 136 lines.
#
# *Unlearning* (遗忘学习, *machine unlearning*; Cao and Yang 2015) wants a model as if she
# had never been there. The sure way is to train again without her lines. Training is
# random, so "as if" is not one model but a law of models. We train five, and one more as
# the control. Then each of her lines has its own yardstick: its bits under the five.

# %%
from privlab.lm.unlearn import ascend, departures

source(departures, ascend)

# %% [markdown]
# The cheap way turns training around: a few steps *up* the gradient on her lines
# (Jang et al. 2023). When is it enough? Many check with one number: an adversary who
# tells her lines from unseen ones by the loss, over all lines, should do no better than
# a coin: AUC 50 %.

# %%
predict(
    "forget",
    "Somebody stops where that attack is nearest to a coin. What is left?",
    options=[
        "a model as if retrained",
        "a model without her lines, a little worse",
        "a broken model, and each of her lines still marked",
    ],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.forgetting import STEPS, WAYS, scored, stopped
from privlab.plots.remedies import draw_scored

stop = stopped(seed=54)
explore(
    scored,
    draw_scored,
    way=choice("forget by", list(WAYS)),
    steps=slider("steps of ascent", 0, STEPS, stop, 1),
    seed=54,
)

# %% [markdown]
# *Left her twelve lines: grey where 99 % of retrained models would put each line, a
# diamond where this model puts it. Where the population attack is nearest to a coin
# every diamond is above its bar. Right the verdicts: the attack on all lines
# together, and the lines that are still known or overdone.*

# %%
trained, done = (scored(way=WAYS[0], steps=k, seed=54) for k in (0, stop))
print(f"fresh perplexity {trained.fresh:.1f} before, {done.fresh:.0f} after")
claim("before, most of her lines are known", trained.known >= 6)
claim("the attack on all is far from its start", done.auc < trained.auc - 0.1)
claim("by then nearly all lines are overdone", done.overdone >= 10)
claim("and the model no longer writes", done.fresh > 5 * trained.fresh)

# %%
steps = [scored(way=WAYS[0], steps=k, seed=54) for k in range(STEPS + 1)]
claim(
    "no number of steps leaves all her lines as in a retrained model",
    min(max(each.known, each.overdone) for each in steps) >= 3,
)
claim(
    "on the way some lines are overdone while others are still known",
    any(each.known and each.overdone for each in steps),
)
again = scored(way=WAYS[2], steps=0, seed=54)
claim("a retrained model stays in its law", again.known + again.overdone <= 2)
reveal("forget", "a broken model, and each of her lines still marked")

# %% [markdown]
# **Why.** The attack compares her lines with unseen ones under the same model. A broken
# model reads both badly, so it hardly tells them apart. Before that, an average lets the
# overdone pay for the known (and over twelve lines it is a rough number, too). Move the
# steps: on the way some lines are known, others already
# dearer than in any retrained model. A code counts as known, too, if it is among the
# likeliest hundred of 10,000. Too dear is a trace as well: "here something was taken
# out". So score each line by itself, against models that never saw it (Hayes et al.
# 2024). Our ascent is the plainest; better ones hold on to the other lines. Judge them
# in the same way.
#
# Is there something exact and cheaper than all? Cut the lines into three *shards* (分片),
# all lines of one person in the same; train a model on each, and average their
# probabilities. Who leaves costs one shard. This is SISA (Bourtoule et al. 2021), here
# without its slices.

# %%
from privlab.experiments.forgetting import sharded
from privlab.lm.unlearn import Mixture, without

source(Mixture.continued, without)
apart = scored(way=WAYS[1], steps=0, seed=54)
share = sharded(seed=54)[2]
print(f"{share:.0%} of the lines read again; perplexity {apart.fresh:.1f}")
claim("her lines look known no oftener than by chance", apart.known <= 2)
claim("the codes of others stay", apart.others > 6)
claim("for less than half of the work", share < 0.5)
claim("the price is a worse model", apart.fresh > again.fresh)

# %% [markdown]
# Choose "SISA" above. It needs no attack to be believed: no weight of the new shard has
# seen her. (Our verdicts err once in a hundred lines, so now and then one is called
# known that nobody has read.) A message or two may stand above its bar, for this is
# another kind of model, and a worse one. Two limits: it must be planned *before*
# training, and a hundred people who leave are in all shards. And a copy of hers that
# somebody forwarded, with a word behind, is another line: nobody forgets it.
#
# **Your turn** → `lm-26`, `lm-27`.
#
# ## Text from nobody
#
# If the text must go out of the house, let a model write it: *synthetic text* (合成文本).
# It is about no one. Or is it? The clinic of lesson 5.3 tunes the public model on its
# own lines, once in the open and once with ε = 8 for a line, and each writes 600 lines.

# %%
predict(
    "synthetic",
    "The model in the open writes 600 lines. Are true door codes in them?",
    options=["no, it writes new text", "yes, of doors often planted"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.synthetic_text import WRITERS, synthetic
from privlab.plots.remedies import draw_synthetic

explore(
    synthetic,
    draw_synthetic,
    writer=choice("written", list(WRITERS)),
    seed=54,
)

# %% [markdown]
# *Left the written lines with the true code of each of 18 doors: in the open several of
# those in eight lines appear, under ε = 8 none. Right the perplexity on fresh clinic
# lines of another model: much lower after it has read what was written.*

# %%
told, kept = (synthetic(writer=writer, seed=54) for writer in WRITERS)
print(*kept.lines[:3], sep="\n")
print(f"a reader: {told.taught:.1f} open, {kept.taught:.1f} at ε = 8")
claim("synthetic text holds true codes", told.doors[2] >= 1)
claim("from the private model no code is seen", kept.codes.sum() == 0)
claim("its text still teaches much", kept.taught < kept.before / 3)
claim("but less than the open one", kept.taught > 1.3 * told.taught)
reveal("synthetic", "yes, of doors often planted")

# %% [markdown]
# **Why.** What is written is a function of the model, so it inherits the model's ε, and
# any number of lines costs nothing more: post-processing (后处理; lesson 3.1). From a
# model without ε it inherits nothing. That no code was *seen* in 600 lines is weak
# evidence; the theorem is the strong one, and it speaks of one line. A code in eight
# lines has no promise from it: δ passes 1 at the third line (lesson 5.3). Yue et al.
# (2023) do this with large models, and find the text nearly as useful as that of a
# model without ε.
#
# ## A layer that cannot read
#
# Back to the prompt. Instead of disguising it, encrypt it, and let the provider compute
# on ciphertexts (lesson 3.2). CKKS adds and multiplies. What of a transformer layer is
# that?
#
# | part of the layer | made of | where |
# |---|---|---|
# | queries, keys, values; projection; the feed-forward matrices | sums of products | server, encrypted |
# | a square in place of GELU | one product more | server, encrypted |
# | softmax, layer norm, GELU itself | divisions, exponentials | client, in the open |
#
# So split the layer: *split inference* (拆分推理). The client encrypts, the server
# multiplies, the client decrypts, divides, encrypts anew. `ask` stands for that trip.

# %%
from privlab.lm.private_inference import attended, fed, fed_by_squares

source(attended, fed, fed_by_squares)

# %%
predict(
    "price",
    "One layer of width 8, 700 characters. How much slower encrypted?",
    options=["about 10 times", "about 1000 times", "a million times"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.encrypted_layer import FEEDS, sealed
from privlab.plots.remedies import draw_sealed

explore(
    sealed,
    draw_sealed,
    feed=choice("the bend", list(FEEDS)),
    seed=54,
)

# %% [markdown]
# *Left the seconds of client and server in each exchange, right the megabytes up and
# down. GELU by the client: four exchanges. Square by the server: three, one of them far
# dearer for the server than all the others.*

# %% tags=["nbval-ignore-output"]
both = [sealed(feed=feed, seed=54) for feed in FEEDS]
for each in both:
    slower = each.seconds / each.open_seconds
    print(f"{each.feed}: {slower:,.0f} times the time,", end=" ")
    print(f"{each.bytes / each.open_bytes:.0f} times the bytes")

# %%
split, square = both
claim(
    "the next character stays the same, nearly always",
    min(split.same, square.same) > 0.9,
)
claim(
    "it is slower by a hundred times or more",
    min(each.seconds / each.open_seconds for each in both) > 100,
)
claim("and larger by ten", split.bytes > 10 * split.open_bytes)
claim("a square saves a trip", len(square.exchanges) < len(split.exchanges))
reveal("price", "about 1000 times")

# %% [markdown]
# A product for each weight: twelve times the square of the width. At the width of
# GPT-2, 768, that is 9,216 times ours, for one layer of twelve. Good packings need far
# fewer (Hao et al. 2022; Pang et al. 2024), and are still far from the speed in the
# open.
#
# **Attack it.** Who sees what? The server sees ciphertexts: how many, and how many
# characters they hold; no number. The client sees its own numbers, and *all that the
# server answers*. A linear map of 8 inputs has 9 unknowns for each output.

# %%
from privlab.experiments.encrypted_layer import LINEAR, solved
from privlab.plots.remedies import draw_solved

explore(
    solved,
    draw_solved,
    name=choice("map", [*LINEAR, "square_feed"]),
    seed=54,
)

# %% [markdown]
# *The client's error in foretelling the server: below a thousandth for each linear map
# once it has asked for a few characters; large for the square.*

# %%
found = [solved(name=name, seed=54) for name in LINEAR]
claim(
    "a few lines give every linear map to the client",
    max(each.errors[-1] for each in found) < 0.001,
)
bent = solved(name="square_feed", seed=54)
claim("the same attack fails on the square", bent.errors[-1] > 0.05)

# %% [markdown]
# Encryption keeps the client's words from the server, and nothing of the server's
# matrix from the client: equations are all it takes. The square resists *this* attack.
# It is still a polynomial of degree two, with 45 coefficients for each output, and 45
# inputs of the client's own choice settle them. The protocols above hide each answer
# under a random share, which is one more reason why they are slow.

# %% [markdown]
# ## Which one?
#
# No row replaces another. Here is what this page has measured.

# %% tags=["nbval-ignore-output"]
from IPython.display import Markdown, display

from privlab.experiments import decision

remedies = [
    *decision.before_training(seed=54),
    *decision.at_the_store(seed=54),
    *decision.on_the_device(seed=54),
    *decision.after_training(seed=54),
    *decision.instead_of_text(seed=54),
    *decision.at_the_server(seed=54),
]
display(Markdown(decision.table(remedies)))

# %% [markdown]
# Ask three questions. *Who is the adversary*: the reader of the model's answers, a
# colleague at the store, the provider who sees the prompt? *What is one secret*: a
# number with a form, or whatever somebody typed? *Once or often*: is a value there in
# one line, one message, or in many? Then take the row that names your adversary, and
# read its third column first.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C01 | large models are trained on identities and medical records, which may leak (1.1) | holds, and more | text leaks through the model, through the store that feeds it, and through the prompt; each has its own remedy |
# | title | privacy protection for *large models* (大模型) | **incomplete** | scrubbing, deduplication and access to a store are not in it; none of them needs a theorem, and each stopped something here |
#
# ## What to remember
#
# - Scrubbing removes what has a form. A secret without one stays, and three harmless
#   words name a person.
# - Remove near copies: cheap, blind to form, no help for what stood once.
# - A store recites by design. Filter first, then rank; what is missing tells too.
# - An answer from everybody's records needs a vote and an ε. It will not speak of one
#   person, and that is the point.
# - A disguise drawn anew each time wears off. ε of a word times words times messages.
# - Forgetting is judged line by line, against models that never saw the line.
# - Synthetic text is as private as its writer: it inherits ε, or nothing.
# - Encryption runs a layer's matrices, at a high price, and shows them to the client.
#
# **Next:** the exercises in `exercises/05_4_living_with_large_models.ipynb`.
#
# *Sources.* Viterbi 1967, IEEE Transactions on Information Theory. Broder 1997,
# Compression and Complexity of Sequences. Sweeney 2002, IJUFKS. McSherry and Talwar
# 2007, FOCS. Chatzikokolakis, Andrés, Bordenabe and Palamidessi 2013, PETS. Feyisetan,
# Balle, Drake and Diethe 2020, WSDM. Yue et al. 2021, Findings of ACL. Brown, Lee,
# Mireshghallah, Shokri and Tramèr 2022, FAccT. Lee et al. 2022, ACL. Lukas et al. 2023,
# IEEE S&P. Zeng et al. 2024, Findings of ACL. Koga, Wu and Chaudhuri 2024,
# arXiv:2412.04697. Cao and Yang 2015, IEEE S&P. Bourtoule et al. 2021, IEEE S&P. Jang et
# al. 2023, ACL. Hayes, Shumailov, Triantafillou, Khalifa and Papernot 2024,
# arXiv:2403.01218. Yue et al. 2023, ACL. Hao et al. 2022, NeurIPS. Pang et al. 2024,
# IEEE S&P.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("5.4")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
