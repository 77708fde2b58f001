import { between, seeded } from "../../seeded.ts";
import { createCanvas } from "./relief.ts";

/** A leaded window lit from behind, with curtains and something on the sill. */
export function windowPicture(): HTMLCanvasElement {
  const { canvas, context } = createCanvas(128, 160);
  const glow = context.createRadialGradient(64, 110, 8, 64, 90, 110);
  glow.addColorStop(0, "#fff3c4");
  glow.addColorStop(0.35, "#ffc766");
  glow.addColorStop(0.75, "#e0822a");
  glow.addColorStop(1, "#8a3f12");
  context.fillStyle = glow;
  context.fillRect(0, 0, 128, 160);
  context.fillStyle = "rgba(110, 38, 20, 0.55)";
  for (const side of [1, -1]) {
    context.beginPath();
    context.moveTo(64 - side * 64, 0);
    context.quadraticCurveTo(64 - side * 10, 20, 64 - side * 44, 160);
    context.lineTo(64 - side * 64, 160);
    context.fill();
  }
  context.fillStyle = "rgba(60, 22, 10, 0.75)";
  context.beginPath();
  context.ellipse(78, 152, 12, 16, 0, 0, 7);
  context.ellipse(78, 132, 5, 12, 0.2, 0, 7);
  context.fill();
  context.strokeStyle = "#1d100a";
  context.lineWidth = 3;
  for (let x = 0; x <= 128; x += 32) strokeLine(context, x, 0, x, 160);
  for (let y = 0; y <= 160; y += 40) strokeLine(context, 0, y, 128, y);
  context.lineWidth = 9;
  strokeLine(context, 64, 0, 64, 160);
  strokeLine(context, 0, 80, 128, 80);
  return canvas;
}

function strokeLine(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** A soft round light. */
export function haloPicture(): HTMLCanvasElement {
  const { canvas, context } = createCanvas(128, 128);
  const glow = context.createRadialGradient(64, 64, 0, 64, 64, 64);
  for (let stop = 0; stop <= 16; stop++) {
    const t = stop / 16;
    const light = Math.round(255 * ((1 - t) ** 3 * 0.55 + (1 - t) ** 12 * 0.45));
    glow.addColorStop(t, `rgb(${light}, ${light}, ${light})`);
  }
  context.fillStyle = glow;
  context.fillRect(0, 0, 128, 128);
  return canvas;
}

/** A puff of mist or smoke: white, soft in its alpha. */
export function puffPicture(): HTMLCanvasElement {
  const { canvas, context } = createCanvas(128, 128);
  const random = seeded(5);
  for (let blob = 0; blob < 46; blob++) {
    const angle = random() * 2 * Math.PI;
    const radius = random() ** 0.7 * 34;
    const [x, y] = [64 + Math.cos(angle) * radius, 64 + Math.sin(angle) * radius];
    const size = between(random, 10, 28);
    const soft = context.createRadialGradient(x, y, 0, x, y, size);
    soft.addColorStop(0, "rgba(255, 255, 255, 0.10)");
    soft.addColorStop(1, "rgba(255, 255, 255, 0)");
    context.fillStyle = soft;
    context.fillRect(0, 0, 128, 128);
  }
  return canvas;
}

/** A twig full of leaves on nothing, pale so that vertex colours can tint it. */
export function leavesPicture(): HTMLCanvasElement {
  const { canvas, context } = createCanvas(128, 128);
  const random = seeded(9);
  for (let leaf = 0; leaf < 70; leaf++) {
    const angle = random() * 2 * Math.PI;
    const radius = Math.sqrt(random()) * 50;
    const tone = Math.round(between(random, 120, 255));
    context.fillStyle = `rgb(${tone * 0.95}, ${tone}, ${tone * 0.8})`;
    context.save();
    context.translate(64 + Math.cos(angle) * radius, 64 + Math.sin(angle) * radius);
    context.rotate(angle + between(random, -0.7, 0.7));
    context.beginPath();
    context.ellipse(0, 0, 12, 5.5, 0, 0, 7);
    context.fill();
    context.restore();
  }
  return canvas;
}

/** The face of the tower clock, at ten minutes to midnight. */
export function clockPicture(): HTMLCanvasElement {
  const { canvas, context } = createCanvas(256, 256);
  const glow = context.createRadialGradient(128, 128, 20, 128, 128, 128);
  glow.addColorStop(0, "#fff2cf");
  glow.addColorStop(1, "#e5a558");
  context.fillStyle = "#20140c";
  context.fillRect(0, 0, 256, 256);
  context.fillStyle = glow;
  context.beginPath();
  context.arc(128, 128, 112, 0, 7);
  context.fill();
  context.strokeStyle = "#2a1a10";
  for (let hour = 0; hour < 12; hour++) {
    clockHand(context, (hour / 12) * 2 * Math.PI, 84, 104, hour % 3 === 0 ? 10 : 5);
  }
  clockHand(context, (11.83 / 12) * 2 * Math.PI, -14, 58, 11);
  clockHand(context, (50 / 60) * 2 * Math.PI, -18, 88, 7);
  return canvas;
}

function clockHand(
  context: CanvasRenderingContext2D,
  angle: number,
  from: number,
  to: number,
  width: number,
): void {
  const [x, y] = [Math.sin(angle), -Math.cos(angle)];
  context.lineWidth = width;
  strokeLine(context, 128 + x * from, 128 + y * from, 128 + x * to, 128 + y * to);
}

/** The sign of the inn: a goose that is in no hurry. */
export function innSignPicture(): HTMLCanvasElement {
  const { canvas, context } = createCanvas(256, 192);
  context.fillStyle = "#233a35";
  context.fillRect(0, 0, 256, 192);
  context.strokeStyle = "#d9a441";
  context.lineWidth = 8;
  context.strokeRect(8, 8, 240, 176);
  context.fillStyle = "#f1e6cf";
  context.beginPath();
  context.ellipse(112, 112, 58, 30, -0.12, 0, 7);
  context.fill();
  context.lineWidth = 18;
  context.strokeStyle = "#f1e6cf";
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(152, 104);
  context.quadraticCurveTo(190, 88, 174, 48);
  context.stroke();
  context.fillStyle = "#e08a2e";
  context.beginPath();
  context.moveTo(180, 40);
  context.lineTo(208, 50);
  context.lineTo(180, 56);
  context.fill();
  context.fillStyle = "#1b120c";
  context.beginPath();
  context.arc(176, 44, 3.5, 0, 7);
  context.fill();
  context.fillStyle = "#d9a441";
  context.font = "bold 24px Georgia, serif";
  context.textAlign = "center";
  context.fillText("The Patient Goose", 128, 172);
  return canvas;
}
