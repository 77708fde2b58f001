// Ends a step, one workgroup a column: stop test, sampling, pointer and rest rule (weights/FORMAT.md, one step of speech).
//   outputs [columns, 2 * LATENT4 * 4 + ADVANCES]: mean, log-scale (not yet clamped), advance logits
//   latents [slots, CAPACITY, LATENT4 * 4]   path [slots, CAPACITY]: the symbol of each frame
// Workgroups: (columns). Includes: column, slots, gaussian, workgroup-sum.

const THREADS = 64u;

override LATENT4: u32;
override CAPACITY: u32;
override ADVANCES: u32; // 0: the model has no pointer
override LOG_SCALE_MIN: f32;
override LOG_SCALE_MAX: f32;
override KL_THRESHOLD: f32;
override TARGET_MEAN: f32;
override TARGET_LOG_SCALE: f32;
override REST_FRAMES: u32;
override MAX_AGE: u32;

@group(0) @binding(0) var<uniform> columns: array<Column, MOST_COLUMNS>;
@group(0) @binding(1) var<storage, read> outputs: array<f32>;
@group(0) @binding(2) var<storage, read_write> slots: array<Slot>;
@group(0) @binding(3) var<storage, read_write> latents: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> path: array<u32>;

alias Sum = f32;

fn four_outputs(first: u32) -> vec4f {
  return vec4f(outputs[first], outputs[first + 1u], outputs[first + 2u], outputs[first + 3u]);
}

fn log_scale(output: u32, d: u32) -> vec4f {
  return clamp(four_outputs(output + 4u * (LATENT4 + d)), vec4f(LOG_SCALE_MIN), vec4f(LOG_SCALE_MAX));
}

// Sum over four dims of KL(N(mean, e^scale) || N(TARGET_MEAN, e^TARGET_LOG_SCALE)).
fn divergence_from_end(mean: vec4f, scale: vec4f) -> f32 {
  let offset = mean - TARGET_MEAN;
  let spread = exp(2 * scale) + offset * offset;
  return dot(TARGET_LOG_SCALE - scale + spread / (2 * exp(2 * TARGET_LOG_SCALE)) - 0.5, vec4f(1));
}

fn likeliest_advance(output: u32) -> u32 {
  let first = output + 8u * LATENT4;
  var best = 0u;
  for (var a = 1u; a < ADVANCES; a++) {
    if (outputs[first + a] > outputs[first + best]) {
      best = a;
    }
  }
  return best;
}

fn after_frame(before: Slot, output: u32) -> Slot {
  var slot = before;
  slot.position++;
  slot.frames++;
  if (ADVANCES > 0u) {
    let last = slot.symbols - 1u;
    let likeliest = likeliest_advance(output);
    let pushed = select(likeliest, 1u, likeliest == 0u && slot.age >= MAX_AGE);
    let moved = min(pushed, last - slot.pointer);
    slot.age = select(0u, slot.age + 1u, moved == 0u);
    slot.pointer += moved;
    slot.rest += u32(slot.pointer == last);
  }
  if (slot.rest > REST_FRAMES) {
    slot.ended = RESTED;
  } else if (slot.position == CAPACITY) {
    slot.ended = FULL;
  }
  return slot;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = columns[group.x];
  if (column.slot == NO_SLOT) {
    return;
  }
  let at = column.slot;
  let slot = slots[at]; // read by all threads before the barriers below, written by one after them
  let output = group.x * (8u * LATENT4 + ADVANCES);

  var divergence = 0.0;
  for (var d = thread; d < LATENT4; d += THREADS) {
    divergence += divergence_from_end(four_outputs(output + 4u * d), log_scale(output, d));
  }
  let divergence_of_all = total(divergence, thread);
  let at_end = ADVANCES == 0u || slot.pointer + 1u == slot.symbols;
  if (at_end && divergence_of_all / f32(4u * LATENT4) < KL_THRESHOLD) {
    if (thread == 0u) {
      slots[at].ended = STOPPED;
    }
    return;
  }
  let frame = at * CAPACITY + slot.frames;
  for (var d = thread; d < LATENT4; d += THREADS) {
    let noise = four_gaussians(slot.seed_low, slot.seed_high, slot.stream, slot.frames * LATENT4 + d);
    let width = slot.width * exp(log_scale(output, d));
    latents[frame * LATENT4 + d] = four_outputs(output + 4u * d) + width * noise;
  }
  if (thread == 0u) {
    path[frame] = slot.pointer;
    slots[at] = after_frame(slot, output);
  }
}
