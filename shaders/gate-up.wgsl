// The first half of a feed-forward block (SwiGLU) for a tile of columns: RMS norm, silu(gate x) * (up x).
//   y [columns, OUTPUT]
// Workgroups: (OUTPUT / 8, tiles). Includes: column, columns, gate-up-rows.

@group(0) @binding(5) var<storage, read_write> y: array<f32>;

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
      let gated = made[turn].x;
      y[(first_column + place.c) * OUTPUT + group.x * ROWS + place.row] = gated / (1 + exp(-gated)) * made[turn].y;
    }
  }
}
