"""The whole tree in memory, as an import will leave it: which place each row of the file means."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from governance.core.db import db
from governance.places.finding import fit
from governance.places.kinds import AREAS, KINDS, may_hold
from governance.places.model import Place
from governance.places.sheet import Row

Keeps = Callable[[Any], bool]
FACTS = ("official_code", "households", "phone", "hours", "large_text")
COLUMNS = (Place.id, Place.parent_id, Place.kind, Place.name, *(getattr(Place, name) for name in FACTS))


class Wrong(Exception):
    """Why a row cannot be taken, and the column."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(eq=False)
class Node:
    """A place that exists (`id`) or will; `row` is the row of the file about it."""

    kind: str
    name: str
    parent: "Node | None"
    id: int | None = None
    row: Row | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    district_id: int | None = None
    street_id: int | None = None
    community_id: int | None = None
    grid_id: int | None = None

    def __post_init__(self) -> None:
        self.inherit()
        self.settle(self.id)

    def inherit(self) -> None:
        """Copy the areas of the parent; called again once the parent has its id."""
        for kind in AREAS if self.parent else ():
            setattr(self, f"{kind}_id", getattr(self.parent, f"{kind}_id"))

    def settle(self, id_: int | None) -> None:
        """Set the id that the database gave, and what follows from it."""
        self.id = id_
        self.path = f"{self.parent.path if self.parent else '/'}{id_}/" if id_ else ""
        if id_ and self.kind in AREAS:
            setattr(self, f"{self.kind}_id", id_)

    @property
    def above(self) -> list["Node"]:
        """The places it stands in, the widest first, itself last."""
        found: list[Node] = []
        node: Node | None = self
        while node is not None:
            found.append(node)
            node = node.parent
        return found[::-1]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(node.name for node in self.above)

    @property
    def whole(self) -> Any:
        return self.names, self.facts


class Tree:
    """Takes rows, wide kinds first; each becomes a new node or changes of an existing one."""

    def __init__(self, keeps: Keeps) -> None:
        self.keeps = keeps
        self.added: list[Node] = []
        self.nodes: list[Node] = []
        self._by_names: dict[tuple[str, str], list[Node]] = {}
        self._by_code: dict[str, Node] = {}
        self._children: dict[tuple[Node | None, str], Node] = {}
        by_id: dict[int, Node] = {}
        for row in db.session.execute(select(*COLUMNS).order_by(Place.path)):
            parent = by_id[row.parent_id] if row.parent_id else None
            facts = {name: getattr(row, name) for name in FACTS}
            by_id[row.id] = node = Node(row.kind, row.name, parent, row.id, facts=facts)
            self._know(node)
        self._known = {above for node in self.nodes if keeps(node) for above in node.above}

    def _know(self, node: Node) -> None:
        self.nodes.append(node)
        self._name(node)
        if node.facts.get("official_code"):
            self._by_code[node.facts["official_code"]] = node

    def _name(self, node: Node) -> None:
        self._children[node.parent, node.name] = node
        for outer in ("", *(above.name for above in node.above[:-1])):
            self._by_names.setdefault((node.name, outer), []).append(node)

    def take(self, row: Row) -> None:
        """Raises Wrong when the row does not fit the tree."""
        parent = self._parent_of(row)
        node = self._meant(row, parent) or self._new(row, parent)
        if not self.keeps(node):
            raise Wrong("parent", "不在您管的地方")
        node.row = row
        node.changes = {name: value for name, value in row.facts.items() if node.facts.get(name) != value}
        if node.id is None:
            self._know(node)
            self._known.add(node)
            self.added.append(node)
        elif node.name != row.name:
            self._rename(node, row)
        if row.facts.get("official_code"):
            self._by_code[str(row.facts["official_code"])] = node

    def _new(self, row: Row, parent: Node | None) -> Node:
        return Node(row.kind, row.name, parent, facts=dict.fromkeys(FACTS) | {"large_text": False} | row.facts)

    def _rename(self, node: Node, row: Row) -> None:
        if (node.parent, row.name) in self._children:
            raise Wrong("name", f"这里已经有叫“{row.name}”的了")
        node.name = node.changes["name"] = row.name
        self._name(node)

    def _meant(self, row: Row, parent: Node | None) -> Node | None:
        """The existing node a row means: by official code, or by name under this parent."""
        by_code = self._by_code.get(str(row.facts.get("official_code", "")))
        node = by_code or self._children.get((parent, row.name))
        if node is None:
            return None
        if node.row is not None:
            raise Wrong("name", f"和第 {node.row.number} 行重复")
        if by_code and (node.parent is not parent or not self.keeps(node)):
            raise Wrong("official_code", "这个官方代码已经是别处的")
        if node.kind != row.kind:
            raise Wrong("kind", f"已经有这个地点，它是{KINDS[node.kind].label}，导入不能改类别")
        return node

    def _parent_of(self, row: Row) -> Node | None:
        names = row.parent_names
        if not names:
            return None
        fits = [(how, node) for node in self._named(names) if node in self._known and (how := self._fit(names, node))]
        wider = [(how, node) for how, node in fits if may_hold(node.kind, row.kind)]
        if fits and not wider:
            raise Wrong("parent", f"{KINDS[fits[0][1].kind].label}里不能放{KINDS[row.kind].label}")
        best = max((how for how, _ in wider), default=0)
        meant = [node for how, node in wider if how == best]
        if not meant:
            raise Wrong("parent", f"没有找到上级“{row.parent[:60]}”，文件里和已有的地点里都没有")
        if len(meant) > 1:
            raise Wrong("parent", f"叫“{row.parent[:60]}”的有 {len(meant)} 处，请从街道写起")
        return meant[0]

    def _named(self, names: tuple[str, ...]) -> list[Node]:
        by_code = self._by_code.get(names[0]) if len(names) == 1 else None
        if by_code:
            return [by_code]
        outer = names[-2] if len(names) > 1 else ""
        return self._by_names.get((names[-1], outer)) or self._by_names.get((names[-1], ""), [])

    def _fit(self, names: tuple[str, ...], node: Node) -> int:
        return 2 if node.facts.get("official_code") == names[-1] else fit(names, node.names)
