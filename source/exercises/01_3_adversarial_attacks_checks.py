"""Checks, hints and named mistakes of the exercises 01_3."""

import numpy as np

from privlab.course.checking import close, compare, defined
from privlab.course.exercise import Exercise, Mistake, Wrong, expect, mistaken


def linear(rng, classes: int = 5, pixels: int = 12) -> dict:
    """A softmax regression and an image in which some pixels are white or black."""
    ink = rng.uniform(0, 1, pixels)
    ink[rng.random(pixels) < 0.2] = 0
    ink[rng.random(pixels) < 0.2] = 1
    size = rng.lognormal(
        0, 0.7, (classes, 1)
    )  # some classes are nearer than others
    return {
        "weights": size * rng.normal(0, 1, (classes, pixels)),
        "bias": rng.normal(0, 1, classes),
        "image": ink,
    }


def numbers(got: object, shape: tuple) -> np.ndarray:
    """``got`` as an array of this shape, or ``Wrong``."""
    try:
        array = np.asarray(got, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise Wrong(f"an array of shape {shape} is needed") from error
    expect(array.shape == shape, f"an array of shape {shape} is needed")
    return array


def named(given: list, cases: list[dict], exercise: Exercise) -> None:
    """If one of the named mistakes gives the same for every case, say which."""
    for name, mistake in exercise.mistakes.items():
        wrong = defined(exercise, mistake.code)
        pairs = zip(given, cases, strict=True)
        mistaken(
            all(
                np.allclose(got, wrong(**case), 1e-9, 1e-12, equal_nan=True)
                for got, case in pairs
            ),
            name,
        )


# at-21


def right_step(weights, bias, image, target, epsilon):
    scores = weights @ image + bias
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    slope = (chances - np.eye(len(bias))[target]) @ weights
    return np.clip(image - epsilon * np.sign(slope), 0, 1)


def forgeries(rng, count: int) -> list[dict]:
    return [
        {
            **linear(rng),
            "target": int(rng.integers(5)),
            "epsilon": rng.uniform(0.05, 0.4),
        }
        for _ in range(count)
    ]


def steps_towards_the_target(answer, rng):
    """one step towards the target, for several images"""
    compare(answer, at_21, right_step, forgeries(rng, 10))


def steps_from_large_scores(answer, rng):
    """scores beyond what exp can hold"""
    case = linear(rng) | {"target": 0, "epsilon": 0.1}
    case["weights"], case["bias"] = 300 * case["weights"], case["bias"] + 900
    case["bias"][0] -= 2000  # a class that the model is sure not to see
    compare(answer, at_21, right_step, [case])


def steps_in_other_sizes(answer, rng):
    """other numbers of classes and pixels"""
    for classes, pixels in ((2, 3), (10, 64)):
        case = linear(rng, classes, pixels)
        case |= {"target": classes - 1, "epsilon": 0.1}
        compare(answer, at_21, right_step, [case])


def targeted(result: str) -> str:
    """An answer that knows how the target's loss slopes, and then does this."""
    return f"""
import numpy as np

def targeted_step(weights, bias, image, target, epsilon):
    scores = weights @ image + bias
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    slope = weights.T @ (chances - np.eye(len(bias))[target])
    return {result}
"""


at_21 = Exercise(
    id="at-21",
    title="A forged cheque",
    answer="targeted_step",
    difficulty=1,
    minutes=10,
    points=1,
    hints=(
        "Write the loss at the target with the scores: ln(sum of e^score) minus the "
        "target's score. What is its slope in each score?",
        "The slope in the scores is the softmax probabilities, minus 1 at the target. "
        "`weights.T @` that is the slope in the pixels.",
        "`np.clip(image - epsilon * np.sign(slope), 0, 1)`: minus, because the loss at "
        "the target should fall. Subtract the highest score before `np.exp`.",
    ),
    public=(steps_towards_the_target, steps_from_large_scores),
    hidden=(steps_in_other_sizes,),
    mistakes={
        "away-from-target": Mistake(
            message="Your step raises the loss at the target: it leads away from it. "
            "FGSM climbs the loss of the true label; you want to descend another one.",
            code=targeted("np.clip(image + epsilon * np.sign(slope), 0, 1)"),
        ),
        "no-image": Mistake(
            message="Some of your pixels are below 0 or above 1: no paper is whiter than "
            "white. Cut the result to [0, 1].",
            code=targeted("image - epsilon * np.sign(slope)"),
        ),
        "no-sign": Mistake(
            message="You moved along the gradient itself. Where it is small the pixel "
            "hardly moves, though it may move by epsilon: use all of the allowance.",
            code=targeted("np.clip(image - epsilon * slope, 0, 1)"),
        ),
        "two-classes-only": Mistake(
            message="You compared the target with the present decision alone. The loss "
            "has every class in it, each as far as the model believes in it.",
            code="""
import numpy as np

def targeted_step(weights, bias, image, target, epsilon):
    w = weights[target] - weights[(weights @ image + bias).argmax()]
    return np.clip(image + epsilon * np.sign(w), 0, 1)
""",
        ),
        "one-row": Mistake(
            message="You raise the target's score, whatever that does to the others. A "
            "pixel that helps the target may help its rivals more: the loss has them "
            "in it too.",
            code="""
import numpy as np

def targeted_step(weights, bias, image, target, epsilon):
    return np.clip(image + epsilon * np.sign(weights[target]), 0, 1)
""",
        ),
    },
    also_right=(
        """
import torch

def targeted_step(weights, bias, image, target, epsilon):
    x = torch.tensor(image, requires_grad=True)
    scores = torch.tensor(weights) @ x + torch.tensor(bias)
    torch.nn.functional.cross_entropy(scores[None], torch.tensor([target])).backward()
    return (x.detach() - epsilon * x.grad.sign()).clamp(0, 1).numpy()
""",
    ),
)

# at-22

WAYS = ("every pixel", "whole image")


def right_border(weights, bias, image, allowed):
    scores = weights @ image + bias
    best = int(scores.argmax())
    order = 1 if allowed == "every pixel" else 2
    return min(
        (scores[best] - scores[k])
        / np.linalg.norm(weights[best] - weights[k], order)
        for k in range(len(bias))
        if k != best
    )


def border_of_many_images(answer, rng):
    """the border of many images, in both ways of measuring"""
    cases = [{**linear(rng), "allowed": way} for _ in range(40) for way in WAYS]
    compare(answer, at_22, right_border, cases)


def border_in_other_sizes(answer, rng):
    """two classes, and many"""
    for classes, pixels in ((2, 5), (10, 64)):
        case = linear(rng, classes, pixels)
        cases = [{**case, "allowed": way} for way in WAYS]
        compare(answer, at_22, right_border, cases)


def border_code(
    reach: str, rivals: str = "np.delete(np.arange(len(bias)), best)"
):
    """A wrong border: ``reach`` of the rows ``w``, over the classes in ``rivals``."""
    return f"""
import numpy as np

def border(weights, bias, image, allowed):
    scores = weights @ image + bias
    best = scores.argmax()
    rivals = {rivals}
    w = weights[best] - weights[rivals]
    most = allowed == "every pixel"
    return ((scores[best] - scores[rivals]) / {reach}).min()
"""


DUAL = "np.where(most, np.abs(w).sum(1), np.linalg.norm(w, axis=1))"

at_22 = Exercise(
    id="at-22",
    title="How far to the border?",
    answer="border",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Take one other class. The difference of the two scores is linear in the image. "
        "Which change of a given size lowers it the most?",
        "With w the difference of the two rows, it falls by r times the sum of |w| if "
        "every pixel may move by r, and by r times the length of w if the whole may.",
        "For every other class: margin / norm of w, where the norm is the sum of "
        "absolute values or the length. The smallest of these.",
    ),
    public=(border_of_many_images,),
    hidden=(border_in_other_sizes,),
    mistakes={
        "same-norm": Mistake(
            message="You divided by the same norm that measures the change. If every "
            "pixel may move, all of them pull together: their pulls add up. The norm of "
            "w that counts is the dual one.",
            code=border_code(
                "np.where(most, np.abs(w).max(1), np.linalg.norm(w, axis=1))"
            ),
        ),
        "length-for-both": Mistake(
            message="You divided by the length of w in both cases. That is right for a "
            "change whose length is bounded. If every pixel may move, more is possible.",
            code=border_code("np.linalg.norm(w, axis=1)"),
        ),
        "runner-up-only": Mistake(
            message="You looked at the class with the second-highest score only. Another "
            "class may lie farther back in score and still be nearer: its weights may "
            "differ more, so that the score changes faster.",
            code=border_code(DUAL, "scores.argsort()[-2:-1]"),
        ),
        "own-row": Mistake(
            message="You used the weights of the decision alone. The change moves the "
            "other class's score too; what counts is the difference of the two rows.",
            code=border_code(
                "(np.abs(weights[best]).sum() if most "
                "else np.linalg.norm(weights[best]))"
            ),
        ),
    },
    also_right=(
        border_code(DUAL),
        """
def border(weights, bias, image, allowed):
    scores = (weights @ image + bias).tolist()
    best = scores.index(max(scores))
    sizes = []
    for k, score in enumerate(scores):
        gaps = [abs(a - b) for a, b in zip(weights[best], weights[k])]
        whole = sum(gap**2 for gap in gaps) ** 0.5
        reach = sum(gaps) if allowed == "every pixel" else whole
        if k != best:
            sizes.append((scores[best] - score) / reach)
    return min(sizes)
""",
    ),
)

