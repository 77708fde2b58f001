import type { CachedLine, LineCache } from "./line-cache.ts";

/** About what an event costs in memory. */
const EVENT_BYTES = 100;

/** Lines in memory; those used longest ago go when there are more than `mostBytes`. A line larger than that is not kept. */
export function createMemoryLineCache(mostBytes: number): LineCache {
  const lines = new Map<string, CachedLine>(); // in order of use, latest last
  let bytes = 0;
  const remove = (key: string) => {
    const line = lines.get(key);
    if (line === undefined) return;
    lines.delete(key);
    bytes -= bytesOf(line);
  };
  return {
    get(key) {
      const line = lines.get(key);
      if (line === undefined) return undefined;
      lines.delete(key);
      lines.set(key, line);
      return line;
    },
    put(key, line) {
      remove(key);
      lines.set(key, line);
      bytes += bytesOf(line);
      for (const oldest of lines.keys()) {
        if (bytes <= mostBytes) break;
        remove(oldest);
      }
    },
    has: (key) => lines.has(key),
    forget(part) {
      for (const key of lines.keys()) if (key.includes(part)) remove(key);
    },
    get bytes() {
      return bytes;
    },
  };
}

function bytesOf({ samples, events }: CachedLine): number {
  return samples.byteLength + events.length * EVENT_BYTES;
}
