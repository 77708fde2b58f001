import type { PreviewSide, PreviewState, VoicePreview } from "../plugin/preview/voice-preview.ts";
import type { TraitName } from "../runtime/manifest.ts";
import { speakerLatentOf } from "../runtime/voice/speaker-latent.ts";
import {
  readTraits,
  toUnit,
  TRAIT_NAMES,
  type Readings,
  type SpeakerSpace,
} from "../runtime/voice/trait-space.ts";
import { impressionOf } from "../runtime/voice/trait-words.ts";
import { hexOf } from "../runtime/voice/voice-record.ts";
import { element, freshCanvas } from "./element.ts";
import type { LabView } from "./lab-view.ts";
import { COLORS, traitColor } from "./colors.ts";
import { nearestSeed, seedSky, shareOf, type MapPoint, type SkySeed } from "./seed-sky.ts";
import { TRAIT_TEXTS } from "./trait-texts.ts";

const SEEDS = 1600;

/** Room for labels round the map, in CSS pixels. */
const MARGIN = 34;

/** How far an arrow key looks for the next seed, as a share of the map. */
const KEY_STEP = 0.05;

const ARROWS: Readonly<Record<string, MapPoint>> = {
  ArrowLeft: { x: -KEY_STEP, y: 0 },
  ArrowRight: { x: KEY_STEP, y: 0 },
  ArrowUp: { x: 0, y: KEY_STEP },
  ArrowDown: { x: 0, y: -KEY_STEP },
};

/** Which trait is which direction of the map. */
interface Axes {
  x: TraitName;
  y: TraitName;
  color: TraitName;
}

/** A map of seeds by two traits, colored by a third; a click takes the nearest seed. */
export function createSeedMap(preview: VoicePreview, speaker: SpeakerSpace, onPick: () => void): LabView {
  const sky = seedSky(SEEDS, speaker);
  const axes: Axes = { x: "pitch", y: "size", color: "brightness" };
  const canvas = element("canvas", {
    class: "map",
    tabindex: 0,
    role: "application",
    "aria-label": "Map of seeds. Click one to hear it; arrow keys go to the next one.",
  });
  const hint = element("p", { class: "map-hint" });
  let shown = preview.state;
  let hovered: SkySeed | undefined;

  const placeOf = (readings: Readings): MapPoint => ({
    x: shareOf(axes.x, readings[axes.x], speaker),
    y: shareOf(axes.y, readings[axes.y], speaker),
  });

  function draw(): void {
    const { context, width, height } = freshCanvas(canvas);
    if (width === 0) return;
    const at = ({ x, y }: MapPoint) =>
      [MARGIN + x * (width - 2 * MARGIN), height - MARGIN - y * (height - 2 * MARGIN)] as const;
    drawFrame(context, width, height, axes);
    for (const { readings } of sky) {
      if (isOffMap(placeOf(readings))) continue;
      context.fillStyle = traitColor(shareOf(axes.color, readings[axes.color], speaker));
      dot(context, at(placeOf(readings)), 2.4);
    }
    if (hovered !== undefined) ring(context, at(placeOf(hovered.readings)), COLORS.ink, 6);
    for (const side of ["b", "a"] as const) {
      const { seed, latent } = shown.voices[side];
      const own = at(placeOf(readTraits(speakerLatentOf(seed, speaker), speaker)));
      const place = at(placeOf(readTraits(latent, speaker)));
      leash(context, own, place, COLORS[side]);
      marker(context, place, side, shown.side === side);
    }
  }

  function pointAt(event: MouseEvent): MapPoint {
    return {
      x: (event.offsetX - MARGIN) / (canvas.clientWidth - 2 * MARGIN),
      y: (canvas.clientHeight - MARGIN - event.offsetY) / (canvas.clientHeight - 2 * MARGIN),
    };
  }

  function pick(found: SkySeed | undefined): void {
    if (found !== undefined && preview.setSeed(found.seed)) onPick();
  }

  canvas.addEventListener("pointermove", (event) => {
    hovered = nearestSeed(sky, pointAt(event), placeOf);
    hint.textContent = hovered === undefined ? "" : hintOf(hovered);
    draw();
  });
  canvas.addEventListener("pointerleave", () => {
    hovered = undefined;
    hint.textContent = REST_HINT;
    draw();
  });
  canvas.addEventListener("click", (event) => pick(nearestSeed(sky, pointAt(event), placeOf)));
  canvas.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const here = placeOf(readTraits(shown.voices[shown.side].latent, speaker));
    const others = sky.filter(({ readings }) => isThatWay(placeOf(readings), here, step));
    pick(nearestSeed(others, { x: here.x + step.x, y: here.y + step.y }, placeOf));
  });
  new ResizeObserver(draw).observe(canvas);
  hint.textContent = REST_HINT;

  const choose = (direction: keyof Axes, label: string) => axisMenu(axes, direction, label, draw);
  const menus = element(
    "div",
    { class: "axes" },
    choose("x", "across"),
    choose("y", "up"),
    choose("color", "color"),
  );
  return {
    root: element("section", { class: "card map-card" }, hint, canvas, element("footer", {}, menus)),
    show(state: PreviewState) {
      shown = state;
      draw();
    },
  };
}

