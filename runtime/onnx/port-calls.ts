/** Calls of functions across a MessagePort or Worker: one message asks, one answers, errors keep their class. */
import { AdapterError, AudioInputError, BackendError, VoiceTextError, WeightsError } from "../errors.ts";

/** What a MessagePort, a Worker and the global of a worker have in common. */
export interface CallPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: "message" | "messageerror" | "error", listener: (event: MessageEvent) => void): void;
  /** A MessagePort delivers nothing before it is started. */
  start?(): void;
}

/** Functions that can be called from the other side: arguments and results must be structured-cloneable. */
export type Handlers = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

interface Call {
  readonly kind: "call";
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Reply =
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorRecord };

interface ErrorRecord {
  readonly type: string;
  readonly message: string;
}

type ErrorClass = new (message: string) => Error;

const ERROR_CLASSES: Readonly<Record<string, ErrorClass>> = {
  AdapterError,
  AudioInputError,
  BackendError,
  RangeError,
  VoiceTextError,
  WeightsError,
};

function toRecord(error: unknown): ErrorRecord {
  const message = error instanceof Error ? error.message : String(error);
  const known = Object.entries(ERROR_CLASSES).find(([, type]) => error instanceof type);
  return { type: known?.[0] ?? "BackendError", message };
}

function toError({ type, message }: ErrorRecord): Error {
  return new (ERROR_CLASSES[type] ?? BackendError)(message);
}

/** Answers the calls that come in at a port. */
export function serveCalls(port: CallPort, handlers: Handlers): void {
  port.addEventListener("message", async ({ data }: MessageEvent<Call>) => {
    if (data.kind !== "call") return;
    const { id } = data;
    try {
      const handler = handlers[data.method];
      if (handler === undefined)
        throw new BackendError(`The worker has no method "${data.method}". Update both sides.`);
      const value = await handler(...(data.args as never[]));
      port.postMessage({ kind: "result", id, value } satisfies Reply, buffersIn(value));
    } catch (error) {
      port.postMessage({ kind: "error", id, error: toRecord(error) } satisfies Reply, []);
    }
  });
  port.start?.();
}

/** Calls a method on the other side; the buffers in `transfer` move there. Rejects with what the method threw. */
export type CallOther = (
  method: string,
  args: readonly unknown[],
  transfer?: Transferable[],
) => Promise<unknown>;

/** The calling side of a port. When the worker breaks down, every call rejects with BackendError. */
export function createCaller(port: CallPort): CallOther {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let nextId = 0;
  let broken: BackendError | undefined;
  const breakDown = ({ message }: { readonly message?: string }) => {
    broken = new BackendError(
      `The worker failed (${message ?? "a message was lost"}). Create a new synthesizer.`,
    );
    for (const { reject } of waiting.values()) reject(broken);
    waiting.clear();
  };
  port.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    const caller = waiting.get(data.id);
    if (caller === undefined || (data.kind !== "result" && data.kind !== "error")) return;
    waiting.delete(data.id);
    if (data.kind === "result") caller.resolve(data.value);
    else caller.reject(toError(data.error));
  });
  port.addEventListener("error", (event) => breakDown(event as { message?: string }));
  port.addEventListener("messageerror", () => breakDown({}));
  port.start?.();
  return async (method, args, transfer = []) => {
    if (broken !== undefined) throw broken;
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      port.postMessage({ kind: "call", id, method, args } satisfies Call, transfer);
    });
  };
}

/** The buffers of all typed arrays in a result, so that they move instead of being copied. */
function buffersIn(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  if (typeof value !== "object" || value === null) return [];
  return [...new Set(Object.values(value).flatMap(buffersIn))];
}
