/** JsonObject is a JSON object whose values are not known yet. */
export type JsonObject = Record<string, unknown>

/** `isObject` tells a JSON object from an array, null and every other value. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
