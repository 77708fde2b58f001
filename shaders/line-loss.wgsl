// The loss of every frame of a line (runtime/backend.ts, AdapterGradient) and the gradient of the line's loss with respect to
// its prediction; zeros for the columns of the prefix.
//   outputs [columns, 2 * LATENT + ADVANCES]: mean, log-scale (not yet clamped), advance logits
//   target [frames, 2 * LATENT]: mean, log-scale   advances [frames]: symbols to the next frame, below 0: there is none
//   losses [frames]: KL(target || prediction) summed over dims, cross-entropy of the advance
//   gradient [columns, WIDTH]: of the outputs, then zeros
// Workgroups: (columns). Includes: line, workgroup-sum.

const THREADS = 64u;

alias Sum = f32;

override LATENT: u32;
override ADVANCES: u32; // 0: the model has no pointer
override WIDTH: u32;
override LOG_SCALE_MIN: f32;
override LOG_SCALE_MAX: f32;
override POINTER_WEIGHT: f32;

@group(0) @binding(0) var<uniform> line: Line;
@group(0) @binding(1) var<storage, read> outputs: array<f32>;
@group(0) @binding(2) var<storage, read> target_posterior: array<f32>;
@group(0) @binding(3) var<storage, read> advances: array<i32>;
@group(0) @binding(4) var<storage, read_write> losses: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> gradient: array<f32>;

// ln of the sum of e^logit.
fn softmax_level(first: u32) -> f32 {
  var highest = outputs[first];
  for (var a = 1u; a < ADVANCES; a++) {
    highest = max(highest, outputs[first + a]);
  }
  var sum = 0.0;
  for (var a = 0u; a < ADVANCES; a++) {
    sum += exp(outputs[first + a] - highest);
  }
  return highest + log(sum);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let result = group.x * WIDTH;
  if (group.x < line.prefix) {
    for (var index = thread; index < WIDTH; index += THREADS) {
      gradient[result + index] = 0.0;
    }
    return;
  }
  let frame = group.x - line.prefix;
  let frames = line.columns - line.prefix;
  let output = group.x * (2u * LATENT + ADVANCES);
  let wanted = frame * 2u * LATENT;

  let share = 1.0 / f32(frames * LATENT);
  var divergence = 0.0;
  for (var d = thread; d < LATENT; d += THREADS) {
    let raw = outputs[output + LATENT + d];
    let scale = clamp(raw, LOG_SCALE_MIN, LOG_SCALE_MAX);
    let wanted_scale = target_posterior[wanted + LATENT + d];
    let offset = outputs[output + d] - target_posterior[wanted + d];
    let sharpness = exp(-2 * scale);
    let spread = (exp(2 * wanted_scale) + offset * offset) * sharpness;
    divergence += scale - wanted_scale + 0.5 * spread - 0.5;
    gradient[result + d] = share * offset * sharpness;
    gradient[result + LATENT + d] = select(0.0, share * (1 - spread), raw == scale);
  }
  let divergence_of_all = total(divergence, thread);

  let logits = output + 2u * LATENT;
  let advance = advances[frame];
  var cross_entropy = 0.0;
  var level = 0.0;
  if (ADVANCES > 0u && advance >= 0) {
    level = softmax_level(logits);
    cross_entropy = level - outputs[logits + u32(advance)];
  }
  for (var a = thread; a < WIDTH - 2u * LATENT; a += THREADS) {
    var slope = 0.0;
    if (a < ADVANCES && advance >= 0) {
      slope = exp(outputs[logits + a] - level) - f32(a == u32(advance));
      slope *= POINTER_WEIGHT / f32(frames - 1u);
    }
    gradient[result + 2u * LATENT + a] = slope;
  }
  if (thread == 0u) {
    losses[frame] = vec2f(divergence_of_all, cross_entropy);
  }
}