# at-23


def margin(case: dict, image: np.ndarray) -> float:
    scores = case["weights"] @ image + case["bias"]
    return scores[case["label"]] - np.delete(scores, case["label"]).max()


def lowest_margin(case: dict) -> float:
    """Over every other class, with each pixel at the end that hurts."""
    image, own = case["image"], case["weights"][case["label"]]
    low, high = np.clip(
        [image - case["epsilon"], image + case["epsilon"]], 0, 1
    )
    lows = [
        case["bias"][case["label"]] - bias + np.minimum(w * low, w * high).sum()
        for w, bias in zip(own - case["weights"], case["bias"], strict=True)
    ]
    return min(np.delete(lows, case["label"]))


def masked(rng, epsilon: float, classes: int = 6, pixels: int = 12) -> dict:
    case = linear(rng, classes, pixels)
    scores = case["weights"] @ case["image"] + case["bias"]
    return {**case, "label": int(scores.argmax()), "epsilon": epsilon}


def driven_lowest(answer, cases: list[dict]) -> None:
    given = [
        numbers(answer(**case), case["image"].shape) for case in cases
    ]  # what follows compares images
    reached = [margin(case, g) for case, g in zip(cases, given, strict=True)]
    lowest = [lowest_margin(case) for case in cases]
    allowed = [permitted(case, g) for case, g in zip(cases, given, strict=True)]
    if all(allowed) and np.allclose(reached, lowest, rtol=0, atol=1e-9):
        return
    still = [
        np.allclose(g, c["image"]) for g, c in zip(given, cases, strict=True)
    ]
    mistaken(np.mean(still) > 0.5, "still-masked")
    named(given, cases, at_23)
    mistaken(
        any(g.min() < -1e-9 or g.max() > 1 + 1e-9 for g in given), "no-image"
    )
    expect(all(allowed), "a pixel of your image has moved by more than epsilon")
    worst = int(np.argmax(np.subtract(reached, lowest)))
    raise Wrong(
        f"your image leaves a margin of {reached[worst]:.4g}; "
        f"{lowest[worst]:.4g} can be reached"
    )


