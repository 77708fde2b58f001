// Shared by the kernels that know sentences: what a slot holds. weights/FORMAT.md has the rule of a step.

struct Slot {
  position: u32, // of the next keys and values
  symbols: u32, // count
  pointer: u32,
  age: u32,
  rest: u32,
  frames: u32,
  ended: u32, // 0: goes on
  rank: u32, // of its adapter; 0: none
  seed_low: u32,
  seed_high: u32,
  stream: u32,
  width: f32, // square root of the temperature
}

const STOPPED = 1u;
const RESTED = 2u;
const FULL = 3u; // no room for a further position
