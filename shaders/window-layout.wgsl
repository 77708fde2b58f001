// Shared: the window that the kernels of the decoder and the encoders work on, as it lies in its buffer.

struct Voice {
  slot: u32,
  first: u32, // latent
  last: u32, // latent that is held by later ones
  end: u32, // latent before which it stops; what a window makes beyond is not used
  row: u32, // latent of the output where its samples go
  breath: f32, // share of the harmonics' gain that the noise takes
}

struct Window {
  voices: u32,
  latents: u32, // of each voice
  @align(16) voice: array<Voice>,
}
