/** Strict readers of manifest values: each checks one JSON value and names the key path when it is not allowed. */
import { WeightsError } from "./errors.ts";

/** Returns the value as T, or throws a WeightsError that names `path`. */
export type Parser<T> = (value: unknown, path: string) => T;

function refuse(path: string, given: unknown, allowed: string): never {
  const key = path === "" ? "the whole file" : `"${path}"`;
  throw new WeightsError(
    `manifest.json: ${key} is ${shown(given)}; allowed: ${allowed}. ` +
      `The weights are damaged or of another version: export or download them again.`,
  );
}

function shown(given: unknown): string {
  if (given === undefined) return "missing";
  const json = JSON.stringify(given);
  return json.length > 60 ? `${json.slice(0, 60)}...` : json;
}

export function number(lowest = -Infinity): Parser<number> {
  const allowed = lowest === -Infinity ? "a number" : `a number of at least ${lowest}`;
  return (value, path) =>
    typeof value === "number" && value >= lowest ? value : refuse(path, value, allowed);
}

export function integer(lowest: number): Parser<number> {
  return (value, path) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= lowest
      ? value
      : refuse(path, value, `a whole number of at least ${lowest}`);
}

export function text(pattern: RegExp): Parser<string> {
  return (value, path) =>
    typeof value === "string" && pattern.test(value) ? value : refuse(path, value, `text like ${pattern}`);
}

export function oneOf<T extends string | number | boolean>(...allowed: readonly T[]): Parser<T> {
  return (value, path) =>
    allowed.find((each) => each === value) ??
    refuse(path, value, allowed.map((each) => shown(each)).join(" or "));
}

export function exactly<T extends string | number | boolean>(only: T): Parser<T> {
  return oneOf(only);
}

export function nullable<T>(inner: Parser<T>): Parser<T | null> {
  return (value, path) => (value === null ? null : inner(value, path));
}

/** For a key that may be left out. */
export function optional<T>(inner: Parser<T>): Parser<T | undefined> {
  return (value, path) => (value === undefined ? undefined : inner(value, path));
}

export function arrayOf<T>(item: Parser<T>): Parser<readonly T[]> {
  const list = listOf(item);
  return (value, path) =>
    Array.isArray(value) && value.length === 0
      ? refuse(path, value, "an array that is not empty")
      : list(value, path);
}

/** An array that may be empty. */
export function listOf<T>(item: Parser<T>): Parser<readonly T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((each, index) => item(each, `${path}[${index}]`))
      : refuse(path, value, "an array");
}

export function recordOf<T>(item: Parser<T>): Parser<Readonly<Record<string, T>>> {
  return (value, path) =>
    Object.fromEntries(entries(value, path).map(([key, each]) => [key, item(each, join(path, key))]));
}

/** An object with exactly these keys, less those that are optional and left out. */
export function object<T>(fields: { readonly [K in keyof T]-?: Parser<T[K]> }): Parser<T> {
  return (value, path) => {
    const given = new Map(entries(value, path));
    const unknown = [...given.keys()].find((key) => !Object.hasOwn(fields, key));
    if (unknown !== undefined) {
      refuse(join(path, unknown), given.get(unknown), `no such key, only ${Object.keys(fields).join(", ")}`);
    }
    const parse = (key: string) => [key, fields[key as keyof T](given.get(key), join(path, key))] as const;
    return Object.fromEntries(
      Object.keys(fields)
        .map(parse)
        .filter(([, each]) => each !== undefined),
    ) as T;
  };
}

/** An object whose `kind` says which keys it has; one that names none is of the kind `otherwise`. */
export function byKind<T extends { readonly kind: string }>(
  kinds: { readonly [K in T["kind"]]: Parser<Extract<T, { readonly kind: K }>> },
  otherwise?: T["kind"],
): Parser<T> {
  const kindOf = oneOf(...(Object.keys(kinds) as T["kind"][]));
  return (value, path) => {
    const given = { kind: otherwise, ...Object.fromEntries(entries(value, path)) };
    return kinds[kindOf(given.kind, join(path, "kind"))](given, path);
  };
}

function entries(value: unknown, path: string): [string, unknown][] {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value)
    : refuse(path, value, "an object");
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
