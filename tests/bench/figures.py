"""Lines of figure, target and verdict, alike in all measurements."""

import statistics


class Figures:
    def __init__(self):
        self.missed = 0

    def add(self, name, shown, target=None, met=None):
        """A figure; with a target, whether it is met."""
        verdict = "" if met is None else "met" if met else "MISSED"
        self.missed += met is False
        print(f"{name:<66} {shown:<34} {'target ' + target if target else '':<24} {verdict}".rstrip(), flush=True)

    def code(self):
        return 1 if self.missed else 0


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ratio(ours, theirs):
    """How many times as fast: of the medians of seconds taken in turns."""
    return statistics.median(theirs) / statistics.median(ours)
