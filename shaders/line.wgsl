// Shared by the kernels that train: the line that is learnt from. It is one slot with a column for every position.

struct Line {
  prefix: u32, // columns before those of the frames: speaker and symbols
  columns: u32,
  seen: u32, // positions that all columns see: the prefix, or 0 when it is causal; each sees those up to its own besides
}
