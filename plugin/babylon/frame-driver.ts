/** The part of a Babylon engine that tells of frames. */
export interface FrameSource {
  readonly onEndFrameObservable: {
    add(listener: () => void): unknown;
    remove(observer: never): unknown;
  };
  getDeltaTime(): number;
}

/** No frame for this long: the tab is hidden, the device is lost, or nothing renders. */
const STALLED_MS = 250;

const TICK_MS = 100;

/**
 * Calls `update` after each frame's own commands are submitted (in `onBeginFrameObservable` speech would delay the frame
 * itself), and by a timer while no frames come. In a hidden tab browsers slow timers down to one call a second once no
 * sound plays; voices are computed further ahead than that. Returns what ends it.
 * @param update is given the time, and how long the frame took; undefined when there was none
 */
export function driveFrames(
  engine: FrameSource,
  update: (nowMs: number, frameMs: number | undefined) => void,
): () => void {
  let lastFrameMs = performance.now();
  const observer = engine.onEndFrameObservable.add(() => {
    lastFrameMs = performance.now();
    update(lastFrameMs, engine.getDeltaTime());
  });
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lastFrameMs >= STALLED_MS) update(nowMs, undefined);
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    engine.onEndFrameObservable.remove(observer as never);
  };
}
