"""A back-off n-gram over units: Kneser-Ney discounts, entropy pruning."""

import math
from collections import Counter, defaultdict

END = 0  # symbol that ends a word; also the root context of every word


class Trie:
    """Node 0 is the empty context; a node is an n-gram, its parent the n-gram without the last symbol."""

    def __init__(self):
        self.child, self.parent, self.symbol, self.depth, self.fail, self.count = {}, [0], [0], [0], [0], [0]

    def add(self, node, symbol):
        key = node * 65536 + symbol
        found = self.child.get(key)
        if found is None:
            found = self.child[key] = len(self.parent)
            self.parent.append(node)
            self.symbol.append(symbol)
            self.depth.append(self.depth[node] + 1)
            self.fail.append(0)
            self.count.append(0)
        return found


def count_ngrams(sequences, order):
    """Raw counts of all n-grams; words start in the context END and end with the symbol END."""
    trie = Trie()
    for sequence in sequences:
        padded = (END, *sequence, END)
        for start in range(len(padded)):
            node = 0
            for symbol in padded[start : start + order]:
                node = trie.add(node, symbol)
                trie.count[node] += 1
    for node in range(1, len(trie.parent)):
        above = trie.parent[node]
        trie.fail[node] = 0 if above == 0 else trie.child[trie.fail[above] * 65536 + trie.symbol[node]]
    return trie


def kneser_ney_counts(trie, order):
    """Highest order (and n-grams that start a word): raw counts; others: in how many longer n-grams they are the tail."""
    continuation = [0] * len(trie.parent)
    starts_word = [False] * len(trie.parent)
    for node in range(1, len(trie.parent)):
        above = trie.parent[node]
        starts_word[node] = trie.symbol[node] == END if above == 0 else starts_word[above]
        if trie.depth[node] > 1:
            continuation[trie.fail[node]] += 1
    return [
        trie.count[n] if trie.depth[n] == order or (starts_word[n] and trie.depth[n] > 1) else continuation[n]
        for n in range(len(trie.parent))
    ]


def discounts_of(trie, counts, order):
    """Modified Kneser-Ney discounts for counts 1, 2 and 3+, per order."""
    tables = []
    for depth in range(order + 1):
        seen = Counter(min(c, 4) for c, d in zip(counts, trie.depth) if d == depth)
        n1, n2, n3, n4 = (seen[k] or 1 for k in (1, 2, 3, 4))
        y = n1 / (n1 + 2 * n2)
        tables.append((0.0, max(0.05, 1 - 2 * y * n2 / n1), max(0.1, 2 - 3 * y * n3 / n2), max(0.1, 3 - 4 * y * n4 / n3)))
    return tables


class Model:
    """log p(symbol | context) per node, log back-off weight per node."""

    def __init__(self, trie, log_p, log_b):
        self.trie, self.log_p, self.log_b = trie, log_p, log_b


def estimate(trie, order, unit_count):
    """Interpolated modified Kneser-Ney, written as a back-off model."""
    counts = kneser_ney_counts(trie, order)
    discounts = discounts_of(trie, counts, order)
    size = len(trie.parent)
    total, taken = [0] * size, [0.0] * size
    for node in range(1, size):
        above, count = trie.parent[node], counts[node]
        total[above] += count
        taken[above] += discounts[trie.depth[node]][min(count, 3)]
    p, b = [0.0] * size, [1.0] * size
    for node in range(size):
        if total[node]:
            b[node] = taken[node] / total[node]
    # A node's parent and tail are both one symbol shorter; lengths ascending makes them ready in time.
    for node in sorted(range(1, size), key=lambda n: trie.depth[n]):
        above, count = trie.parent[node], counts[node]
        shorter = p[trie.fail[node]] if above else 1 / unit_count
        own = max(0.0, count - discounts[trie.depth[node]][min(count, 3)]) / total[above] if total[above] else 0.0
        p[node] = own + b[above] * shorter
    log_b = [math.log(max(x, 1e-6)) for x in b]
    return Model(trie, [math.log(max(x, 1e-12)) for x in p], log_b)


def children_by_node(trie, alive):
    children = defaultdict(list)
    for node in range(1, len(trie.parent)):
        if alive[node]:
            children[trie.parent[node]].append(node)
    return children


def prune_depth(model, alive, children, depth, threshold):
    """Removes n-grams of one length whose loss raises the model's entropy by less than the threshold (Stolcke 1998)."""
    trie, log_p = model.trie, model.log_p
    needed = {trie.fail[n] for n in range(1, len(alive)) if alive[n]}
    for context, nodes in list(children.items()):
        if trie.depth[context] != depth - 1:
            continue
        reach = (trie.count[context] or 1) / trie.count[trie.child[END]]
        left = max(1e-9, 1 - sum(math.exp(log_p[n]) for n in nodes))
        below = max(1e-9, 1 - sum(math.exp(log_p[trie.fail[n]]) for n in nodes))
        log_bow = math.log(left / below)
        for n in nodes:
            if n in needed or children.get(n):
                continue
            own, shorter = math.exp(log_p[n]), log_p[trie.fail[n]]
            new_bow = math.log((left + own) / (below + math.exp(shorter)))
            change = own * (shorter + new_bow - log_p[n]) + left * (new_bow - log_bow)
            if -reach * change < threshold:
                alive[n] = False
        children[context] = [n for n in nodes if alive[n]]


def prune(model, order, threshold):
    """Alive flags and fresh back-off weights after pruning from the longest n-grams down; single units all stay."""
    trie = model.trie
    alive = [True] * len(trie.parent)
    children = children_by_node(trie, alive)
    for depth in range(order, 1, -1):
        prune_depth(model, alive, children, depth, threshold)
    log_b = list(model.log_b)
    for context, nodes in children.items():
        if trie.depth[context] and nodes:
            left = max(1e-6, 1 - sum(math.exp(model.log_p[n]) for n in nodes))
            below = max(1e-6, 1 - sum(math.exp(model.log_p[trie.fail[n]]) for n in nodes))
            log_b[context] = math.log(left / below)
    for context in range(len(alive)):
        if alive[context] and not children.get(context):
            log_b[context] = 0.0
    return Model(trie, model.log_p, log_b), children
