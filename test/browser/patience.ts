/** How long a test waits for what must come: a bound for what hangs, not for what is slow. */
export const PATIENCE_MS = 300_000;
