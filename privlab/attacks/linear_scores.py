"""Stealing a recommender that answers with exact linear scores, encrypted or not.

Encryption hides the question from the server. It does not hide the answer from the one
who asked, and the answer is the server's matrix times a vector of the asker's choice.
"""

import numpy as np

from privlab.core import checks


def rebuilt_operator(
    questions: np.ndarray, answers: np.ndarray, *, rank: int
) -> np.ndarray:
    """W (m, m), symmetric of ``rank`` k, from ``answers = W questions`` (m, q).

    The answers' first k left singular vectors U span the range of W, so ``W = U B Uᵀ``
    with ``B = (Uᵀ answers)(Uᵀ questions)⁺``, made symmetric. Exact for k questions in
    general position (a Nyström approximation, Williams and Seeger 2001); more of them
    average noise away, fewer find a part of W.
    """
    questions = checks.finite("questions", questions)
    answers = checks.finite("answers", answers)
    if questions.ndim != 2 or questions.shape != answers.shape:
        raise ValueError(
            f"questions {questions.shape} and answers {answers.shape} must both be "
            "(films, questions)"
        )
    basis = np.linalg.svd(answers, full_matrices=False)[0][
        :, : checks.whole("rank", rank)
    ]
    inner = (basis.T @ answers) @ np.linalg.pinv(basis.T @ questions)
    return basis @ (inner + inner.T) @ basis.T / 2