const REST_HINT = "Every dot is a seed. Click one to hear it.";

function hintOf({ seed, readings }: SkySeed): string {
  const values = TRAIT_NAMES.map((name) => TRAIT_TEXTS[name].format(toUnit(name, readings[name])));
  const impression = impressionOf(toUnit("pitch", readings.pitch), toUnit("size", readings.size));
  return `${hexOf(seed)} · ${impression} · ${values.join(" · ")}`;
}

/** The few seeds that would lie on the labels. */
function isOffMap({ x, y }: MapPoint): boolean {
  return Math.abs(x - 0.5) > 0.51 || Math.abs(y - 0.5) > 0.51;
}

/** True when a place is more that way than any other. */
function isThatWay(place: MapPoint, from: MapPoint, way: MapPoint): boolean {
  const along = (place.x - from.x) * Math.sign(way.x) + (place.y - from.y) * Math.sign(way.y);
  const aside = way.x === 0 ? Math.abs(place.x - from.x) : Math.abs(place.y - from.y);
  return along > 0.004 && along > aside;
}

function axisMenu(axes: Axes, direction: keyof Axes, label: string, onChange: () => void): HTMLElement {
  const menu = element("select", { "aria-label": `Trait that goes ${label}` });
  for (const name of TRAIT_NAMES) {
    menu.append(
      element("option", { value: name, selected: axes[direction] === name }, TRAIT_TEXTS[name].title),
    );
  }
  menu.addEventListener("change", () => {
    axes[direction] = menu.value as TraitName;
    onChange();
  });
  return element("label", {}, `${label} `, menu);
}

type Place = readonly [number, number];

function drawFrame(context: CanvasRenderingContext2D, width: number, height: number, axes: Axes): void {
  context.strokeStyle = COLORS.hairline;
  context.lineWidth = 1;
  context.strokeRect(MARGIN + 0.5, MARGIN + 0.5, width - 2 * MARGIN - 1, height - 2 * MARGIN - 1);
  for (const share of [0.25, 0.5, 0.75]) {
    const x = Math.round(MARGIN + share * (width - 2 * MARGIN)) + 0.5;
    const y = Math.round(MARGIN + share * (height - 2 * MARGIN)) + 0.5;
    line(context, [x, MARGIN], [x, height - MARGIN]);
    line(context, [MARGIN, y], [width - MARGIN, y]);
  }
  context.fillStyle = COLORS.faint;
  context.font = "12px system-ui, sans-serif";
  const [left, right] = TRAIT_TEXTS[axes.x].ends;
  const [low, high] = TRAIT_TEXTS[axes.y].ends;
  write(context, left, [MARGIN, height - 12], "left");
  write(context, TRAIT_TEXTS[axes.x].title.toLowerCase(), [width / 2, height - 12], "center");
  write(context, right, [width - MARGIN, height - 12], "right");
  context.save();
  context.translate(20, height / 2);
  context.rotate(-Math.PI / 2);
  const half = height / 2 - MARGIN;
  write(context, low, [-half, 0], "left");
  write(context, TRAIT_TEXTS[axes.y].title.toLowerCase(), [0, 0], "center");
  write(context, high, [half, 0], "right");
  context.restore();
}

function write(context: CanvasRenderingContext2D, text: string, [x, y]: Place, align: CanvasTextAlign): void {
  context.textAlign = align;
  context.fillText(text, x, y);
}

function line(context: CanvasRenderingContext2D, from: Place, to: Place): void {
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

function dot(context: CanvasRenderingContext2D, [x, y]: Place, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function ring(context: CanvasRenderingContext2D, [x, y]: Place, color: string, radius: number): void {
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** From the seed's own place to where its held traits bring it. */
function leash(context: CanvasRenderingContext2D, own: Place, place: Place, color: string): void {
  if (Math.hypot(own[0] - place[0], own[1] - place[1]) < 3) return;
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.setLineDash([2, 4]);
  line(context, own, place);
  context.setLineDash([]);
  ring(context, own, color, 4);
}

function marker(context: CanvasRenderingContext2D, place: Place, side: PreviewSide, selected: boolean): void {
  context.fillStyle = COLORS[side];
  context.shadowColor = "rgba(40, 30, 20, 0.35)";
  context.shadowBlur = selected ? 10 : 4;
  dot(context, place, selected ? 12 : 9);
  context.shadowBlur = 0;
  context.fillStyle = "#fff";
  context.font = `600 ${selected ? 13 : 11}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  write(context, side.toUpperCase(), [place[0], place[1] + 0.5], "center");
  context.textBaseline = "alphabetic";
}
