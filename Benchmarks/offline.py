"""What caches of a given size could make of a sequence of requests that is known beforehand.

`sequence` has an object's number per request, `sizes` the bytes of each object; every answer counts the requests from
`begin` on and is a pair: the share of requests and the share of bytes that are hits. The optimum for objects of
different sizes is NP-hard, so there is a bound from above and one from below. Run as a program it compares all of them
with the optimum that trying everything finds, on short sequences.
"""
import collections
import heapq
import itertools
import random

NEVER = 1 << 60
SAMPLE = 64


class Count:
    """Requests and bytes from `begin` on, and those of them that were hits."""

    def __init__(self, sequence, sizes, begin):
        self.sizes, self.begin, self.hits, self.hit_bytes = sizes, begin, 0, 0
        self.requests = len(sequence) - begin
        self.bytes = sum(sizes[n] for n in sequence[begin:])

    def hit(self, at, number):
        if at >= self.begin:
            self.hits += 1
            self.hit_bytes += self.sizes[number]

    @property
    def ratios(self):
        return self.hits / self.requests, self.hit_bytes / self.bytes


def infinite(sequence, sizes, begin):
    """A cache without a limit: only the first request for an object is a miss."""
    count, seen = Count(sequence, sizes, begin), set()
    for at, number in enumerate(sequence):
        if number in seen:
            count.hit(at, number)
        seen.add(number)
    return count.ratios


def lru(sequence, sizes, begin, capacity):
    """Evicts what was asked for longest ago."""
    count, kept, used = Count(sequence, sizes, begin), collections.OrderedDict(), 0
    for at, number in enumerate(sequence):
        if number in kept:
            count.hit(at, number)
            kept.move_to_end(number)
        elif sizes[number] <= capacity:
            kept[number] = None
            used += sizes[number]
            while used > capacity:
                used -= sizes[kept.popitem(last=False)[0]]
    return count.ratios


def next_uses(sequence):
    """For each request, when its object is asked for next."""
    coming, uses = {}, [NEVER] * len(sequence)
    for at in range(len(sequence) - 1, -1, -1):
        uses[at] = coming.get(sequence[at], NEVER)
        coming[sequence[at]] = at
    return uses


def belady(sequence, sizes, begin, capacity):
    """Belady's MIN: evicts what is asked for again last, or does not keep what just came if that is it."""
    count, uses = Count(sequence, sizes, begin), next_uses(sequence)
    kept, used, farthest = {}, 0, []
    for at, number in enumerate(sequence):
        if number in kept:
            count.hit(at, number)
        else:
            used += sizes[number]
        kept[number] = uses[at]
        heapq.heappush(farthest, (-uses[at], number))
        while used > capacity:
            use, victim = heapq.heappop(farthest)
            if kept.get(victim) == -use:  # else it was asked for since
                del kept[victim]
                used -= sizes[victim]
    return count.ratios


def belady_size(sequence, sizes, begin, capacity):
    """Belady-Size: evicts what has the most bytes times requests until its next use, among `SAMPLE` at random."""
    count, uses, dice = Count(sequence, sizes, begin), next_uses(sequence), random.Random(1)
    kept, places, order, used = {}, {}, [], 0
    for at, number in enumerate(sequence):
        if number in kept:
            count.hit(at, number)
        else:
            used += sizes[number]
            places[number] = len(order)
            order.append(number)
        kept[number] = uses[at]
        while used > capacity:
            if len(order) > SAMPLE:
                length, draw = len(order), dice.random
                among = [order[int(draw() * length)] for _ in range(SAMPLE)] + [number] * (number in kept)
            else:
                among = order
            victim = max(among, key=lambda n: sizes[n] * (kept[n] - at))
            used -= sizes[victim]
            del kept[victim]
            place, last = places.pop(victim), order.pop()
            if last != victim:
                order[place] = last
                places[last] = place
    return count.ratios


def bound(sequence, sizes, begin, capacity):
    """No cache does better (PFOO-L of Berger, Beckmann and Harchol-Balter, 2018): every hit needs the object's bytes
    from one request for it to the next, and all hits together have `capacity` bytes times the requests that count.
    Those that need least come first, the last one in part. What a hit needs before `begin` is left out, which
    raises the bound."""
    count, intervals = Count(sequence, sizes, begin), []
    for at, use in enumerate(next_uses(sequence)):
        if begin <= use < NEVER:
            intervals.append((use - max(at, begin), sizes[sequence[at]]))
    whole = capacity * count.requests

    def best(value, key):
        room, sum_of_values = whole, 0
        for time, size in sorted(intervals, key=key):
            need = max(time * size, 1)
            sum_of_values += value(size) * min(1, room / need)
            room -= need
            if room <= 0:
                break
        return sum_of_values

    return (best(lambda size: 1, lambda i: i[0] * i[1]) / count.requests,
            best(lambda size: size, lambda i: i[0]) / count.bytes)


def optimum(sequence, sizes, begin, capacity):
    """The share of requests that can be hits, by trying all that could be kept."""
    best = {frozenset(): 0}
    for at, number in enumerate(sequence):
        hits = collections.Counter()
        for kept, before in best.items():
            total = before + (at >= begin and number in kept)
            whole = sorted(kept | {number})
            for length in range(len(whole) + 1):
                for some in itertools.combinations(whole, length):
                    if sum(sizes[n] for n in some) <= capacity:
                        hits[frozenset(some)] = max(hits[frozenset(some)], total)
        best = hits
    return max(best.values()) / (len(sequence) - begin)


def check(turns=500):
    dice = random.Random(1)
    for turn in range(turns):
        equal = turn % 2 == 0
        case = ([dice.randint(1, 6) for _ in range(14)], [0] + [1 if equal else dice.randint(1, 6) for _ in range(6)],
                dice.choice([0, 7]), dice.randint(1, 3 if equal else 12))
        best = optimum(*case) + 1e-9
        for below in (lru, belady, belady_size):
            assert below(*case)[0] <= best, (below, case)
        for above in (bound(*case), infinite(*case[:3])):
            assert above[0] >= best - 2e-9, case
        assert not equal or case[2] or belady(*case)[0] >= best - 2e-9, case
    print(f"{turns} sequences: as they should be")


if __name__ == "__main__":
    check()
