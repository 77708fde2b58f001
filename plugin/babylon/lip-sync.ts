import type { AbstractMesh } from "@babylonjs/core/Meshes/abstractMesh.js";
import type { MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import type { Voices } from "../voices.ts";
import { createMovingMouth, type MouthPose, type MovingMouth } from "./mouth-pose.ts";
import { detectLipRig, VISEMES, type LipRig } from "./viseme-shapes.ts";

/**
 * What moves: meshes with morph targets of the Oculus, ARKit or VRM names (or one that opens the mouth), or a function
 * that is given the mouth whenever it moves.
 */
export type Lips = AbstractMesh | readonly AbstractMesh[] | ((pose: MouthPose) => void);

export interface LipSync {
  /**
   * Lets the lips of an entity move with its lines. Returns what undoes it.
   * @throws RangeError when none of the meshes has morph targets that are known
   */
  bind(eid: number, lips: Lips): () => void;
  /** Moves all mouths; called every frame. */
  update(frameMs: number): void;
  dispose(): void;
}

interface Face {
  readonly mouth: MovingMouth;
  readonly show: (pose: MouthPose) => void;
  readonly restore: () => void;
  /** The line has visemes; until then the level of its sound opens the mouth. */
  shaped: boolean;
  /** Opened by the level at the last update. */
  opened: boolean;
}

/** RMS of speech that opens the mouth wide. */
const LOUD = 0.2;

/**
 * Mouths follow the visemes of the lines, which come with the sample they belong to. While sound comes without visemes
 * (a "hm", babble), they open with its level.
 */
export function createLipSync(
  voices: Pick<Voices, "onEvent" | "onEnded">,
  levelOf: (eid: number) => number,
): LipSync {
  const faces = new Map<number, Face>();
  const detach = [
    voices.onEvent.add(({ line, event }) => {
      const face = faces.get(line.eid);
      if (face === undefined || event.kind !== "viseme") return;
      face.shaped = true;
      face.mouth.moveTo(event.viseme);
    }),
    voices.onEnded.add(({ line }) => {
      const face = faces.get(line.eid);
      if (face === undefined) return;
      face.shaped = false;
      face.mouth.moveTo("sil");
    }),
  ];

  function updateFace(eid: number, face: Face, frameMs: number): void {
    const level = face.shaped ? 0 : levelOf(eid);
    const moved = face.mouth.advance(frameMs);
    if (level > 0) face.show(openBy(face.mouth.pose, Math.min(1, level / LOUD)));
    else if (moved || face.opened) face.show(face.mouth.pose);
    face.opened = level > 0;
  }

  return {
    bind(eid, lips) {
      faces.get(eid)?.restore();
      const face: Face = { mouth: createMovingMouth(), shaped: false, opened: false, ...driverOf(lips) };
      faces.set(eid, face);
      return () => {
        if (faces.get(eid) === face) faces.delete(eid);
        face.restore();
      };
    },
    update(frameMs) {
      for (const [eid, face] of faces) updateFace(eid, face, frameMs);
    },
    dispose() {
      for (const undo of detach) undo();
      for (const { restore } of faces.values()) restore();
      faces.clear();
    },
  };
}

/** A closed mouth opened by a part. */
function openBy(pose: MouthPose, part: number): MouthPose {
  return { ...pose, viseme: "aa", weights: { ...pose.weights, aa: part }, openness: part };
}

function driverOf(lips: Lips): Pick<Face, "show" | "restore"> {
  if (typeof lips === "function") return { show: lips, restore: () => undefined };
  const meshes = "length" in lips ? lips : [lips];
  const drivers = meshes.flatMap(({ morphTargetManager }) =>
    morphTargetManager ? driveMorphs(morphTargetManager) : [],
  );
  if (drivers.length > 0) {
    return {
      show: (pose) => drivers.forEach(({ show }) => show(pose)),
      restore: () => drivers.forEach(({ restore }) => restore()),
    };
  }
  throw new RangeError(
    `None of the meshes ${meshes.map(({ name }) => `"${name}"`).join(", ")} has morph targets named as Oculus visemes, ARKit ` +
      `or VRM do. Give a function that moves the mouth instead.`,
  );
}

function driveMorphs(manager: MorphTargetManager): Pick<Face, "show" | "restore">[] {
  const targets = Array.from({ length: manager.numTargets }, (_, index) => manager.getTarget(index));
  const rig = detectLipRig(targets.map(({ name }) => name));
  if (rig === undefined) return [];
  const before = targets.map(({ influence }) => influence);
  const { numMaxInfluencers } = manager;
  // Left at 0, the shader is compiled anew each time the number of active targets changes.
  if (numMaxInfluencers === 0) manager.numMaxInfluencers = targets.length;
  const driven = drivenTargets(rig);
  const influences = new Float32Array(targets.length);
  return [
    {
      show({ weights }) {
        influences.fill(0);
        for (const viseme of VISEMES)
          for (const [index, weight] of rig.weights[viseme]) influences[index]! += weight * weights[viseme];
        for (const index of driven) targets[index]!.influence = Math.min(1, influences[index]!);
      },
      restore() {
        for (const index of driven) targets[index]!.influence = before[index]!;
        manager.numMaxInfluencers = numMaxInfluencers;
      },
    },
  ];
}

function drivenTargets({ weights }: LipRig): readonly number[] {
  return [...new Set(VISEMES.flatMap((viseme) => weights[viseme].map(([index]) => index)))];
}
