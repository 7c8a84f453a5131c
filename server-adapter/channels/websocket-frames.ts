// WebSocket frames as a server sends them (RFC 6455, section 5.2): text, final, not masked.

/** Bytes that the frame of a text takes at most: a UTF-16 unit is three in UTF-8 at most. Told without looking at the text. */
export function largestTextFrame(text: string): number {
  const payload = text.length * 3;
  return payload + headerSize(payload);
}

/** Bytes of the frame that carries a text. */
export function textFrameSize(text: string): number {
  const payload = Buffer.byteLength(text);
  return payload + headerSize(payload);
}

/** Writes the frame of a text into a buffer at `at`, which has room for it. Answers how many bytes that took. */
export function encodeTextFrame(text: string, buffer: Buffer, at: number): number {
  // The header stands before the text and depends on its bytes: those are counted beforehand only where the characters leave it open.
  const least = headerSize(text.length);
  const header = least === headerSize(text.length * 3) ? least : headerSize(Buffer.byteLength(text));
  const payload = buffer.write(text, at + header);
  buffer[at] = 0x81;
  if (header === 2) {
    buffer[at + 1] = payload;
  } else if (header === 4) {
    buffer[at + 1] = 126;
    buffer.writeUInt16BE(payload, at + 2);
  } else {
    buffer[at + 1] = 127;
    buffer.writeUInt32BE(0, at + 2);
    buffer.writeUInt32BE(payload, at + 6);
  }
  return header + payload;
}

/** The frames of some texts, one behind the other. */
export function encodeTextFrames(texts: readonly string[]): Buffer {
  const buffer = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + textFrameSize(text), 0));
  let at = 0;
  for (const text of texts) at += encodeTextFrame(text, buffer, at);
  return buffer;
}

/** What a frame made here carries. */
export function payloadOf(frame: Buffer): Buffer {
  const length = frame[1] ?? 0;
  return frame.subarray(length < 126 ? 2 : length === 126 ? 4 : 10);
}

function headerSize(payload: number): number {
  if (payload < 126) return 2;
  return payload < 65_536 ? 4 : 10;
}
