"""Pictures and questions where nobody can answer: built notebooks, terminals, books."""

import html

from IPython import get_ipython
from IPython.display import publish_display_data

from privlab.plots.figure import Picture


def picture(shown: Picture) -> None:
    """Put out the picture and, under it, its summary; outside IPython the summary.

    Every front end shows the sentence once. The image carries it as text/plain (read
    by terminals and compared by nbval) and as the alternative text that nbconvert
    knows. JupyterLab and the web show images without it, so a caption follows that
    has no text/plain.
    """
    if get_ipython() is None:
        print(shown.summary)
        return
    alternative = {
        "alt": shown.summary,
        "width": shown.width,
        "height": shown.height,
    }
    publish_display_data(
        {"image/png": shown.png, "text/plain": shown.summary},
        metadata={"image/png": alternative},
    )
    publish_display_data({"text/html": f"<p>{html.escape(shown.summary)}</p>"})


def question(text: str, options: list[str]) -> None:
    """Print the question and its options."""
    print(text, *(f"  - {option}" for option in options), sep="\n")
