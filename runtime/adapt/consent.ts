import { ConsentError } from "../errors.ts";

/** That the owner of a voice allowed it to be cloned: to which wording, who, and when. Travels with the learned voice. */
export interface Consent {
  /** Which wording of `consentStatement` was agreed to. */
  readonly statementVersion: 1;
  /** Whose voice it is. */
  readonly speaker: string;
  /** ISO 8601, such as "2026-03-01T12:00:00.000Z". */
  readonly givenAt: string;
  readonly agreed: true;
}

const LONGEST_SPEAKER = 100;

/** The sentence, version 1, that a person agrees to: shown by user interfaces, typed on the command line. */
export function consentStatement(speaker: string): string {
  return `This is the voice of ${speaker}, who agrees that it is cloned.`;
}

const STATEMENT = /^This is the voice of (?<speaker>.+), who agrees that it is cloned\.?$/iu;

/**
 * The consent that a typed `consentStatement` gives.
 * @throws ConsentError with the sentence to use when it is not that
 */
export function consentFromStatement(text: string, givenAt: Date): Consent {
  const speaker = STATEMENT.exec(text.trim().replace(/\s+/gu, " "))?.groups?.["speaker"] ?? "";
  const consent = { statementVersion: 1, speaker, givenAt: givenAt.toISOString(), agreed: true } as const;
  if (speaker === "") {
    throw new ConsentError(
      `the consent is ${JSON.stringify(text.slice(0, 100))}; a voice is cloned only when its owner agrees. If that is ` +
        `so, give this sentence with their name: "${consentStatement("<name>")}"`,
    );
  }
  requireConsent(consent);
  return consent;
}

/**
 * Passes a complete consent of a known wording.
 * @throws ConsentError saying what is missing
 */
export function requireConsent(consent: unknown): asserts consent is Consent {
  const fault = faultOf(consent);
  if (fault === undefined) return;
  throw new ConsentError(
    `the consent to clone a voice ${fault}; needed is { statementVersion: 1, speaker: whose voice it is, givenAt: the ` +
      `time as ISO 8601, agreed: true }. Ask the owner of the voice to agree to: "${consentStatement("<name>")}"`,
  );
}

function faultOf(consent: unknown): string | undefined {
  if (typeof consent !== "object" || consent === null) return `is ${String(consent)}`;
  const { statementVersion, speaker, givenAt, agreed } = consent as Partial<Record<keyof Consent, unknown>>;
  if (agreed !== true) return "was not given (agreed is not true)";
  if (statementVersion !== 1)
    return `is to an unknown statement (statementVersion ${String(statementVersion)})`;
  if (typeof speaker !== "string" || speaker.trim() === "") return "names no speaker";
  if (speaker.length > LONGEST_SPEAKER) return `names a speaker of more than ${LONGEST_SPEAKER} characters`;
  if (typeof givenAt !== "string" || !isIsoTime(givenAt)) return `has no time (givenAt ${String(givenAt)})`;
  return undefined;
}

function isIsoTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/u.test(text) && Number.isFinite(Date.parse(text));
}
