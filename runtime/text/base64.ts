const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The bytes of a base64 text without line breaks. */
export function base64Bytes(text: string): Uint8Array {
  const valueOf = new Uint8Array(128);
  [...ALPHABET].forEach((letter, value) => (valueOf[letter.charCodeAt(0)] = value));
  const length = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const bytes = new Uint8Array((length * 3) >> 2);
  let pending = 0;
  let written = 0;
  for (let i = 0; i < length; i++) {
    pending = ((pending << 6) | (valueOf[text.charCodeAt(i)] ?? 0)) & 0xffffff;
    if (i % 4 !== 0) bytes[written++] = (pending >> (6 - 2 * (i % 4))) & 0xff;
  }
  return bytes;
}
