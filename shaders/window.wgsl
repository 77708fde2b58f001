// Shared by the kernels that work on frames: the latents of several voices that are worked on at once. A place is one
// point in time of one voice; there are `rate` places in a latent, and those of a voice follow each other. Times count from
// the start of the sentence. Included after window-layout.

@group(0) @binding(0) var<storage, read> window: Window;

/// Where the rows of a voice lie in a buffer.
struct Rows {
  base: i32,
  earliest: i32,
  end: i32, // later times stand for zeros, as those before the earliest do
}

fn place_count(rate: u32) -> u32 {
  return window.voices * window.latents * rate;
}

fn voice_of(place: u32, rate: u32) -> u32 {
  return place / (window.latents * rate);
}

fn time_of(place: u32, rate: u32) -> u32 {
  let length = window.latents * rate;
  return window.voice[place / length].first * rate + place % length;
}

/// Rows of a voice in a ring of `ring` rows a slot, or, with ring = 0, in a buffer of the window's rows one after the other.
fn rows_of(voice: u32, ring: u32, rate: u32) -> Rows {
  if (ring > 0u) {
    return Rows(i32(window.voice[voice].slot * ring), 0, 0x7fffffff);
  }
  let length = i32(window.latents * rate);
  let earliest = i32(window.voice[voice].first * rate);
  return Rows(i32(voice) * length - earliest, earliest, earliest + length);
}

/// Row at a time; -1 where zeros stand.
fn row_at(rows: Rows, ring: u32, time: i32) -> i32 {
  if (time < rows.earliest || time >= rows.end) {
    return -1;
  }
  if (ring > 0u) {
    return rows.base + i32(u32(time) % ring);
  }
  return rows.base + time;
}
