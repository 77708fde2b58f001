/** Slots that sentences take and give back. Who comes when none is free waits, first come first served. */
export interface SlotTable {
  /** A free slot at once, or later; rejects with what `stop` was told. */
  take(): number | Promise<number>;
  give(slot: number): void;
  /** Rejects those who wait and those who come. */
  stop(reason: Error): void;
}

export function createSlotTable(count: number): SlotTable {
  const free = Array.from({ length: count }, (_, slot) => slot);
  const waiting: { resolve: (slot: number) => void; reject: (reason: Error) => void }[] = [];
  let stopped: Error | undefined;
  return {
    take() {
      if (stopped !== undefined) return Promise.reject(stopped);
      return free.shift() ?? new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    give(slot) {
      const next = waiting.shift();
      if (next === undefined) free.push(slot);
      else next.resolve(slot);
    },
    stop(reason) {
      stopped ??= reason;
      for (const { reject } of waiting.splice(0)) reject(stopped);
    },
  };
}
