/**
 * A back-off n-gram model over symbols 0..symbolCount-1, as stored by weights/recipe/train_lts.py (`encode_model`).
 * A node is an n-gram; its parent lacks the last symbol, its tail lacks the first; node 0 is empty. Costs are
 * -log p in eighths of a nat.
 */
export interface NgramTree {
  readonly symbolCount: number;
  readonly cost: Uint8Array; // [node]
  readonly backOffCost: Int16Array; // [node]
  readonly hasChildren: Uint8Array; // [node], 0 or 1
  readonly tail: Int32Array; // [node]
  readonly children: ChildTable;
}

/** Open-addressing hash from node * symbolCount + symbol to the child node. */
interface ChildTable {
  readonly mask: number;
  readonly keys: Int32Array; // -1 where free
  readonly nodes: Int32Array;
}

/** One unit of cost is an eighth of a nat. */
export const STEPS_PER_NAT = 8;

const BACK_OFF_OFFSET = 12 * STEPS_PER_NAT;
const UNSEEN_COST = 16 * STEPS_PER_NAT;
const SMALLEST_NODE_BYTES = 2;

function createChildTable(mostNodes: number): ChildTable {
  const size = 2 ** Math.ceil(Math.log2(mostNodes * 2));
  return { mask: size - 1, keys: new Int32Array(size).fill(-1), nodes: new Int32Array(size) };
}

/** The slot that holds the key, or the free one where it belongs. */
function slotOf({ mask, keys }: ChildTable, key: number): number {
  let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & mask;
  while (keys[slot] !== -1 && keys[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}

function addChild(table: ChildTable, key: number, node: number): void {
  const slot = slotOf(table, key);
  table.keys[slot] = key;
  table.nodes[slot] = node;
}

/** The child node, or -1. */
function childOf(table: ChildTable, key: number): number {
  const slot = slotOf(table, key);
  return table.keys[slot] === -1 ? -1 : (table.nodes[slot] ?? -1);
}

/** Reads a model written by the training recipe. */
export function readNgramTree(bytes: Uint8Array, symbolCount: number): NgramTree {
  const mostNodes = Math.ceil(bytes.length / SMALLEST_NODE_BYTES) + 1;
  const cost = new Uint8Array(mostNodes);
  const backOffCost = new Int16Array(mostNodes);
  const hasChildren = new Uint8Array(mostNodes);
  const parents = new Int32Array(mostNodes);
  const symbols = new Int32Array(mostNodes);
  const children = createChildTable(mostNodes);
  let at = 0;
  let count = 1;
  const readVarint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const readChildren = (parent: number): void => {
    let symbol = -1;
    for (let left = readVarint(); left > 0; left--) {
      const code = readVarint();
      const node = count++;
      symbol += (code >> 1) + 1;
      addChild(children, parent * symbolCount + symbol, node);
      parents[node] = parent;
      symbols[node] = symbol;
      cost[node] = bytes[at++] ?? 0;
      hasChildren[node] = code & 1;
      if (hasChildren[node] === 0) continue;
      backOffCost[node] = BACK_OFF_OFFSET - (bytes[at++] ?? 0);
      readChildren(node);
    }
  };
  readChildren(0);
  hasChildren[0] = 1;
  const tail = linkTails(parents.subarray(0, count), symbols, children, symbolCount);
  return { symbolCount, cost, backOffCost, hasChildren, tail, children };
}

/** The tail of a node is the child, by the node's symbol, of its parent's tail. */
function linkTails(
  parents: Int32Array,
  symbols: Int32Array,
  children: ChildTable,
  symbolCount: number,
): Int32Array {
  const tail = new Int32Array(parents.length).fill(-1);
  tail[0] = 0;
  const tailOf = (node: number): number => {
    const known = tail[node] ?? 0;
    if (known >= 0) return known;
    const parent = parents[node] ?? 0;
    const found = parent === 0 ? 0 : childOf(children, tailOf(parent) * symbolCount + (symbols[node] ?? 0));
    return (tail[node] = Math.max(found, 0));
  };
  for (let node = 1; node < parents.length; node++) tailOf(node);
  return tail;
}

/** The cost of a symbol after a context, and the context it leads to. */
export function followSymbol(
  tree: NgramTree,
  context: number,
  symbol: number,
): { readonly cost: number; readonly context: number } {
  let cost = 0;
  for (let node = context; ; node = tree.tail[node] ?? 0) {
    let found = childOf(tree.children, node * tree.symbolCount + symbol);
    if (found >= 0) {
      cost += tree.cost[found] ?? 0;
      while (found !== 0 && tree.hasChildren[found] === 0) found = tree.tail[found] ?? 0;
      return { cost, context: found };
    }
    if (node === 0) return { cost: cost + UNSEEN_COST, context: 0 };
    cost += tree.backOffCost[node] ?? 0;
  }
}
