"""A classifier that learns, from shadow models, how a model talks of its members."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from privlab.core import checks


def attack_model_scores(
    target: np.ndarray,
    shadow: np.ndarray,
    inside: np.ndarray,
    labels: np.ndarray,
) -> np.ndarray:
    """The log-odds of "was in" for each person, (n,) or (t, n) (Shokri et al. 2017).

    ``target`` (n, classes), or (t, n, classes) for several targets, and ``shadow``
    (m, n, classes) are log-probabilities. For every class one attack model is trained
    on the shadow models' outputs, labelled with ``inside`` (m, n), and asked about the
    target's. Shokri et al. use a network, here it is a logistic regression. It sees
    what is typical of members, not who is asked.
    """
    target, shadow = checks.finite("target", target), checks.finite("shadow", shadow)
    labels = checks.integers("labels", labels)
    if not shadow.shape == (*inside.shape, target.shape[-1]):
        raise ValueError(f"shadow {shadow.shape} does not fit inside {inside.shape}")
    scores = np.empty(target.shape[:-1])
    for label in np.unique(labels):
        own = labels == label
        seen, truth = (
            shadow[:, own].reshape(-1, target.shape[-1]),
            inside[:, own].ravel(),
        )
        if truth.all() or not truth.any():
            raise ValueError(f"label {label}: all in or all out, nothing to learn")
        model = LogisticRegression(max_iter=300).fit(seen, truth)
        asked = target[..., own, :]
        odds = model.decision_function(asked.reshape(-1, target.shape[-1]))
        scores[..., own] = odds.reshape(asked.shape[:-1])
    return scores
