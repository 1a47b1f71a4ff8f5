"""Searches of all servers in a line; the page of searches says more."""

from expressions_of_search import searches_failing, short_results, unexpected_plans, worst_recall
from panels import Query, falling, rising, stat

SEARCH = [
    stat(
        "Searches failing",
        """Variants of probes whose latest run failed. Above 0: the dashboard of searches names them and says why;
        applications that search alike fail too.""",
        "none",
        Query(searches_failing("SERVER"), "failing"),
        limits=rising(1, 2),
        width=6,
    ),
    stat(
        "Search plans not as expected",
        """Variants of probes whose latest plan is another than expected: mostly, the vector index is not used any more.
        Above 0: the dashboard of searches has the plan over time and why no index fits.""",
        "none",
        Query(unexpected_plans("SERVER"), "unexpected"),
        limits=rising(1, 2),
        width=6,
    ),
    stat(
        "Worst recall against its baseline",
        """The lowest recall of a search minus its baseline, where search probes run with one. Below −1 %: the dashboard
        of searches shows whether that is more than chance.""",
        "percentunit",
        Query(worst_recall("SERVER"), "difference"),
        limits=falling(-0.01, -0.05),
        width=6,
    ),
    stat(
        "Most short results",
        """The largest share of a search's runs in the last hour that found fewer rows than they should, where search
        probes run. Above 5 %: dead rows, ef_search below the rows asked for, or a filter without iterative scans.""",
        "percentunit",
        Query(short_results("SERVER", "1h"), "short"),
        limits=rising(0.01, 0.05),
        width=6,
    ),
]
