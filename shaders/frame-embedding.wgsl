// Shared: what the column of a frame is summed up of. Kernels declare DIM4, LATENT4, projection, embeddings and latents.

// One number of the projected latent that begins at a place of `latents`.
fn projected_row(row: u32, latent: u32) -> f32 {
  let first = row * (SCALES + LATENT4);
  var sum = 0.0;
  for (var k = 0u; k < LATENT4; k++) {
    sum += dot(unpack4(projection[first + SCALES + k]), latents[latent + k]);
  }
  return sum * row_scale(projection[first]);
}

fn embedding(row: u32, d: u32) -> vec4f {
  let first = row * (SCALES + DIM4);
  return unpack4(embeddings[first + SCALES + d]) * row_scale(embeddings[first]);
}
