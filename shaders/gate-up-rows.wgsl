// Shared by gate-up and its backward pass: both products of a feed-forward block (SwiGLU) for a tile of columns, gate h and
// up h with h = x / rms(x) * norm. Included after column and columns.
//   x [columns, INPUT4 * 4]   norm [INPUT4 * 4]   gate, up [OUTPUT, INPUT4 * 4]

override INPUT4: u32;
override OUTPUT: u32;
override EPSILON: f32;

@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> norm: array<vec4f>;
@group(0) @binding(3) var<storage, read> gate: array<Weight4>;
@group(0) @binding(4) var<storage, read> up: array<Weight4>;

var<workgroup> square_sums: array<f32, COLUMNS * LANES>;

// Numbers of the result a thread makes.
const TURNS = (COLUMNS + LANES - 1u) / LANES;

struct Place {
  c: u32, // column of the tile
  row: u32, // of the workgroup
  is_there: bool,
}

fn place_of(group: vec3u, thread: u32, turn: u32) -> Place {
  let item = thread + turn * ROWS * LANES;
  let c = item / ROWS;
  let row = item % ROWS;
  if (c >= COLUMNS || group.x * ROWS + row >= OUTPUT) {
    return Place(c, row, false);
  }
  return Place(c, row, columns[group.y * COLUMNS + c].slot != NO_SLOT);
}

fn inverse_rms(c: u32) -> f32 {
  var sum = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    sum += square_sums[c * LANES + lane];
  }
  return inverseSqrt(sum / f32(4u * INPUT4) + EPSILON);
}

// (gate h, up h) of the thread's places; for a whole workgroup.
fn gates_and_ups(group: vec3u, thread: u32) -> array<vec2f, TURNS> {
  let first_column = group.y * COLUMNS;
  let row = min(group.x * ROWS + thread / LANES, OUTPUT - 1u);
  let first = row * (SCALES + INPUT4);
  var gate_sums: array<f32, COLUMNS>;
  var up_sums: array<f32, COLUMNS>;
  var squares: array<f32, COLUMNS>;
  for (var k = thread % LANES; k < INPUT4; k += LANES) {
    let gate_weight = unpack4(gate[first + SCALES + k]) * norm[k];
    let up_weight = unpack4(up[first + SCALES + k]) * norm[k];
    for (var c = 0u; c < COLUMNS; c++) {
      let input = x[(first_column + c) * INPUT4 + k];
      gate_sums[c] += dot(gate_weight, input);
      up_sums[c] += dot(up_weight, input);
      squares[c] += dot(input, input);
    }
  }
  for (var c = 0u; c < COLUMNS; c++) {
    keep_lane_sum(c, thread, gate_sums[c] * row_scale(gate[first]));
    if (thread < LANES) {
      square_sums[c * LANES + thread] = squares[c];
    }
  }
  workgroupBarrier();
  var made: array<vec2f, TURNS>;
  for (var turn = 0u; turn < TURNS; turn++) {
    let place = place_of(group, thread, turn);
    if (place.is_there) {
      made[turn].x = row_sum(place.c, place.row);
    }
  }
  workgroupBarrier();
  for (var c = 0u; c < COLUMNS; c++) {
    keep_lane_sum(c, thread, up_sums[c] * row_scale(up[first]));
  }
  workgroupBarrier();
  for (var turn = 0u; turn < TURNS; turn++) {
    let place = place_of(group, thread, turn);
    if (place.is_there) {
      made[turn] = vec2f(made[turn].x, row_sum(place.c, place.row)) * inverse_rms(place.c);
    }
  }
  return made;
}
