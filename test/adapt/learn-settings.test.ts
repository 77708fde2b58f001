import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { LEARN_SETTINGS } from "../../runtime/adapt/learn-settings.ts";

const RECIPE = new URL("../../weights/recipe/adapt_learn.py", import.meta.url);

/** The numbers of the Python class `Settings`, by name; a tuple as a list. */
async function measuredSettings(): Promise<Record<string, unknown>> {
  const body = /class Settings:\n(?<body>(?: {4}.*\n|\n)+)/u.exec(await readFile(RECIPE, "utf8"))?.groups?.[
    "body"
  ];
  const fields = [...(body ?? "").matchAll(/^ {4}(\w+): \w+ = (.+)$/gmu)];
  return Object.fromEntries(
    fields.map(([, name = "", value = ""]) => [
      name,
      JSON.parse(value.replace("(", "[").replace(")", "]")) as unknown,
    ]),
  );
}

it("are those that the recipe measures", async () => {
  const { adam, inputNoise, stepsBetweenStates: _, ...rest } = LEARN_SETTINGS;
  expect(await measuredSettings()).toMatchObject({
    rank: rest.rank,
    speaker_rate: rest.speakerRate,
    rate: adam.learningRate,
    weight_decay: adam.weightDecay,
    betas: [adam.beta1, adam.beta2],
    lines_a_step: rest.linesAStep,
    average_decay: rest.averageDecay,
    deviation: inputNoise.deviation,
    dropped: inputNoise.dropped,
    rehearsal: rest.rehearsal,
    steps: rest.steps,
    steps_between_checks: rest.stepsBetweenChecks,
    patience: rest.patience,
    least_gain: rest.leastGain,
    most_forgotten: rest.mostForgotten,
  });
});
