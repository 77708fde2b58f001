/** A device that says it was lost when the test says so, while the real one works on for other tests. */
export interface FragileDevice {
  readonly device: GPUDevice;
  /** For the reason "the driver was reset". */
  lose(): void;
}

export function createFragileDevice(real: GPUDevice): FragileDevice {
  let lose = (_info: GPUDeviceLostInfo) => undefined as void;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => (lose = resolve));
  const device = new Proxy(real, {
    get(target, key) {
      if (key === "lost") return lost;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return {
    device,
    lose: () => lose({ reason: "unknown", message: "the driver was reset" } as GPUDeviceLostInfo),
  };
}
