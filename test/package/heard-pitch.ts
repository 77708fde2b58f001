const FRAME_SECONDS = 0.04;
const LOWEST_HZ = 70;
const HIGHEST_HZ = 400;

/** Least likeness of a frame to itself one period later that counts as voiced. */
const VOICED = 0.7;

/** The period is the shortest that is nearly as good as the best, which may be several of them. */
const NEARLY = 0.9;

/** Median pitch of speech in Hz, by autocorrelation of its louder half; NaN where nothing is voiced. */
export function pitchOf(samples: Float32Array, sampleRateHz: number): number {
  const length = Math.round(FRAME_SECONDS * sampleRateHz);
  const longest = Math.round(sampleRateHz / LOWEST_HZ);
  const starts = Array.from(
    { length: Math.max(0, Math.floor((samples.length - longest) / length)) },
    (_, i) => i * length,
  );
  const louder = starts
    .map((start) => ({ start, power: product(samples, start, start, length) }))
    .toSorted((a, b) => b.power - a.power)
    .slice(0, Math.ceil(starts.length / 2));
  const pitches = louder
    .map(({ start }) => sampleRateHz / periodAt(samples, start, { length, longest, sampleRateHz }))
    .filter(Number.isFinite)
    .toSorted((a, b) => a - b);
  return pitches[Math.floor(pitches.length / 2)] ?? NaN;
}

interface PeriodSearch {
  readonly length: number;
  readonly longest: number;
  readonly sampleRateHz: number;
}

/** In samples; NaN where the frame is not voiced. */
function periodAt(
  samples: Float32Array,
  start: number,
  { length, longest, sampleRateHz }: PeriodSearch,
): number {
  const shortest = Math.round(sampleRateHz / HIGHEST_HZ);
  const likeness = Array.from({ length: longest - shortest }, (_, i) => {
    const later = start + shortest + i;
    const powers = product(samples, start, start, length) * product(samples, later, later, length);
    return product(samples, start, later, length) / Math.sqrt(powers);
  });
  const best = Math.max(...likeness);
  if (!(best >= VOICED)) return NaN;
  const from = likeness.findIndex((value) => value >= NEARLY * best);
  const rising = likeness.slice(from).findIndex((value, i, rest) => (rest[i + 1] ?? -1) < value);
  return shortest + from + rising;
}

function product(samples: Float32Array, at: number, other: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (samples[at + i] ?? 0) * (samples[other + i] ?? 0);
  return sum;
}
