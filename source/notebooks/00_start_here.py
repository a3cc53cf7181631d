# %% [markdown]
# # Start here · 隐私保护 for AI and large models
#
# **The question.** How do you find out whether an AI system keeps a secret? You build
# it, you attack it, and you measure what gets out.
#
# **Afterwards you can** find your way through the course, know that your computer is
# ready, and have carried out one attack, one defence, and the attack again.
#
# **You need** a little Python and the idea of an average. **Time:** 10 minutes.

# %%
from privlab.course.contents import course_map
from privlab.course.doctor import diagnose
from privlab.course.lesson import claim, predict, reveal
from privlab.widgets import explore, log_slider, show, slider

# %% [markdown]
# ## How to use a lesson
#
# A lesson is a notebook (笔记本): text, and cells of code between the text. Click a
# cell and press **Shift + Enter** to run it; or choose *Run → Run All Cells* once and
# read on. Nothing you do here can damage the course or your computer.
#
# Every lesson has the same rhythm. You commit to a guess. You see a run, and play
# with it. You learn why, in a few lines of mathematics. You attack what was built.
# Then you read what the article says about it and whether that held, and do the
# exercises. A line with a tick, like the next one, is a sentence that the computer has
# just checked. If it were false, the notebook would stop there. Rest the pointer on a
# word with a dotted line below it, and you read what another lesson taught about it;
# lesson 9 has all of these words, with a search.

# %%
claim("twice two is four", 2 * 2 == 4)

# %% [markdown]
# ## Is this computer ready?

# %%
findings = diagnose()
problems = [f for f in findings if f.status == "problem"]
for finding in problems:
    print(f"{finding.name}: {finding.detail}. To do: {finding.remedy}")
claim("this computer is ready for the course", not problems)

# %% [markdown]
# If that line failed, do what it says and run the cell again. The same check with more
# detail is the command `privlab doctor`.
#
# ## The map
#
# The course follows a Chinese article on privacy protection (隐私保护) for large AI
# models, chapter by chapter, and puts each of its statements to the test: twenty-eight
# claims, C01 to C28, each kept, narrowed or corrected by something that runs. The
# first number of a lesson is the article's chapter.

# %%
from privlab.plots.course_map import draw_course_map

show(course_map(), draw_course_map)

# %% [markdown]
# *A row of boxes for each chapter. A solid box is a lesson in this edition, a dashed
# one is still being written.*
#
# ## Three minutes: an attack
#
# Your department has 120 people. Personnel publishes the average salary every month:
# one number, no names, rounded to the cent. In June a colleague leaves. In July the new
# average comes out, over 119 people. Nothing else has changed.

# %%
predict(
    "first-attack",
    "How closely can you work out the salary of the colleague who left?",
    options=["not at all", "to within 10 000 €", "to within 2 €"],
)

# %% [markdown]
# Both averages are below, and the arithmetic that anyone could do: 120 times the
# first, minus 119 times the second.

# %%
from privlab.core.datasets import people

import numpy as np

salary = people(120, rng=np.random.default_rng(7)).salary
june, july = salary.mean().round(2), salary[:-1].mean().round(2)
guess = 120 * june - 119 * july
print(f"June {june:,.2f} €   July {july:,.2f} €   guess {guess:,.2f} €")

# %%
claim("the guess is the salary, to within 2 €", abs(guess - salary[-1]) < 2)
reveal("first-attack", "to within 2 €")

# %% [markdown]
# (The last two euros are lost in the rounding of the averages.)
#
# This is a *differencing attack* (差分攻击). No computer was broken into. The harm came
# from two correct, permitted answers. Keeping intruders out does not help against
# answers that you give away yourself; the subject of this course begins there.
#
# ## A defence
#
# Personnel now adds random noise to each average, just enough to hide what any one
# salary could change. How much that is, and why, is lesson 3.1. The amount is set by a
# number called ε: the smaller, the more noise.
#
# ## The attack again
#
# The same arithmetic on the noisy averages, two thousand times over. Move ε.

# %%
from privlab.experiments.differencing import differencing
from privlab.plots.differencing import draw_differencing

explore(
    differencing,
    draw_differencing,
    epsilon=log_slider("ε per average", 0.1, 100, 1),
    staff=slider("people in the department", 20, 500, 120, 20),
    seed=7,
)

# %% [markdown]
# *A histogram of the guesses. At ε = 1 it spreads over a million euros; the true salary
# is a line somewhere in the middle of it. At ε = 100 it closes in on the line.*
#
# At ε = 1 the guess misses by more than 100,000 €, so the attack is worth nothing. The
# published average is off by about a thousand. The noise is the same; it is small
# beside 120 salaries and huge beside one. That difference makes privacy possible, and
# the rest of the course is about how far it goes.

# %%
hidden = differencing(staff=120, epsilon=1, seed=7)
weak = differencing(staff=120, epsilon=100, seed=7)
claim(
    "at ε = 1 the typical guess misses by more than 100 000 €",
    hidden.typical_miss > 100_000,
)
claim(
    "the average itself is off by less than 5 %",
    hidden.average_error < 0.05 * hidden.average,
)
claim(
    "at ε = 100 the guess is within 5 000 €: noise alone is no promise",
    weak.typical_miss < 5_000,
)

# %% [markdown]
# ## What to remember
#
# - Permitted answers can leak. Privacy is about what an answer reveals, not about who
#   is let in.
# - A defence is worth what is left of the attack. So every defence in this course meets
#   its attack again.
# - Noise has a size, and the size decides.
#
# **Next:** `01_1_data_leakage.ipynb`, the first attacks; or, if you came for the promise
# itself, `03_1_differential_privacy.ipynb`, where it gets its exact form.
# Your exercises are in the folder `exercises/`; call `progress()` there to see where
# you stand.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("00")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
