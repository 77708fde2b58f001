/** Those who want to hear of something. */
export interface ListenerList<Event> {
  /** Calls `listener` at every later event; returns what ends that. Adding one twice calls it twice. */
  add(listener: (event: Event) => void): () => void;
}

/** The side of a list that tells. */
export interface Teller<Event> extends ListenerList<Event> {
  /** Calls all in the order they came. One that throws does not keep the others from hearing; its error goes to `onError`. */
  tell(event: Event): void;
}

/** An empty list. `onError` must not throw. */
export function createTeller<Event>(onError: (error: unknown) => void): Teller<Event> {
  const listeners = new Set<{ readonly call: (event: Event) => void }>();
  return {
    add(call) {
      const entry = { call };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    tell(event) {
      for (const { call } of Array.from(listeners)) {
        try {
          call(event);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
