import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import {
  CHROMIUM_PATH,
  fakeMicrophoneFlags,
  ISOLATION_HEADERS,
  QUICK_COMPILING,
  SOFTWARE_FLAGS,
} from "./browser.ts";
import { FAKE_MICROPHONE } from "./test/browser/fake-microphone.ts";

/** What the plugin and its tests use of Babylon; its AudioV2 loads further parts by itself. */
const BABYLON_PARTS = [
  "AudioV2/abstractAudio/audioEngineV2.js",
  "AudioV2/soundState.js",
  "AudioV2/webAudio/webAudioEngine.js",
  "Cameras/freeCamera.js",
  "Cameras/universalCamera.js",
  "Engines/engine.js",
  "Engines/nullEngine.js",
  "Engines/webgpuEngine.js",
  "Lights/Clustered/clusteredLightContainer.js",
  "Lights/Shadows/shadowGenerator.js",
  "Lights/directionalLight.js",
  "Lights/hemisphericLight.js",
  "Lights/pointLight.js",
  "Materials/Textures/dynamicTexture.js",
  "Materials/Textures/mirrorTexture.js",
  "Materials/Textures/renderTargetTexture.js",
  "Materials/Textures/texture.js",
  "Materials/colorCurves.js",
  "Materials/fresnelParameters.js",
  "Materials/imageProcessingConfiguration.js",
  "Materials/material.js",
  "Materials/standardMaterial.js",
  "Maths/math.color.js",
  "Maths/math.plane.js",
  "Maths/math.vector.js",
  "Meshes/mesh.js",
  "Meshes/mesh.vertexData.js",
  "Meshes/thinInstanceMesh.pure.js",
  "Meshes/transformNode.js",
  "Morph/morphTarget.js",
  "Morph/morphTargetManager.js",
  "Particles/particleSystem.js",
  "Particles/particleSystemComponent.pure.js",
  "PostProcesses/RenderPipeline/Pipelines/defaultRenderingPipeline.js",
  "PostProcesses/RenderPipeline/postProcessRenderPipelineManager.js",
  "PostProcesses/RenderPipeline/postProcessRenderPipelineManagerSceneComponent.pure.js",
  "Sprites/sprite.js",
  "Sprites/spriteManager.js",
  "scene.js",
].map((part) => `@babylonjs/core/${part}`);

export default defineConfig({
  // Named here, because finding one in the middle of a test run would reload the page.
  optimizeDeps: {
    include: [
      "onnxruntime-web",
      "cmu-pronouncing-dictionary",
      "bitecs",
      "bitecs/serialization",
      ...BABYLON_PARTS,
    ],
  },
  server: {
    headers: ISOLATION_HEADERS,
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser/**"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: "chromium",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/browser/fake-microphone.ts",
          testTimeout: 600_000,
          hookTimeout: 600_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: CHROMIUM_PATH,
                args: [...SOFTWARE_FLAGS, QUICK_COMPILING, ...fakeMicrophoneFlags(FAKE_MICROPHONE)],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
