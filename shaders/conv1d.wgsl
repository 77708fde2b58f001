// Dense 1-D convolution over the frames of a window, as a tiled matrix product: y = activation(W x + b).
//
// Every place takes `taps` rows of the source, `dilation` apart. A linear layer is one tap; a transposed convolution is
// its polyphase form, whose outputs are split into `split` rows. The sum runs over the inputs in the same order whatever
// the size of the window, so that chunks of any size give the same bits. Sizes are uniforms and not constants: one
// pipeline serves every layer.

struct Sizes {
  channels: u32, // of a source row, a multiple of 4
  outputs: u32,
  taps: u32,
  dilation: u32,
  step: u32, // source rows from one place to the next
  back: u32, // source rows from the first tap to the place itself
  rate: u32, // places in a latent
  source_ring: u32, // rows of a slot; 0: the rows of the window one after the other
  result_ring: u32,
  split: u32,
  activation: u32,
  delay: u32, // places by which the layer is behind the window, as its source is; what lies before time 0 is not made
}

@group(0) @binding(1) var<uniform> sizes: Sizes;
@group(0) @binding(2) var<storage, read> weights: array<Weight4>; // [outputs, taps, channels]
@group(0) @binding(3) var<storage, read> vectors: array<f32>; // bias [outputs], then what the activation needs
@group(0) @binding(4) var<storage, read> source: array<vec4f>; // rows of `channels`
@group(0) @binding(5) var<storage, read> residual: array<f32>; // rows of `outputs / split`, placed as the result's
@group(0) @binding(6) var<storage, read_write> result: array<f32>;

override row_groups: u32 = 4; // of 8 places, in a workgroup; 1 for small windows

const SNAKE = 1u; // x + g sin^2(pi f x), f and g after the bias in `vectors`
const RELU = 2u;
const TANH = 3u;
const SIGMOID = 4u;
const RESIDUAL = 5u; // residual + s x, s after the bias in `vectors`

const LANES = 16u; // threads across the outputs, 4 outputs each
const TILE_OUTPUTS = 64u;
const TILE_QUADS = 8u; // of 4 inputs
const PITCH = 9u; // quads from row to row of a tile: neighbouring lanes meet in no bank
const LOADERS = 16u; // rows of a tile that are loaded at once

var<workgroup> source_tile: array<vec4f, 288>; // [32 places, PITCH]
var<workgroup> weight_tile: array<vec4f, 576>; // [TILE_OUTPUTS, PITCH]

/// The source rows of a place.
struct Loader {
  rows: Rows,
  time: i32, // of the first tap
}

fn loader_of(place: u32) -> Loader {
  if (place >= place_count(sizes.rate)) {
    return Loader(Rows(0, 0, 0), 0);
  }
  let time = (i32(time_of(place, sizes.rate)) - i32(sizes.delay)) * i32(sizes.step) - i32(sizes.back);
  return Loader(rows_of(voice_of(place, sizes.rate), sizes.source_ring, sizes.rate * sizes.step), time);
}

/// First quad of the row that a tap reads; -1 where zeros stand.
fn source_start(loader: Loader, tap: u32) -> i32 {
  let row = row_at(loader.rows, sizes.source_ring, loader.time + i32(tap * sizes.dilation));
  return select(-1, row * i32(sizes.channels / 4u), row >= 0);
}

fn source_quad(start: i32, quad: u32) -> vec4f {
  if (start < 0 || quad >= sizes.channels / 4u) {
    return vec4f();
  }
  return source[u32(start) + quad];
}

fn weight_quad(output: u32, tap: u32, quad: u32) -> vec4f {
  let quads = sizes.channels / 4u;
  if (output >= sizes.outputs || quad >= quads) {
    return vec4f();
  }
  return unpack4(weights[(output * sizes.taps + tap) * quads + quad]);
}

fn activate(x: f32, output: u32, at: u32) -> f32 {
  switch sizes.activation {
    case SNAKE: {
      let half_turns = x * vectors[sizes.outputs + output];
      let sine = sine_of_half_turn(half_turns - round(half_turns));
      return x + sine * sine * vectors[2u * sizes.outputs + output];
    }
    case RELU: {
      return max(x, 0.0);
    }
    case TANH: {
      return tanh(clamp(x, -15.0, 15.0)); // larger ones overflow on some adapters
    }
    case SIGMOID: {
      return 1.0 / (1.0 + exp(-x));
    }
    case RESIDUAL: {
      return fma(x, vectors[sizes.outputs + output], residual[at]);
    }
    default: {
      return x;
    }
  }
}

fn store(place: u32, first_output: u32, sums: vec4f) {
  let width = sizes.outputs / sizes.split;
  let rows = rows_of(voice_of(place, sizes.rate), sizes.result_ring, sizes.rate * sizes.split);
  let time = (i32(time_of(place, sizes.rate)) - i32(sizes.delay)) * i32(sizes.split);
  for (var j = 0u; j < 4u; j++) {
    let output = first_output + LANES * j;
    let row = row_at(rows, sizes.result_ring, time + i32(output / width));
    if (output < sizes.outputs && row >= 0) {
      let at = u32(row) * width + output % width;
      result[at] = activate(sums[j] + vectors[output], output, at);
    }
  }
}

@compute @workgroup_size(16, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first_output = group.x * TILE_OUTPUTS;
  let first_place = group.y * row_groups * 8u;
  let tile_row = lane / TILE_QUADS;
  let tile_quad = lane % TILE_QUADS;
  let loader_a = loader_of(first_place + tile_row);
  let loader_b = loader_of(first_place + LOADERS + tile_row);
  var sums: array<vec4f, 4>; // places thread.y + 8 i; outputs thread.x + LANES * (0, 1, 2, 3)
  for (var tap = 0u; tap < sizes.taps; tap++) {
    let start_a = source_start(loader_a, tap);
    let start_b = source_start(loader_b, tap);
    for (var first_quad = 0u; first_quad < sizes.channels / 4u; first_quad += TILE_QUADS) {
      let quad = first_quad + tile_quad;
      source_tile[tile_row * PITCH + tile_quad] = source_quad(start_a, quad);
      if (row_groups > 2u) {
        source_tile[(tile_row + LOADERS) * PITCH + tile_quad] = source_quad(start_b, quad);
      }
      for (var i = 0u; i < TILE_OUTPUTS; i += LOADERS) {
        weight_tile[(tile_row + i) * PITCH + tile_quad] = weight_quad(first_output + tile_row + i, tap, quad);
      }
      workgroupBarrier();
      for (var k = 0u; k < TILE_QUADS; k++) {
        let w = transpose(mat4x4f(
          weight_tile[thread.x * PITCH + k],
          weight_tile[(thread.x + LANES) * PITCH + k],
          weight_tile[(thread.x + 2u * LANES) * PITCH + k],
          weight_tile[(thread.x + 3u * LANES) * PITCH + k],
        ));
        for (var i = 0u; i < row_groups; i++) {
          let x = source_tile[(thread.y + 8u * i) * PITCH + k];
          sums[i] = fma(vec4f(x.w), w[3], fma(vec4f(x.z), w[2], fma(vec4f(x.y), w[1], fma(vec4f(x.x), w[0], sums[i]))));
        }
      }
      workgroupBarrier();
    }
  }
  for (var i = 0u; i < row_groups; i++) {
    let place = first_place + thread.y + 8u * i;
    if (place < place_count(sizes.rate)) {
      store(place, first_output + thread.x, sums[i]);
    }
  }
}
