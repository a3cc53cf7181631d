"""The course itself: building notebooks, checking answers, the learner's progress."""