def permitted(case: dict, image: np.ndarray) -> bool:
    moved = np.abs(image - case["image"]).max()
    inside = image.min() >= -1e-9 and image.max() <= 1 + 1e-9
    return bool(inside and moved <= case["epsilon"] + 1e-9)


def finds_the_lowest_margin(answer, rng):
    """the lowest margin of many images"""
    driven_lowest(
        answer, [masked(rng, rng.uniform(0.1, 0.6)) for _ in range(60)]
    )


def finds_it_for_other_sizes(answer, rng):
    """other sizes, two classes, and images that are misread to begin with"""
    for classes, pixels in ((2, 5), (10, 64)):
        case = masked(rng, 0.3, classes, pixels)
        driven_lowest(answer, [case])
        driven_lowest(
            answer, [{**case, "label": (case["label"] + 1) % classes}]
        )


def change_code(body: str) -> str:
    """A wrong answer whose result is ``moved``, from helpers it may use."""
    return f"""
import numpy as np

def strongest_change(weights, bias, image, label, epsilon):
    scores = weights @ image + bias
    others = [k for k in range(len(bias)) if k != label]

    def towards(k, low=0, high=1):
        step = epsilon * np.sign(weights[k] - weights[label])
        return np.clip(image + step, low, high)

    {body}
    return moved
"""


