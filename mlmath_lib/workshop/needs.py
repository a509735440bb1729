"""What each chapter needs, as a graph: the last steps, and circles, which must not be."""

import networkx as nx

__all__ = ["circle", "last_steps"]


def _graph(needs):
    """Return the graph whose edges lead from what is needed to what needs it."""
    graph = nx.DiGraph((need, name) for name, above in needs.items() for need in above)
    graph.add_nodes_from(needs)
    return graph


def circle(needs):
    """Return chapters that need each other in a circle.

    Parameters
    ----------
    needs : dict of str to list of str
        What each chapter needs.

    Returns
    -------
    list of str
        The chapters, each needed by the next and the last by the first; empty without a
        circle.

    Examples
    --------
    >>> circle({"b": ["a"], "c": ["b"], "a": ["c"]})
    ['a', 'b', 'c']
    >>> circle({"b": ["a"], "c": ["a", "b"]})
    []
    """
    try:
        return [need for need, _ in nx.find_cycle(_graph(needs), sorted(needs))]
    except nx.NetworkXNoCycle:
        return []


def last_steps(needs):
    """Leave out what a chapter needs by way of another.

    Parameters
    ----------
    needs : dict of str to list of str
        What each chapter needs, without a circle.

    Returns
    -------
    dict of str to list of str
        The needs that no other need of the same chapter leads to.

    Examples
    --------
    >>> last_steps({"sum": ["limit"], "chain": ["limit", "sum"]})
    {'sum': ['limit'], 'chain': ['sum']}
    """
    reduced = nx.transitive_reduction(_graph(needs))
    return {
        name: [need for need in dict.fromkeys(above) if reduced.has_edge(need, name)]
        for name, above in needs.items()
    }
