/** For people: all that the browser tells of an adapter. */
export function describeAdapter(info: GPUAdapterInfo): string {
  const { vendor, architecture, device, description, isFallbackAdapter } = info;
  const name = [vendor, architecture, device, description].filter((part) => part !== "").join(" ");
  return `${name || "unnamed adapter"}${isFallbackAdapter ? " (fallback)" : ""}`;
}

/** Such an adapter says nothing about the speed of a GPU. */
export function isSoftware(adapter: string): boolean {
  return /swiftshader|llvmpipe|lavapipe|fallback|basic render|warp|\bcpu\b/i.test(adapter);
}