at_23 = Exercise(
    id="at-23",
    title="A defence that hides the gradient",
    answer="strongest_change",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "The loss is of no use here. What decides is which score is the highest. Take "
        "one other class: what is the best change against it alone?",
        "Against class k move each pixel by epsilon in the direction of "
        "`np.sign(weights[k] - weights[label])`, and cut to [0, 1].",
        "Do it for every k but the label, look at the score of label minus the score of "
        "k *after* the cut, and return the image for which it is lowest.",
    ),
    public=(finds_the_lowest_margin,),
    hidden=(finds_it_for_other_sizes,),
    mistakes={
        "still-masked": Mistake(
            message="Your images have not moved, or few of them. That is what the "
            "vendor's customers saw: the gradient of the loss is 0, because the model is "
            "so sure. Leave the loss alone and attack the scores.",
            code=change_code("moved = image"),
        ),
        "fgsm-unmasked": Mistake(
            message="You took one step of FGSM on the scores as given. It leaves the "
            "label, but for all rivals at once, as the model believes in them now. "
            "The margin needs only one: push towards one class at a time.",
            code=change_code(
                "p = np.exp(scores - scores.max()); p /= p.sum(); p[label] -= 1; "
                "moved = np.clip(image + epsilon * np.sign(weights.T @ p), 0, 1)"
            ),
        ),
        "runner-up-only": Mistake(
            message="You pushed towards the class that is second now. Another class may "
            "start farther back and come closer in the end. Try them all.",
            code=change_code(
                "moved = towards(max(others, key=lambda k: scores[k]))",
            ),
        ),
        "lowers-own-score": Mistake(
            message="You lowered the label's own score as far as possible. What counts "
            "is the difference: some pixels do more by raising a rival.",
            code=change_code(
                "moved = np.clip(image - epsilon * np.sign(weights[label]), 0, 1)"
            ),
        ),
        "chosen-before-the-cut": Mistake(
            message="You chose the class as if every pixel could move by epsilon. Many "
            "are black or white already and can move one way only. Compare the margins "
            "after the cut.",
            code=change_code(
                "moved = towards(min(others, key=lambda k: scores[label] - scores[k] "
                "- epsilon * np.abs(weights[k] - weights[label]).sum()))"
            ),
        ),
        "no-image": Mistake(
            message="Some of your pixels are below 0 or above 1. The result must be an "
            "image: cut it to [0, 1].",
            code=change_code(
                "moved = min((towards(k, -9, 9) for k in others), key=lambda i: "
                "(weights[label] - weights[others]).dot(i).min())"
            ),
        ),
    },
    also_right=(
        """
import numpy as np
from scipy.optimize import linprog

def strongest_change(weights, bias, image, label, epsilon):
    low, high = np.clip([image - epsilon, image + epsilon], 0, 1)
    found = []
    for k in range(len(bias)):
        if k != label:
            slope = weights[label] - weights[k]
            best = linprog(slope, bounds=list(zip(low, high)))
            found.append((best.fun + bias[label] - bias[k], k, best.x))
    return min(found)[2]
""",
    ),
)

# at-24


def measured(rng, people: int = 40) -> dict:
    """Answers of a service at growing radii: right, wrong, and right again at times."""
    radii = np.concatenate([[0], np.sort(rng.uniform(0.01, 0.3, 9))])
    labels = rng.integers(0, 10, people)
    wrong = rng.random((people, 10)) < 0.25
    wrong[:8] = False  # never misread
    wrong[8:12, 0] = True  # misread untouched
    wrong[12:20] = (
        np.arange(10) == np.arange(1, 9)[:, None]
    )  # right again afterwards
    answers = np.where(wrong, (labels[:, None] + 3) % 10, labels[:, None])
    order = rng.permutation(people)
    return {"answers": answers[order], "labels": labels[order], "radii": radii}


