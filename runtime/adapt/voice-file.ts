import { checkAdapter } from "../check-calls.ts";
import { AdapterError } from "../errors.ts";
import type { Manifest } from "../manifest.ts";
import { requireConsent } from "./consent.ts";
import type { LearnedVoiceFile, LearnReport } from "./learn-voice.ts";
import { refuseOtherModel } from "./model-hash.ts";
import { halfVector, packTensors, unpackTensors, vector } from "./tensor-file.ts";

const KIND = { magic: "KALVOICE", what: "voice file" } as const;

/** The mark that what this makes is synthetic. */
const SYNTHETIC = "synthetic speech";

/** The bytes of a `*.voice` file (weights/FORMAT.md): 0.22 MB for the small model. */
export function writeVoiceFile(voice: LearnedVoiceFile): Uint8Array<ArrayBuffer> {
  const { name, latent, adapter, model, consent, report } = voice;
  const metadata = {
    name,
    model,
    rank: String(adapter.rank),
    consent: JSON.stringify(consent),
    report: JSON.stringify(report),
    mark: SYNTHETIC,
  };
  const tensors = new Map([
    ["latent", vector(latent)],
    ["attentionA", halfVector(adapter.attentionA)],
    ["attentionB", halfVector(adapter.attentionB)],
    ["headA", halfVector(adapter.headA)],
    ["headB", halfVector(adapter.headB)],
  ]);
  return packTensors(KIND, metadata, tensors);
}

/**
 * @throws AdapterError when the bytes are damaged, not a voice file, of another version or for another model
 * @throws ConsentError when they hold no consent
 */
export function readVoiceFile(bytes: Uint8Array, manifest: Manifest): LearnedVoiceFile {
  const { text, json, floats } = unpackTensors(KIND, bytes);
  const model = text("model");
  refuseOtherModel(model, KIND.what, manifest);
  const consent = json("consent");
  requireConsent(consent);
  const adapter = {
    rank: Number(text("rank")),
    attentionA: floats("attentionA"),
    attentionB: floats("attentionB"),
    headA: floats("headA"),
    headB: floats("headB"),
  };
  checkAdapter(adapter, manifest);
  const latent = floats("latent");
  if (latent.length !== manifest.speaker.dim || text("mark") !== SYNTHETIC) {
    throw new AdapterError(
      `the voice file has ${latent.length} speaker numbers and the mark "${text("mark")}"; allowed: ` +
        `${manifest.speaker.dim} and "${SYNTHETIC}". Export it again`,
    );
  }
  return { name: text("name"), latent, adapter, model, consent, report: json("report") as LearnReport };
}
