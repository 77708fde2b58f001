/** The parts of the Cache API that the weights cache uses, in memory. */
export function createMemoryCacheStorage(mostBytes = Infinity) {
  const entries = new Map<string, { readonly bytes: Uint8Array<ArrayBuffer>; readonly headers: Headers }>();
  const cache = {
    async match(key: string | Request) {
      const entry = entries.get(typeof key === "string" ? key : key.url);
      return entry && new Response(entry.bytes, { headers: entry.headers });
    },
    async put(key: string, response: Response) {
      const bytes = new Uint8Array(await response.arrayBuffer());
      const used = [...entries.values()].reduce((sum, entry) => sum + entry.bytes.length, 0);
      if (used + bytes.length > mostBytes) throw new DOMException("full", "QuotaExceededError");
      entries.set(key, { bytes, headers: response.headers });
    },
    keys: async () => [...entries.keys()].map((url) => new Request(url)),
    delete: async (request: Request) => entries.delete(request.url),
  };
  return { storage: { open: async () => cache } as unknown as CacheStorage, entries };
}
