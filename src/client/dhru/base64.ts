/** `toBase64` encodes a text's UTF-8 bytes; half of a surrogate pair becomes U+FFFD. */
export function toBase64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
