"""What expressions of Prometheus are made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import promql_parser as parser

OF_THE_SCRAPE = {"job", "instance", "__name__"}
OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}


@dataclass(frozen=True)
class Selector:
    """A metric that an expression asks for: its matchers, the function that takes it, and its window in seconds."""

    metric: str
    matchers: frozenset[tuple[str, str, str]]
    function: str | None
    window: int | None = None

    def has(self, label: str, operator: str, value: str) -> bool:
        return (label, operator, value) in self.matchers

    @property
    def labels(self) -> set[str]:
        """Those that it chooses by."""
        return {label for label, _, _ in self.matchers}


def selectors(text: str) -> list[Selector]:
    return list(_selectors(parser.parse(text), None))


def _selectors(node: parser.Expr, function: str | None) -> Iterator[Selector]:
    match node:
        case parser.VectorSelector():
            matchers = frozenset((one.name, OPERATORS[str(one.op)], one.value) for one in node.matchers.matchers)
            yield Selector(node.name, matchers, function)
        case parser.MatrixSelector():
            for one in _selectors(node.vector_selector, function):
                yield replace(one, window=int(node.range.total_seconds()))
        case parser.SubqueryExpr():
            yield from _selectors(node.expr, function)
        case _:
            inner = node.func.name if isinstance(node, parser.Call) else None
            for part in _parts(node):
                yield from _selectors(part, inner)


def nodes(text: str) -> list[parser.Expr]:
    """The whole expression and all its parts."""

    def of(tree: parser.Expr) -> list[parser.Expr]:
        return [tree, *(node for part in _parts(tree) for node in of(part))]

    return of(parser.parse(text))


def _parts(node: parser.Expr) -> list[parser.Expr]:
    match node:
        case parser.BinaryExpr():
            return [node.lhs, node.rhs]
        case parser.AggregateExpr():
            return [node.expr, *([node.param] if node.param is not None else [])]
        case parser.Call():
            return list(node.args)
        case parser.ParenExpr() | parser.SubqueryExpr() | parser.UnaryExpr():
            return [node.expr]
        case parser.MatrixSelector():
            return [node.vector_selector]
        case parser.VectorSelector() | parser.NumberLiteral() | parser.StringLiteral():
            return []
        case _:
            raise AssertionError(f"an unknown kind of expression: {type(node)}")


def labels_named(text: str) -> set[str]:
    """Labels that an expression speaks of, without those of the scrape."""
    named = {label for selector in selectors(text) for label in selector.labels}
    for node in nodes(text):
        match node:
            case parser.AggregateExpr() if node.modifier is not None:
                named |= set(node.modifier.labels)
            case parser.BinaryExpr() if node.modifier is not None and node.modifier.matching is not None:
                named |= set(node.modifier.matching.labels)
    return named - OF_THE_SCRAPE


def strangers(text: str, known: Mapping[str, set[str] | frozenset[str]]) -> list[str]:
    """Metrics that are not known, and labels that their metric, or none of the expression's metrics, has."""
    always = OF_THE_SCRAPE | {"server", "pg_cluster"}
    found = selectors(text)
    unknown = {selector.metric for selector in found} - known.keys()
    wrong = [f"no metric {metric}" for metric in sorted(unknown)]
    for selector in found:
        if selector.metric in known:
            strange = selector.labels - known[selector.metric] - always
            wrong += [f"{selector.metric} has no label {label}" for label in sorted(strange)]
    of_all = always.union(*(known.get(selector.metric, set()) for selector in found))
    return wrong + [f"nothing has a label {label}" for label in sorted(labels_named(text) - of_all)]
