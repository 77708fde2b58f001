/** Where progress and messages go. */
export interface MessageStream {
  write(text: string): void;
  /** A terminal can redraw its line. */
  readonly isTTY: boolean;
}

/** Tells how many of the lines of a file are done. */
export interface Progress {
  /** One more line is done; `what` is a few words about it. */
  advance(what: string): void;
  /** Writes a message without spoiling the bar. */
  message(text: string): void;
  /** Takes the bar away. */
  end(): void;
}

const BAR_WIDTH = 30;
const CLEAR_LINE = "\r\u001B[K";

/** A bar on a terminal, one plain line each elsewhere. `total` is the number of lines. */
export function createProgress(stream: MessageStream, total: number): Progress {
  return stream.isTTY ? createBar(stream, total) : createPlainLines(stream, total);
}

function createBar(stream: MessageStream, total: number): Progress {
  let done = 0;
  const draw = (what: string) => stream.write(`${CLEAR_LINE}${barText(done, total)} ${what}`);
  draw("");
  return {
    advance(what) {
      done += 1;
      draw(what);
    },
    message(text) {
      stream.write(`${CLEAR_LINE}${text}\n`);
      draw("");
    },
    end: () => stream.write(CLEAR_LINE),
  };
}

function createPlainLines(stream: MessageStream, total: number): Progress {
  let done = 0;
  return {
    advance(what) {
      done += 1;
      stream.write(`${done}/${total} ${what}\n`);
    },
    message: (text) => stream.write(`${text}\n`),
    end: () => undefined,
  };
}

function barText(done: number, total: number): string {
  const filled = Math.round((done / total) * BAR_WIDTH);
  return `[${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)}] ${done}/${total}`;
}
