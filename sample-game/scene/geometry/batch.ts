import { Mesh } from "@babylonjs/core/Meshes/mesh.js";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData.js";
import { Matrix, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import type { Material } from "@babylonjs/core/Materials/material.js";
import type { Scene } from "@babylonjs/core/scene.js";

/** Red, green, blue; above 1 it glows. */
export type Rgb = readonly [number, number, number];

/** Triangles that share a material and become one mesh, so that a whole village costs a few draw calls. */
export interface Batch {
  /** [V, 3] */
  readonly positions: number[];
  /** [V, 3] */
  readonly normals: number[];
  /** [V, 2] */
  readonly uvs: number[];
  /** [V, 4] */
  readonly colors: number[];
  /** [T, 3] */
  readonly indices: number[];
}

export function createBatch(): Batch {
  return { positions: [], normals: [], uvs: [], colors: [], indices: [] };
}

export interface Vertex {
  readonly position: Vector3;
  readonly normal: Vector3;
  readonly u: number;
  readonly v: number;
  readonly color: Rgb;
}

/** Adds a vertex given in the coordinates of `frame`; gives its index. */
export function addVertex(batch: Batch, frame: Matrix, { position, normal, u, v, color }: Vertex): number {
  const p = Vector3.TransformCoordinates(position, frame);
  const n = Vector3.TransformNormal(normal, frame).normalize();
  batch.positions.push(p.x, p.y, p.z);
  batch.normals.push(n.x, n.y, n.z);
  batch.uvs.push(u, v);
  batch.colors.push(...color, 1);
  return batch.positions.length / 3 - 1;
}

/** Adds a triangle whose front is the side its vertex normals are on. */
export function addTriangle(batch: Batch, a: number, b: number, c: number): void {
  const at = (index: number) => Vector3.FromArray(batch.positions, index * 3);
  const cross = Vector3.Cross(at(b).subtract(at(a)), at(c).subtract(at(a)));
  const normal = [a, b, c].reduce(
    (sum, i) => sum.add(Vector3.FromArray(batch.normals, i * 3)),
    Vector3.Zero(),
  );
  // Babylon's front faces turn left-handed: their cross product points away from the normal.
  if (Vector3.Dot(cross, normal) > 0) batch.indices.push(a, c, b);
  else batch.indices.push(a, b, c);
}

/** A grid of `rows` x `columns` vertices, row by row, joined to a surface. */
export function addGrid(
  batch: Batch,
  frame: Matrix,
  rows: number,
  columns: number,
  vertexAt: (row: number, column: number) => Vertex,
): void {
  const first = batch.positions.length / 3;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) addVertex(batch, frame, vertexAt(row, column));
  }
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const corner = first + row * columns + column;
      addTriangle(batch, corner, corner + 1, corner + columns);
      addTriangle(batch, corner + 1, corner + columns + 1, corner + columns);
    }
  }
}

/** A frame at a place, turned about the vertical and then leaning, inside a parent frame. */
export function place(x: number, y: number, z: number, turn = 0, parent?: Matrix): Matrix {
  const local = Matrix.RotationY(turn).multiply(Matrix.Translation(x, y, z));
  return parent ? local.multiply(parent) : local;
}

/** The frame with its y axis laid from one point to another, as a beam needs it. */
export function along(from: Vector3, to: Vector3, parent?: Matrix): Matrix {
  const up = to.subtract(from).normalize();
  const side = Math.abs(up.z) > 0.95 ? Vector3.Right() : Vector3.Forward();
  const x = Vector3.Cross(up, side).normalize();
  const z = Vector3.Cross(x, up);
  const local = Matrix.FromValues(
    x.x,
    x.y,
    x.z,
    0,
    up.x,
    up.y,
    up.z,
    0,
    z.x,
    z.y,
    z.z,
    0,
    from.x,
    from.y,
    from.z,
    1,
  );
  return parent ? local.multiply(parent) : local;
}

export function buildMesh(name: string, batch: Batch, material: Material, scene: Scene): Mesh {
  const data = new VertexData();
  data.positions = batch.positions;
  data.normals = batch.normals;
  data.uvs = batch.uvs;
  data.colors = batch.colors;
  data.indices = batch.indices;
  const mesh = new Mesh(name, scene);
  data.applyToMesh(mesh);
  mesh.material = material;
  mesh.isPickable = false;
  return mesh;
}
