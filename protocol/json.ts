import { LIMITS } from './limits.js';

/** What JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** Texts whose characters are all a byte each in JSON: most of them, and quickly told. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** The length in bytes (UTF-8) of `text` written as JSON, quotes and escapes included. */
export function jsonTextSize(text: string): number {
  if (PLAIN.test(text)) return text.length + 2;
  let bytes = 2;
  for (let i = 0; i < text.length; i++) bytes += characterSize(text, i);
  return bytes;
}

/**
 * The length in bytes (UTF-8) of `JSON.stringify(value)`, for values that came from JSON. What is nested deeper than `LIMITS.depth` is infinitely
 * large: nobody could read it, and walking it could overflow the stack.
 */
export function jsonSize(value: unknown, depth: number = LIMITS.depth): number {
  if (typeof value === 'string') return jsonTextSize(value);
  if (typeof value === 'number') return numberSize(value);
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (depth === 0) return Number.POSITIVE_INFINITY;
  if (Array.isArray(value)) {
    let bytes = 2 + Math.max(0, value.length - 1);
    for (const item of value) bytes += item === undefined ? 4 : jsonSize(item, depth - 1);
    return bytes;
  }
  let bytes = 1;
  for (const key of Object.keys(value)) {
    const item: unknown = value[key as keyof typeof value];
    if (item !== undefined) bytes += jsonTextSize(key) + jsonSize(item, depth - 1) + 2;
  }
  return Math.max(2, bytes);
}

/** Whole numbers, times among them, are counted without writing them. What is too large for a number is `null` in JSON. */
function numberSize(value: number): number {
  if (!Number.isFinite(value)) return 4;
  if (!Number.isInteger(value) || value < 0 || value >= 1e15) return String(value).length;
  let digits = 1;
  for (let bound = 10; value >= bound; bound *= 10) digits++;
  return digits;
}

/** `text` cut so that its JSON is at most `limit` bytes, `…` included where it was cut; never half a character. */
export function clipText(text: string, limit: number): string {
  // Every UTF-16 unit costs at most six bytes in JSON (\u0001), so short texts need no count.
  if (text.length * 6 + 2 <= limit || jsonTextSize(text) <= limit) return text;
  let bytes = 2 + 3;
  let end = 0;
  while (end < text.length) {
    bytes += characterSize(text, end);
    if (bytes > limit) break;
    end++;
  }
  if (isHighSurrogate(text.charCodeAt(end - 1))) end--;
  return `${text.slice(0, end)}…`;
}

/** What the UTF-16 unit at `i` adds to a JSON text. The two halves of a pair count two bytes each, a lone half is escaped. */
function characterSize(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  if (unit < 0x20) return unit === 8 || unit === 9 || unit === 10 || unit === 12 || unit === 13 ? 2 : 6;
  if (unit === 0x22 || unit === 0x5c) return 2;
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  if (isHighSurrogate(unit)) return isLowSurrogate(text.charCodeAt(i + 1)) ? 2 : 6;
  if (isLowSurrogate(unit)) return isHighSurrogate(text.charCodeAt(i - 1)) ? 2 : 6;
  return 3;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
