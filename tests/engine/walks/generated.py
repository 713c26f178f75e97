"""Diagrams made by chance: blocks within blocks, each with one way in and one way out, so that all of them can end."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.engine.toys import PAID, after
from tests.engine.walks.diagrams import SENT, Hard, every, times

DEEPEST = 3
CONDITIONS = ("go", 'answer = "yes"', "number &gt; 3")
EVENTS = (after('@"P2D"'), PAID, SENT, after('@"PT40H"'))


class Generated:
    """A diagram by chance; `seed` decides everything."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same diagram every time
        self.count = 0

    def drawing(self) -> Hard:
        drawing = Hard()
        self._fill(drawing, 0, 4)
        return drawing

    def _name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _fill(self, drawing: Hard, depth: int, most: int) -> None:
        """Draw a process or sub-process: a start, some blocks, an end."""
        start, end = self._name("start"), self._name("end")
        drawing.start(start)
        first, last = self._ask(drawing)
        drawing.flow(start, first)
        for _ in range(self.chance.randint(1, most)):
            entry, leaving = self._block(drawing, depth + 1)
            drawing.flow(last, entry)
            last = leaving
        drawing.end(end)
        drawing.flow(last, end)

    def _block(self, drawing: Hard, depth: int) -> tuple[str, str]:
        """Draw a block; give its first and its last element."""
        small: list[Callable[[Hard], tuple[str, str]]] = [self._ask, self._say, self._wait, self._race, self._many]
        large = [self._choice, self._fork, self._some, self._loop, self._sub, self._sub]
        if depth < DEEPEST and self.chance.random() < 0.7:
            return self.chance.choice(large)(drawing, depth)
        return self.chance.choice(small)(drawing)

    def _ask(self, drawing: Hard) -> tuple[str, str]:
        name = self._name("ask")
        drawing.ask(name)
        return name, self._beside(drawing, name)

    def _say(self, drawing: Hard) -> tuple[str, str]:
        name = self._name("say")
        drawing.say(name)
        return name, name

    def _wait(self, drawing: Hard) -> tuple[str, str]:
        name = self._name("wait")
        drawing.wait(name, self.chance.choice(('@"P1D"', '@"PT6H"', '@"P3D"')))
        return name, name

    def _many(self, drawing: Hard) -> tuple[str, str]:
        name, marker = self._name("many"), times(str(self.chance.randint(0, 3)), one_by_one=self.chance.random() < 0.5)
        if self.chance.random() < 0.3:
            drawing.say_each(name, '"x"', marker)
            return name, name
        drawing.ask_each(name, marker)
        return name, self._beside(drawing, name)

    def _race(self, drawing: Hard) -> tuple[str, str]:
        name, merge = self._name("race"), self._name("merge")
        drawing.gateway("eventBased", name)
        drawing.gateway("exclusive", merge)
        late, heard, noted = self._name("late"), self._name("heard"), self._name("say")
        drawing.wait(late, '@"P2D"')
        drawing.hear(heard, self.chance.choice((PAID, SENT)))
        drawing.say(noted)
        drawing.flow(name, late, merge)
        drawing.flow(name, heard, noted, merge)
        return name, merge

    def _split(self, drawing: Hard, depth: int, kind: str, conditions: tuple[str, ...]) -> tuple[str, str]:
        split, join = self._name("split"), self._name("join")
        branches = [self._block(drawing, depth + 1) for _ in range(self.chance.randint(2, 3))]
        drawing.gateway(kind, split, default=branches[0][0] if conditions else "")
        drawing.gateway(kind, join)
        for number, (entry, leaving) in enumerate(branches):
            if number and conditions:
                drawing.flow_if(split, entry, conditions[number])
            else:
                drawing.flow(split, entry)
            drawing.flow(leaving, join)
        return split, join

    def _choice(self, drawing: Hard, depth: int) -> tuple[str, str]:
        return self._split(drawing, depth, "exclusive", CONDITIONS)

    def _fork(self, drawing: Hard, depth: int) -> tuple[str, str]:
        return self._split(drawing, depth, "parallel", ())

    def _some(self, drawing: Hard, depth: int) -> tuple[str, str]:
        return self._split(drawing, depth, "inclusive", CONDITIONS)

    def _loop(self, drawing: Hard, depth: int) -> tuple[str, str]:
        entry, more, leave = self._name("again"), self._name("more"), self._name("leave")
        drawing.gateway("exclusive", entry)
        drawing.gateway("exclusive", leave)
        ask, asked = self._ask(drawing)
        inner, leaving = self._block(drawing, depth + 1)
        drawing.flow(entry, ask)
        drawing.flow(asked, inner)
        drawing.flow(leaving, more)
        drawing.again(more, entry, leave)
        return entry, leave

    def _sub(self, drawing: Hard, depth: int) -> tuple[str, str]:
        name, inner = self._name("sub"), Hard()
        self._fill(inner, depth + 1, 2)
        if self.chance.random() < 0.3:
            drawing.sub_each(name, inner, times("2", one_by_one=self.chance.random() < 0.5))
        else:
            drawing.sub(name, inner)
        return name, self._beside(drawing, name)

    def _beside(self, drawing: Hard, host: str) -> str:
        """Perhaps put events onto a step; give where the paths meet again."""
        if self.chance.random() < 0.4:
            return host
        merge = self._name("merge")
        drawing.gateway("exclusive", merge)
        drawing.flow(host, merge)
        for event in self.chance.sample(EVENTS, self.chance.randint(1, 2)):
            name, done, interrupting = self._name("event"), self._name("done"), self.chance.random() < 0.5
            drawing.boundary(name, host, event, interrupting=interrupting)
            drawing.say(done)
            drawing.flow(name, done, merge if interrupting else self._ended(drawing))
        if self.chance.random() < 0.2:
            name, done = self._name("tick"), self._name("nag")
            drawing.boundary(name, host, every("R3/P1D"), interrupting=False)
            drawing.say(done)
            drawing.flow(name, done, self._ended(drawing))
        return merge

    def _ended(self, drawing: Hard) -> str:
        name = self._name("ended")
        drawing.end(name)
        return name
