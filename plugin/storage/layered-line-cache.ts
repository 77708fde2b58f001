import type { LineCache } from "../line-cache.ts";

/** A small quick cache in front of a large slow one: what comes from the slow one is then in the quick one too. */
export function createLayeredLineCache(quick: LineCache, slow: LineCache): LineCache {
  return {
    get bytes() {
      return (quick.bytes ?? 0) + (slow.bytes ?? 0);
    },
    has: (key) => quick.has(key) || slow.has(key),
    get(key) {
      if (quick.has(key) || !slow.has(key)) return quick.get(key);
      return Promise.resolve(slow.get(key)).then((line) => {
        if (line !== undefined) void quick.put(key, line);
        return line;
      });
    },
    put(key, line) {
      void quick.put(key, line);
      return slow.put(key, line);
    },
    async forget(part) {
      await slow.forget(part); // first, so that a line on its way from there is not left in the quick one
      await quick.forget(part);
    },
  };
}
