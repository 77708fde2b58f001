import { describe, expect, it } from "vitest";
import { consentFromStatement, consentStatement, requireConsent } from "../../runtime/adapt/consent.ts";
import { ConsentError } from "../../runtime/errors.ts";

const NOON = new Date("2026-03-01T12:00:00Z");

describe("consent", () => {
  it("is given by the statement, with the speaker's name", () => {
    expect(consentFromStatement(consentStatement("Ada Lovelace"), NOON)).toEqual({
      statementVersion: 1,
      speaker: "Ada Lovelace",
      givenAt: "2026-03-01T12:00:00.000Z",
      agreed: true,
    });
    const typed = " this is the voice of  Ada,\n who agrees that it is cloned ";
    expect(consentFromStatement(typed, NOON).speaker).toBe("Ada");
  });

  it.each([
    "",
    "yes",
    "This is my voice",
    "This is the voice of , who agrees that it is cloned.",
    "This is the voice of Ada.",
  ])("is not given by %j, and the error says the sentence", (text) => {
    expect(() => consentFromStatement(text, NOON)).toThrow(ConsentError);
    expect(() => consentFromStatement(text, NOON)).toThrow(consentStatement("<name>"));
  });

  it.each([
    [undefined, "is undefined"],
    [null, "is null"],
    ["yes", "is yes"],
    [{}, "was not given"],
    [
      { statementVersion: 1, speaker: "Ada", givenAt: "2026-03-01T12:00:00Z", agreed: false },
      "was not given",
    ],
    [
      { statementVersion: 2, speaker: "Ada", givenAt: "2026-03-01T12:00:00Z", agreed: true },
      "unknown statement",
    ],
    [{ statementVersion: 1, speaker: "  ", givenAt: "2026-03-01T12:00:00Z", agreed: true }, "no speaker"],
    [
      { statementVersion: 1, speaker: "A".repeat(101), givenAt: "2026-03-01T12:00Z", agreed: true },
      "more than 100",
    ],
    [
      { statementVersion: 1, speaker: "Ada", givenAt: "yesterday", agreed: true },
      "no time (givenAt yesterday)",
    ],
    [{ statementVersion: 1, speaker: "Ada", givenAt: 5, agreed: true }, "no time"],
  ])("%j is refused", (consent, message) => {
    expect(() => requireConsent(consent)).toThrow(ConsentError);
    expect(() => requireConsent(consent)).toThrow(message);
  });
});