def first_wrong(case: dict) -> np.ndarray:
    """The radius of the first wrong answer, nan where there is none."""
    rows = zip(case["answers"], case["labels"], strict=True)
    found = (case["radii"][answers != label] for answers, label in rows)
    return np.array([radii[0] if len(radii) else np.nan for radii in found])


def fault(case: dict, got: np.ndarray) -> str:
    """What is wrong with these scores, or nothing."""
    right, beyond = first_wrong(case), got[np.isnan(first_wrong(case))]
    if not close(got[~np.isnan(right)], right[~np.isnan(right)]):
        return "somebody who was misread has another score than the first such radius"
    if not (beyond > case["radii"][-1]).all() or len(set(beyond.tolist())) > 1:
        return (
            "who is never misread needs a score above every radius, one for all"
        )
    return ""


def scored(answer, cases: list[dict]) -> None:
    given = [numbers(answer(**case), case["labels"].shape) for case in cases]
    found = [fault(case, got) for case, got in zip(cases, given, strict=True)]
    if any(found):
        named(given, cases, at_24)
        raise Wrong(max(found))


def scores_of_40_people(answer, rng):
    """40 people, ten radii"""
    scored(answer, [measured(rng), measured(rng)])


def scores_at_the_edges(answer, rng):
    """a single person, a single radius, nobody ever misread"""
    case = measured(rng)
    one = {**case, "answers": case["answers"][:1], "labels": case["labels"][:1]}
    untouched = {
        **case,
        "answers": case["answers"][:, :1],
        "radii": np.zeros(1),
    }
    robust = {**case, "answers": np.repeat(case["labels"][:, None], 10, axis=1)}
    scored(answer, [one])
    scored(answer, [untouched])
    scored(answer, [robust])


def scores_code(body: str) -> str:
    return f"""
import numpy as np

def membership_scores(answers, labels, radii):
    wrong = answers != labels[:, None]
    beyond = radii[-1] + 1
    {body}
"""


at_24 = Exercise(
    id="at-24",
    title="PGD as a ruler",
    answer="membership_scores",
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "`answers != labels[:, None]` is a table of True and False, a row for each "
        "person. Where is the first True in a row?",
        "`np.argmax(row)` is the place of the first True; it is 0 as well if there is "
        "none. `row.any()` tells the two apart.",
        "`np.where(wrong.any(axis=1), radii[wrong.argmax(axis=1)], ...)` with any "
        "number above radii[-1] in place of the dots.",
    ),
    public=(scores_of_40_people,),
    hidden=(scores_at_the_edges,),
    mistakes={
        "none-is-first": Mistake(
            message="Who is never misread got the score 0 from you, as if misread "
            "untouched: argmax of a row without any True is 0. They are the likeliest "
            "members of all.",
            code=scores_code("return radii[wrong.argmax(axis=1)]"),
        ),
        "last-not-first": Mistake(
            message="You took the largest radius with a wrong answer. The distance to "
            "the border is the smallest change that does it.",
            code=scores_code(
                "return np.where(wrong, radii, -1).max(axis=1) * wrong.any(axis=1) "
                "+ beyond * ~wrong.any(axis=1)"
            ),
        ),
        "right-ones-counted": Mistake(
            message="You counted the right answers. That is the same only if every "
            "answer after the first wrong one is wrong too, and chance does not always "
            "have it so.",
            code=scores_code(
                "return np.append(radii, beyond)[(~wrong).sum(axis=1)]",
            ),
        ),
        "place-not-radius": Mistake(
            message="Your scores are places in the list of radii, 0, 1, 2 and so on. The "
            "score is the radius itself.",
            code=scores_code(
                "return np.where(wrong.any(axis=1), wrong.argmax(axis=1), len(radii))"
            ),
        ),
        "small-means-member": Mistake(
            message="You gave high scores to those who are misread easily. Members lie "
            "farther from the border: a large radius means 'was in'.",
            code=scores_code(
                "return -np.where(wrong.any(axis=1), radii[wrong.argmax(axis=1)], "
                "beyond)"
            ),
        ),
    },
    also_right=(
        """
def membership_scores(answers, labels, radii):
    scores = []
    for row, label in zip(answers, labels):
        wrong = [radius for radius, said in zip(radii, row) if said != label]
        scores.append(min(wrong, default=1e9))
    return scores
""",
        """
import numpy as np

def membership_scores(answers, labels, radii):
    return np.where(answers != labels[:, None], radii, np.inf).min(axis=1)
""",
    ),
)

