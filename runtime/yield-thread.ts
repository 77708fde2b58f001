/**
 * Lets events of this thread come in (an abort, a click, a signal of the system), and throws the signal's reason if it is aborted then.
 * A backend on this very thread may answer without ever returning to the event loop. Not a timer: hidden pages slow timers down.
 */
export async function yieldThread(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const arrived = () => {
      port1.close();
      resolve();
    };
    port1.addEventListener("message", arrived, { once: true });
    port1.start();
    port2.postMessage(undefined);
  });
  signal?.throwIfAborted();
}
