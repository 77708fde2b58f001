/** What the village knows of everybody who walks in it. Values are set when the entity is made. */

/** Metres on the ground. */
export const Position = { x: [] as number[], z: [] as number[] };

/** Angles about the vertical, 0 to the north (+z), and what it turns to. */
export const Heading = { angle: [] as number[], wanted: [] as number[] };

/** Metres a second, where the stride is (radians), and a number that makes everybody move differently. */
export const Gait = { speed: [] as number[], stride: [] as number[], habit: [] as number[] };

/** Where it is walking to, how fast it may (0 stands), and seconds to rest before it goes. */
export const Goal = { x: [] as number[], z: [] as number[], pace: [] as number[], rest: [] as number[] };

/** How much it moves while it speaks, 0..1: leaps up with each word and dies away. */
export const Liveliness = { amount: [] as number[], words: [] as number[] };

/** Tag: somebody of the cast. */
export const Villager = {};

/** Tag: who the player is. */
export const Traveller = {};

/** Tag: one of the many. */
export const Bystander = {};
