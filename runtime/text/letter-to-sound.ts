import { base64Bytes } from "./base64.ts";
import { letterToSoundData } from "./letter-to-sound-data.ts";
import { followSymbol, type NgramTree, readNgramTree, STEPS_PER_NAT } from "./ngram-tree.ts";

/**
 * Pronounces words the dictionary lacks: a beam search for the likeliest cut of the spelling into letter groups with
 * their phones ("units") under a back-off n-gram model. Made and measured by weights/recipe/train_lts.py; its error rate
 * on held-out words heads letter-to-sound-data.ts.
 */

const BEAM = 12;
const NO_STRESS_COST = 6 * STEPS_PER_NAT;
const END = 0;
const UNIT_LENGTHS = [1, 2];

interface Unit {
  readonly symbol: number;
  readonly phones: readonly string[];
  readonly primaries: number;
}

interface Model {
  readonly unitsByLetters: ReadonlyMap<string, readonly Unit[]>;
  readonly tree: NgramTree;
}

interface Hypothesis {
  readonly context: number;
  readonly primaries: number;
  readonly cost: number;
  readonly unit: Unit | undefined;
  readonly before: Hypothesis | undefined;
}

type Beam = Map<number, Hypothesis>;

function parseUnits(table: string): Map<string, Unit[]> {
  const byLetters = new Map<string, Unit[]>();
  table.split(" ").forEach((entry, index) => {
    const [letters = "", list = ""] = entry.split(":");
    const phones = list === "" ? [] : list.split(".");
    const unit = { symbol: index + 1, phones, primaries: phones.filter((p) => p.endsWith("1")).length };
    byLetters.set(letters, [...(byLetters.get(letters) ?? []), unit]);
  });
  return byLetters;
}

let loadedModel: Model | undefined;

/** Unpacked at the first unknown word, which takes some tens of milliseconds. */
function model(): Model {
  return (loadedModel ??= {
    unitsByLetters: parseUnits(letterToSoundData.units),
    tree: readNgramTree(base64Bytes(letterToSoundData.model), letterToSoundData.units.split(" ").length + 1),
  });
}

/** Keeps the cheaper of two hypotheses that the rest of the word cannot tell apart. */
function keep(beam: Beam, hypothesis: Hypothesis): void {
  const key = hypothesis.context * 2 + hypothesis.primaries;
  const rival = beam.get(key);
  if (rival === undefined || hypothesis.cost < rival.cost) beam.set(key, hypothesis);
}

/** Adds each unit to a hypothesis, unless the word would get a second primary stress. */
function extend(tree: NgramTree, before: Hypothesis, units: readonly Unit[], beam: Beam): void {
  for (const unit of units) {
    const primaries = before.primaries + unit.primaries;
    if (primaries > 1) continue;
    const step = followSymbol(tree, before.context, unit.symbol);
    keep(beam, { context: step.context, primaries, cost: before.cost + step.cost, unit, before });
  }
}

function bestEnd(tree: NgramTree, beam: Beam): Hypothesis | undefined {
  let best: Hypothesis | undefined;
  let bestCost = Infinity;
  for (const end of beam.values()) {
    const unstressed = end.primaries === 0 ? NO_STRESS_COST : 0;
    const cost = end.cost + followSymbol(tree, end.context, END).cost + unstressed;
    if (cost < bestCost) [best, bestCost] = [end, cost];
  }
  return best;
}

function phonesOf(end: Hypothesis | undefined): string[] {
  const parts: (readonly string[])[] = [];
  for (let at = end; at?.unit !== undefined; at = at.before) parts.push(at.unit.phones);
  return parts.toReversed().flat();
}

/**
 * The likely pronunciation of a word.
 * @param word letters a-z in lower case; the time grows with the length
 * @returns ARPAbet phones with stress; empty when the word has no letters or spells no sound
 */
export function letterToSound(word: string): readonly string[] {
  const { unitsByLetters, tree } = model();
  const beams = Array.from({ length: word.length + 1 }, (): Beam => new Map());
  const start = followSymbol(tree, 0, END).context;
  beams[0]?.set(start, { context: start, primaries: 0, cost: 0, unit: undefined, before: undefined });
  for (let at = 0; at < word.length; at++) {
    const ranked = [...(beams[at]?.values() ?? [])].sort((a, b) => a.cost - b.cost).slice(0, BEAM);
    for (const length of UNIT_LENGTHS) {
      const units = unitsByLetters.get(word.slice(at, at + length));
      const beam = beams[at + length];
      if (units === undefined || beam === undefined) continue;
      for (const hypothesis of ranked) extend(tree, hypothesis, units, beam);
    }
  }
  return phonesOf(bestEnd(tree, beams[word.length] ?? new Map()));
}
