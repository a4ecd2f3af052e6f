"""Many publishers and one target in memory; who goes on at each request is drawn by lot."""

import threading
from dataclasses import dataclass, field
from random import Random

from statusgen.errors import TargetError, TargetHeld
from statusgen.targets.bookkeeping import PublishRun
from statusgen.targets.looking import look
from statusgen.targets.manifest import MANIFEST_KEY, Publisher
from statusgen.targets.manifest_json import parse_manifest
from statusgen.targets.upload import upload
from statusgen.targets.upload_plan import plan_upload
from tests.fakes.publishing import NOW, make_release
from tests.fakes.storage import FakeStorage

TRIES = 6
REQUEST_S = 0.05
ON_THE_WAY_S = 0.1
"""So long a request of a dead process may take; a publish has many."""


class KilledError(BaseException):
    """Stands for `kill -9`."""


@dataclass
class World:
    """The target's objects, its clock, and whoever is at work there."""

    random: Random
    objects: dict[str, bytes]
    now: float = 1000.0
    written: float = 1000.0
    """When the manifest was."""
    publishers: "list[Actor]" = field(default_factory=list)
    history: "list[tuple[int, str, bool]]" = field(default_factory=list)
    """Sequence and token of each manifest that was written, and whether an upload was under way."""

    def run(self, kills: float, pauses: float) -> None:
        """Let them go on, one request at a time, until all have ended."""
        for one in self.publishers:
            one.thread.start()
            one.back.acquire()
        while alive := [one for one in self.publishers if not one.is_over]:
            awake = [one for one in alive if one.asleep_until <= self.now]
            if not awake:
                self.now = min(one.asleep_until for one in alive)
                continue
            dead = [one for one in awake if one.requests_left is not None]
            self.step(self.random.choice(dead or awake), kills, pauses)

    def step(self, one: "Actor", kills: float, pauses: float) -> None:
        chance = self.random.random()
        if one.requests_left is None and chance < pauses:
            one.asleep_until = self.now + self.random.uniform(3, 400)
            one.is_late = True
            return
        # Nobody can tell of a last request that came late if it dies with it.
        if one.requests_left is None and chance < pauses + kills and not one.is_late:
            one.requests_left = self.random.choice([0, 1])
            one.asleep_until = self.now + ON_THE_WAY_S * one.requests_left
            return
        one.is_killed = one.requests_left == 0
        one.requests_left = 0 if one.requests_left else one.requests_left
        self.now += REQUEST_S
        one.go.release()
        one.back.acquire()

    def has_ended(self, publisher: Publisher) -> bool:
        """What can be known of processes of the one host that all look from."""
        return any(
            one.has_died and one.name == publisher.user and publisher.host == "here"
            for one in self.publishers
        )


class SharedStorage(FakeStorage):
    """Waits for its turn before each request; what it sees then may be much later."""

    def __init__(self, actor: "Actor", world: World) -> None:
        super().__init__(objects=world.objects)
        self.actor, self.world = actor, world

    @property
    def age_s(self):
        return self.world.now - self.world.written

    @age_s.setter
    def age_s(self, _):
        """Told by the world's clock."""

    def write_manifest(self, manifest, version):
        written = super().write_manifest(manifest, version)
        self.world.written = self.world.now
        self.actor.is_late = False  # it knows, or has told, what went on meanwhile
        there = parse_manifest(self.objects[MANIFEST_KEY])
        self.world.history.append((there.sequence, there.token, there.intent is not None))
        return written

    def _ask(self, request):
        self.actor.wait(request)


class Actor:
    """A publisher of one release, in a thread that runs only when it is told to."""

    def __init__(self, world: World, name: str, bodies: dict[str, str]) -> None:
        self.world, self.name, self.bodies = world, name, bodies
        self.host = world.random.choice(["here", "elsewhere"])
        self.go, self.back = threading.Semaphore(0), threading.Semaphore(0)
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.is_over = self.is_killed = self.is_late = False
        self.requests_left: int | None = None
        """Of a process that was killed: one may still be on its way."""
        self.asleep_until = 0.0
        self.pending = ""
        self.ends: list[str] = []
        self.error: BaseException | None = None

    @property
    def has_died(self) -> bool:
        return self.is_over or self.requests_left is not None

    def wait(self, request: str) -> None:
        self.pending = request
        self.back.release()
        self.go.acquire()
        if self.is_killed:
            raise KilledError

    def _live(self) -> None:
        try:
            self.wait("start")
            for number in range(TRIES):
                self.ends.append(self._publish(number))
                self.is_late = False
                if self.ends[-1] == "up":
                    break
                self.asleep_until = self.world.now + self.world.random.uniform(0, 40)
                self.wait("try again")
        except KilledError:
            self.ends.append("killed")
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.error = error
        self.is_over = True
        self.back.release()

    def _publish(self, number: int) -> str:
        storage = SharedStorage(self, self.world)
        release = make_release(self.bodies)
        publisher = Publisher(self.name, self.host, self.name)
        try:
            seen, _ = look(storage, list(self.bodies), self.world.has_ended)
            plan = plan_upload(release, seen, max_deletes=1, keep_assets=True)
            run = PublishRun(publisher, NOW, f"{self.name}-{number}")
            upload(storage, plan, release, run, lambda *_: None)
        except TargetHeld:
            return "held"
        except TargetError:
            return "stopped"
        return "up"
