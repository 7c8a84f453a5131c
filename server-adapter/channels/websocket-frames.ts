// WebSocket frames as a server sends them (RFC 6455, section 5.2): text, final, not masked.

/** Bytes of the frame that carries a text. */
export function textFrameSize(text: string): number {
  const payload = Buffer.byteLength(text);
  return payload + headerSize(payload);
}

/** Writes the frame of a text, `size` bytes, into a buffer at `at`. */
export function encodeTextFrame(text: string, buffer: Buffer, at: number, size: number): void {
  const header = size < 128 ? 2 : size < 65_540 ? 4 : 10;
  const payload = size - header;
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
  buffer.write(text, at + header);
}

/** The frames of some texts, one behind the other. */
export function encodeTextFrames(texts: readonly string[]): Buffer {
  const sizes = texts.map(textFrameSize);
  const buffer = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [i, text] of texts.entries()) {
    const size = sizes[i] ?? 0;
    encodeTextFrame(text, buffer, at, size);
    at += size;
  }
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
