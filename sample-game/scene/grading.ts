import { ColorCurves } from "@babylonjs/core/Materials/colorCurves.js";
import { ImageProcessingConfiguration } from "@babylonjs/core/Materials/imageProcessingConfiguration.js";
import { Color4 } from "@babylonjs/core/Maths/math.color.js";
import { DefaultRenderingPipeline } from "@babylonjs/core/PostProcesses/RenderPipeline/Pipelines/defaultRenderingPipeline.js";
import type { Camera } from "@babylonjs/core/Cameras/camera.js";
import type { Scene } from "@babylonjs/core/scene.js";
import type { Quality } from "../quality.ts";

/** The look of the picture: film curve, cool shadows and warm lights, bloom, a dark rim. */
export function gradePicture(scene: Scene, camera: Camera, quality: Quality): void {
  const image = scene.imageProcessingConfiguration;
  image.toneMappingEnabled = true;
  image.toneMappingType = ImageProcessingConfiguration.TONEMAPPING_ACES;
  image.exposure = 3.1;
  image.contrast = 1.18;
  image.vignetteEnabled = true;
  image.vignetteWeight = 2.4;
  image.vignetteColor = new Color4(0.02, 0.02, 0.08, 0);
  image.vignetteBlendMode = ImageProcessingConfiguration.VIGNETTEMODE_MULTIPLY;
  image.colorCurvesEnabled = true;
  image.colorCurves = nightCurves();
  if (!quality.postProcess) return;
  addPipeline(scene, camera);
}

function nightCurves(): ColorCurves {
  const curves = new ColorCurves();
  curves.globalSaturation = 4;
  curves.shadowsHue = 230;
  curves.shadowsDensity = 40;
  curves.shadowsSaturation = 10;
  curves.highlightsHue = 32;
  curves.highlightsDensity = 30;
  curves.highlightsSaturation = 14;
  return curves;
}

function addPipeline(scene: Scene, camera: Camera): void {
  const pipeline = new DefaultRenderingPipeline("grading", true, scene, [camera]);
  pipeline.fxaaEnabled = true;
  pipeline.bloomEnabled = true;
  pipeline.bloomThreshold = 0.62;
  pipeline.bloomWeight = 0.42;
  pipeline.bloomKernel = 72;
  pipeline.bloomScale = 0.5;
  pipeline.grainEnabled = true;
  pipeline.grain.intensity = 4;
  pipeline.grain.animated = true;
}
