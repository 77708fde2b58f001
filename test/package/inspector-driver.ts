import type { Browser, Locator, Page } from "playwright";
import { expect } from "vitest";
import type { VoiceRecord } from "../../runtime/voice/voice-record.ts";
import { PATIENCE_MS } from "../browser/patience.ts";
import { HEARD_HZ } from "./inspector-page.ts";

/** What the page says of its guard. */
export interface GuardState {
  readonly seedLo: number;
  readonly seedHi: number;
  readonly speed: number;
  /** `metadata.voice` of the head. */
  readonly record: VoiceRecord | undefined;
  /** Lines since `forget`. */
  readonly ended: readonly EndedLine[];
}

interface EndedLine {
  readonly text: string;
  readonly state: string;
  readonly detail: string;
  readonly heardMs: number;
}

/** A line and all that reached the speakers while it was said, but for silence. */
export interface HeardLine extends EndedLine {
  readonly samples: Float32Array;
}

declare const game: {
  state(): GuardState;
  canSelect(): boolean;
  select(node: string): void;
  heard(): number[];
  forget(): void;
};

/** The hands, eyes and ears of a designer at the Inspector. */
export interface Designer {
  readonly page: Page;
  guard(): Promise<GuardState>;
  select(node: string): Promise<void>;
  /** What a line of the section is edited with. */
  field(label: string, input?: string): Locator;
  /** Types and presses Enter. */
  type(label: string, text: string): Promise<void>;
  /** Clicks at a share of the slider's way. */
  slide(label: string, share: number): Promise<void>;
  press(button: string): Promise<void>;
  /** Forgets what was heard, acts, and listens to the one line that comes of it. */
  hear(act: () => Promise<void>): Promise<HeardLine>;
  close(): Promise<void>;
}

export async function openInspector(browser: Browser, address: string): Promise<Designer> {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(address);
  await page.waitForFunction(() => document.title !== "");
  expect(await page.title()).toBe("ready");
  await page.waitForFunction(() => game.canSelect());
  const guard = () => page.evaluate(() => game.state());
  const field = (label: string, input = "input:not([type=range])") =>
    page
      .locator("div")
      .filter({ has: page.getByText(label, { exact: true }) })
      .filter({ has: page.locator(input) })
      .last()
      .locator(input);
  return {
    page,
    guard,
    select: (node) => page.evaluate((name) => game.select(name), node),
    field,
    async type(label, text) {
      await field(label).fill(text);
      await field(label).press("Enter");
    },
    async slide(label, share) {
      const slider = field(label, "input[type=range]");
      await slider.scrollIntoViewIfNeeded();
      const box = await slider.boundingBox();
      if (box === null) throw new Error(`The slider of ${label} is not shown.`);
      await page.mouse.click(box.x + share * box.width, box.y + box.height / 2);
    },
    press: (button) => page.getByRole("button", { name: button, exact: true }).click(),
    async hear(act) {
      await page.evaluate(() => game.forget());
      await act();
      await page.waitForFunction(() => game.state().ended.length > 0);
      const { ended } = await guard();
      const line = ended[0]!;
      const made = (line.heardMs / 1000) * HEARD_HZ;
      await page.waitForFunction((least) => game.heard().length > least, 0.95 * made);
      const samples = Float32Array.from(await page.evaluate(() => game.heard()));
      return { ...line, samples };
    },
    close: () => context.close(),
  };
}
