import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { addGrid, addTriangle, addVertex, along, type Batch, type Rgb } from "./batch.ts";

/** Metres that one repeat of a texture covers. */
const TEXTURE_METRES = 2;

/** A flat convex polygon with texture coordinates in metres from its first corner. */
export function addPolygon(
  batch: Batch,
  frame: Matrix,
  corners: readonly Vector3[],
  normal: Vector3,
  color: Rgb,
  textureMetres = TEXTURE_METRES,
): void {
  const [origin, next] = corners;
  if (!origin || !next) return;
  const tangent = next.subtract(origin).normalize();
  const bitangent = Vector3.Cross(normal, tangent);
  const indices = corners.map((position) => {
    const offset = position.subtract(origin);
    const u = Vector3.Dot(offset, tangent) / textureMetres;
    const v = Vector3.Dot(offset, bitangent) / textureMetres;
    return addVertex(batch, frame, { position, normal, u, v, color });
  });
  for (let i = 1; i + 1 < indices.length; i++) addTriangle(batch, indices[0]!, indices[i]!, indices[i + 1]!);
}

const BOX_FACES: readonly (readonly [normal: Vector3, across: Vector3])[] = [
  [new Vector3(0, 0, 1), new Vector3(1, 0, 0)],
  [new Vector3(0, 0, -1), new Vector3(-1, 0, 0)],
  [new Vector3(1, 0, 0), new Vector3(0, 0, -1)],
  [new Vector3(-1, 0, 0), new Vector3(0, 0, 1)],
  [new Vector3(0, 1, 0), new Vector3(1, 0, 0)],
  [new Vector3(0, -1, 0), new Vector3(1, 0, 0)],
];

/** A box that stands on the origin of its frame. */
export function addBox(
  batch: Batch,
  frame: Matrix,
  [width, height, depth]: readonly [number, number, number],
  color: Rgb,
  textureMetres = TEXTURE_METRES,
): void {
  const half = new Vector3(width / 2, height / 2, depth / 2);
  for (const [normal, across] of BOX_FACES) {
    const up = Vector3.Cross(normal, across);
    const corners = [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ].map(([a, b]) => {
      const corner = normal.add(across.scale(a!)).add(up.scale(b!)).multiply(half);
      return corner.addInPlaceFromFloats(0, half.y, 0);
    });
    addPolygon(batch, frame, corners, normal, color, textureMetres);
  }
}

/** A beam of square section from one point to another. */
export function addBeam(
  batch: Batch,
  frame: Matrix,
  from: Vector3,
  to: Vector3,
  thickness: number,
  color: Rgb,
): void {
  addBox(batch, along(from, to, frame), [thickness, Vector3.Distance(from, to), thickness], color, 0.8);
}

/** Radius and height, and the colour there when it differs. */
export type ProfilePoint = readonly [radius: number, y: number, color?: Rgb];

export interface LatheOptions {
  readonly segments?: number;
  /** Factor on z, for bodies that are wider than deep. */
  readonly depth?: number;
  readonly textureMetres?: number;
}

/** A smooth solid of revolution about y, its profile given from bottom to top. */
export function addLathe(
  batch: Batch,
  frame: Matrix,
  profile: readonly ProfilePoint[],
  color: Rgb,
  { segments = 16, depth = 1, textureMetres = 1 }: LatheOptions = {},
): void {
  addGrid(batch, frame, profile.length, segments + 1, (row, column) => {
    const [radius, y, own] = profile[row]!;
    const [belowRadius, belowY] = profile[Math.max(row - 1, 0)]!;
    const [aboveRadius, aboveY] = profile[Math.min(row + 1, profile.length - 1)]!;
    const angle = (column / segments) * 2 * Math.PI;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const outward = aboveY - belowY;
    const upward = belowRadius - aboveRadius;
    return {
      position: new Vector3(radius * cos, y, radius * sin * depth),
      normal: new Vector3(outward * cos, upward, (outward * sin) / depth).normalize(),
      u: (angle * Math.max(radius, 0.1)) / textureMetres,
      v: y / textureMetres,
      color: own ?? color,
    };
  });
}

/** An ellipsoid about the origin of its frame. */
export function addEllipsoid(
  batch: Batch,
  frame: Matrix,
  [rx, ry, rz]: readonly [number, number, number],
  color: Rgb,
  segments = 12,
): void {
  const rows = Math.max(5, Math.ceil(segments * 0.6));
  addGrid(batch, frame, rows, segments + 1, (row, column) => {
    const polar = (row / (rows - 1)) * Math.PI - Math.PI / 2;
    const angle = (column / segments) * 2 * Math.PI;
    const unit = new Vector3(
      Math.cos(polar) * Math.cos(angle),
      Math.sin(polar),
      Math.cos(polar) * Math.sin(angle),
    );
    return {
      position: unit.multiplyByFloats(rx, ry, rz),
      normal: unit.divide(new Vector3(rx, ry, rz)).normalize(),
      u: column / segments,
      v: row / (rows - 1),
      color,
    };
  });
}

/** A round rod that thins from one end to the other, closed by half spheres. */
export function addRod(
  batch: Batch,
  frame: Matrix,
  from: Vector3,
  to: Vector3,
  [startRadius, endRadius]: readonly [number, number],
  color: Rgb,
  segments = 8,
): void {
  const length = Vector3.Distance(from, to);
  const cap = [0.02, 0.6, 0.92];
  const profile: ProfilePoint[] = [
    ...cap.map((share): ProfilePoint => [startRadius * share, -startRadius * Math.sqrt(1 - share * share)]),
    [startRadius, 0],
    [endRadius, length],
    ...cap
      .toReversed()
      .map((share): ProfilePoint => [endRadius * share, length + endRadius * Math.sqrt(1 - share * share)]),
  ];
  addLathe(batch, along(from, to, frame), profile, color, { segments });
}
