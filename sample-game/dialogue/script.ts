import type { CastName } from "../characters/cast.ts";

/** Who says what, in order. */
export type Script = readonly (readonly [CastName, string])[];