# at-25

GRID = 400  # the largest number of an update is so many steps of its rounding


def update(
    rng, label: int | None = None, classes: int = 10, pixels: int = 64
) -> dict:
    """What a client sends about one image, and the image, which has no full black."""
    image = rng.uniform(0, 0.7, pixels) * (rng.random(pixels) < 0.7)
    label = int(rng.integers(classes)) if label is None else label
    scores = rng.normal(0, 2.5, classes)
    scores[label] = scores.max() - 1
    chances = np.exp(scores) / np.exp(scores).sum()
    rate_and_clipping = 10 ** rng.uniform(-4, -1)
    bias = rate_and_clipping * (np.eye(classes)[label] - chances)
    step = np.abs(bias).max() / GRID
    sent = {
        "weight_change": step * np.round(np.outer(bias, image) / step),
        "bias_change": step * np.round(bias / step),
    }
    return {"sent": sent, "image": image, "label": label}


def rebuilt(answer, updates: list[dict]) -> None:
    cases = [one["sent"] for one in updates]
    given = [
        numbers(answer(**one["sent"]), one["image"].shape) for one in updates
    ]
    # Rounding moves a pixel of the safest row by 1 / GRID at most.
    off = [
        np.abs(image - one["image"]).max()
        for image, one in zip(given, updates, strict=True)
    ]
    if not all(error <= 1.01 / GRID for error in off):  # nan is not
        named(given, cases, at_25)
        raise Wrong(
            f"your image is off by up to {max(off):.3g} in a pixel; "
            f"{1 / GRID:.2g} is what the rounding leaves"
        )


def rebuilds_images(answer, rng):
    """the images behind six updates"""
    rebuilt(answer, [update(rng, label) for label in (3, 0, 7, 9, 1, 5)])


def rebuilds_others(answer, rng):
    """other sizes, other labels"""
    rebuilt(answer, [update(rng) for _ in range(20)])
    rebuilt(answer, [update(rng, classes=3, pixels=16) for _ in range(5)])


def image_code(body: str) -> str:
    return f"""
import numpy as np

def client_image(weight_change, bias_change):
    row = np.abs(bias_change).argmax()
    return {body}
"""


at_25 = Exercise(
    id="at-25",
    title="The image behind an update",
    answer="client_image",
    difficulty=2,
    minutes=15,
    points=2,
    hints=(
        "Row k of the gradient is (softmax probability of k, minus 1 for the label) "
        "times the image; its bias entry is the same without the image.",
        "What has the learning rate done to both? What is left if one is divided by the "
        "other? Any row will do, if it were not for the rounding.",
        "Take the row with the largest change of the bias, up or down, and divide its "
        "change of the weights by it.",
    ),
    public=(rebuilds_images,),
    hidden=(rebuilds_others,),
    mistakes={
        "not-divided": Mistake(
            message="You took a row of the change for the image. It is the image times an "
            "unknown factor; the bias holds the same factor.",
            code=image_code("np.abs(weight_change[row])"),
        ),
        "stretched-to-full-ink": Mistake(
            message="You stretched the row so that its largest pixel is 1. Nobody said "
            "that the image has a fully black pixel; the bias tells the true scale.",
            code=image_code(
                "weight_change[row] / weight_change[row][np.abs(weight_change[row]).argmax()]"
            ),
        ),
        "first-row": Mistake(
            message="You divided in the first row. Where the model is sure that the class "
            "is not meant the change is tiny, rounding has eaten it, and it may be 0.",
            code=image_code("weight_change[0] / bias_change[0]"),
        ),
        "rows-averaged": Mistake(
            message="You averaged over the rows. The small ones are mostly rounding, and "
            "spoil what the largest one says well.",
            code=image_code(
                "np.mean([w / b for w, b in zip(weight_change, bias_change) if b], axis=0)"
            ),
        ),
    },
    also_right=(
        """
import numpy as np

def client_image(weight_change, bias_change):
    label = np.flatnonzero(bias_change > 0)[0]  # the only bias that goes up
    return weight_change[label] / bias_change[label]
""",
    ),
)
