/** Name of the processor for `new AudioWorkletNode`. */
export const CAPTURE_NAME = "kalliope-capture";

/** The part of AudioWorkletGlobalScope that TypeScript's libraries leave out. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;

/** The worklet loads the text of this function, so it must not use anything from outside it but the worklet's globals. */
function registerCapture(name: string): void {
  class CaptureProcessor extends AudioWorkletProcessor {
    readonly blockFrames = 2048;
    block = new Float32Array(this.blockFrames);
    filled = 0;
    closed = false;

    constructor() {
      super();
      this.port.addEventListener("message", () => {
        this.closed = true;
      });
      this.port.start();
    }

    process(inputs: readonly (readonly Float32Array[])[]): boolean {
      const channel = inputs[0]?.[0];
      if (channel === undefined) return !this.closed; // the source has not started
      if (this.filled + channel.length > this.blockFrames) this.send();
      this.block.set(channel, this.filled);
      this.filled += channel.length;
      return !this.closed;
    }

    send(): void {
      const full = this.block.subarray(0, this.filled);
      this.port.postMessage(full, [full.buffer]);
      this.block = new Float32Array(this.blockFrames);
      this.filled = 0;
    }
  }
  registerProcessor(name, CaptureProcessor);
}

/** The worklet's module as text, as audio/pcm-player-source.ts explains. */
export const CAPTURE_SOURCE = `(${registerCapture})(${JSON.stringify(CAPTURE_NAME)});\n`;
