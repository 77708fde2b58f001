// The gradients with respect to both products of a feed-forward block (SwiGLU) for a tile of columns, through
// y = silu(gate h) * (up h); the products are made once more.
//   y_gradient, gate_gradient, up_gradient [columns, OUTPUT]
// Workgroups: (OUTPUT / 8, tiles). Includes: column, columns, gate-up-rows.

@group(0) @binding(5) var<storage, read> y_gradient: array<f32>;
@group(0) @binding(6) var<storage, read_write> gate_gradient: array<f32>;
@group(0) @binding(7) var<storage, read_write> up_gradient: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_column = group.y * COLUMNS;
  if (is_idle(first_column)) {
    return;
  }
  var made = gates_and_ups(group, thread);
  for (var turn = 0u; turn < TURNS; turn++) {
    let place = place_of(group, thread, turn);
    if (place.is_there) {
      let at = (first_column + place.c) * OUTPUT + group.x * ROWS + place.row;
      let gated = made[turn].x;
      let open = 1 / (1 + exp(-gated));
      gate_gradient[at] = y_gradient[at] * made[turn].y * open * (1 + gated * (1 - open));
      up_gradient[at] = y_gradient[at] * gated * open;
    }
  }
}
