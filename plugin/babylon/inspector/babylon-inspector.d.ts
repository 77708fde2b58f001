/**
 * The part of two packages that the Voice section uses. Both are only there where somebody inspects a game, and the types
 * that the Inspector brings import a package that npm does not have.
 */
declare module "@babylonjs/inspector" {
  import type { FunctionComponent } from "react";

  export const PropertiesServiceIdentity: unique symbol;

  interface Line {
    readonly label: string;
  }

  export const TextPropertyLine: FunctionComponent<Line & { readonly value: string }>;

  export const TextInputPropertyLine: FunctionComponent<
    Line & {
      readonly value: string;
      readonly disabled?: boolean;
      readonly validateOnlyOnBlur?: boolean;
      readonly onChange: (value: string) => void;
    }
  >;

  export const SyncedSliderPropertyLine: FunctionComponent<
    Line & {
      readonly value: number;
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly precision?: number;
      readonly disabled?: boolean;
      readonly notifyOnlyOnRelease?: boolean;
      readonly onChange: (value: number) => void;
    }
  >;

  export const SwitchPropertyLine: FunctionComponent<
    Line & { readonly value: boolean; readonly onChange: (value: boolean) => void }
  >;

  export const MessageBar: FunctionComponent<{ readonly message: string; readonly intent: "error" }>;

  /** Shows that it is busy while what `onClick` returns is pending. */
  export const ButtonLine: FunctionComponent<Line & { readonly onClick: () => Promise<unknown> }>;
}

declare module "react" {
  export interface ReactElement {
    readonly type: unknown;
    readonly props: unknown;
    readonly key: string | null;
  }

  export type FunctionComponent<P> = (props: P) => ReactElement | null;

  export function createElement<P>(
    type: FunctionComponent<P>,
    props: P & { readonly key?: string },
  ): ReactElement;
  export function createElement<P>(
    type: string | symbol,
    props: P | null,
    ...children: readonly ReactElement[]
  ): ReactElement;

  export const Fragment: symbol;

  export function useState<S>(initial: S): [S, (next: S) => void];

  export function useReducer<S>(reducer: (state: S) => S, initial: S): [S, () => void];
}
